import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

export const ROOT = join(import.meta.dirname, '../..');

const { PATH, BIRDDOG_BUNDLES, NODE_COMPILE_CACHE } = process.env;
/** Environment variables of the tests that a command inherits. */
const ENVIRONMENT = { PATH, BIRDDOG_BUNDLES, NODE_COMPILE_CACHE };

interface CommandResult {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

interface Given {
  readonly input?: string;
  readonly env?: Record<string, string>;
}

/** Runs a `birddog` command in a folder until it exits. */
export function birddog(folder: string, args: readonly string[], given: Given = {}): Promise<CommandResult> {
  return ended(startBirddog(folder, args, given));
}

/** Starts a `birddog` command in a folder. */
export function startBirddog(
  folder: string,
  args: readonly string[],
  { input = '', env = {} }: Given = {},
): ChildProcessWithoutNullStreams {
  const child = spawn(join(ROOT, 'bin/birddog'), args, {
    cwd: folder,
    env: { ...ENVIRONMENT, ...env },
  });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  return child;
}

/** Waits until a process exits, and returns its output and exit status. */
export async function ended(child: ChildProcessWithoutNullStreams): Promise<CommandResult> {
  const closed = new Promise<number | null>((resolve) => {
    child.once('close', resolve);
  });
  const [out, err] = await Promise.all([child.stdout.toArray(), child.stderr.toArray()]);
  return { status: await closed, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() };
}

/** Returns the last line of an output, from JSON. */
export function lastLine(out: string): ReturnType<typeof JSON.parse> {
  return JSON.parse(out.trimEnd().split('\n').at(-1) ?? '');
}

/** Creates a temporary folder with these files. */
export function folderWith(t: TestContext, files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'birddog-lint-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}
