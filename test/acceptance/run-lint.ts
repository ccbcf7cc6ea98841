import { lintCommand } from '../../src/cli/commands/lint.ts';
import { runCommand, type CommandResult } from '../command-io.ts';

/** Runs `birddog lint` in this process, which changes to the folder during the call: one call at a time. */
export async function lint(folder: string, args: readonly string[], input = ''): Promise<CommandResult> {
  const before = process.cwd();
  process.chdir(folder);
  try {
    return await runCommand(lintCommand, args, { input });
  } finally {
    process.chdir(before);
  }
}

interface ReportedFinding {
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

/** Returns the output of `birddog lint --format json`. */
export async function findingsOf(
  folder: string,
  args: readonly string[],
  input?: string,
): Promise<ReportedFinding[]> {
  const { out } = await lint(folder, ['--format', 'json', ...args], input);
  return JSON.parse(out);
}
