import { join } from 'node:path';
import { createBirddogClient } from '../../src/cli/client/birddog-client.ts';
import type { Command, ProcessIo } from '../../src/cli/command.ts';
import { readConfig } from '../../src/cli/config.ts';
import { systemClock } from '../../src/runtime/system-clock.ts';
import { runCommand, type CommandResult } from '../command-io.ts';

interface Given {
  readonly input?: string;
  /** True if standard input and standard error are terminals. */
  readonly isTerminal?: boolean;
  /** The answer to a request for confirmation. */
  readonly confirms?: boolean;
  readonly io?: Partial<ProcessIo>;
}

/** Runs a command in this process against a Birddog. Names of files in the arguments refer to `folder`. */
export async function runInProcess(
  command: Command,
  birddogUrl: string,
  folder: string,
  args: readonly string[],
  { input = '', isTerminal = false, confirms = false, io = {} }: Given = {},
): Promise<CommandResult> {
  let question = '';
  const { status, out, err } = await runCommand(
    command,
    args.map((arg) => (/^[\w-]+\.\w+$/.test(arg) ? join(folder, arg) : arg)),
    {
      input,
      isTerminal: { stdin: isTerminal, stderr: isTerminal },
      clientOf: (url) => createBirddogClient(readConfig(url ?? birddogUrl, {}), systemClock),
      confirm: async (asked) => {
        question += asked;
        return confirms;
      },
      ...io,
    },
  );
  const named = (text: string) => text.replaceAll(`${folder}/`, '');
  return { status, out: named(out), err: named(err + question) };
}
