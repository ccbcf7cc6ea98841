import { Readable } from 'node:stream';
import { lintCommand } from '../../src/cli/commands/lint.ts';
import type { Said } from './run-in-process.ts';

/** `birddog lint` in a folder, within this process, which is in that folder meanwhile: one call at a time. */
export async function lint(folder: string, args: readonly string[], input = ''): Promise<Said> {
  let [out, err] = ['', ''];
  const before = process.cwd();
  process.chdir(folder);
  try {
    const status = await lintCommand(args, {
      stdin: Readable.from([Buffer.from(input)]),
      out: (text) => void (out += text),
      err: (text) => void (err += text),
      paint: (_style, text) => text,
    });
    return { status, out, err };
  } finally {
    process.chdir(before);
  }
}

interface Told {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly end_line?: number;
  readonly end_column?: number;
  readonly code: string;
  readonly severity: string;
  readonly document?: number;
  readonly pointer: string;
}

/** What `birddog lint --format json` tells. */
export async function told(folder: string, args: readonly string[], input?: string): Promise<Told[]> {
  const { out } = await lint(folder, ['--format', 'json', ...args], input);
  return JSON.parse(out);
}
