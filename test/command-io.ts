import { Readable } from 'node:stream';
import { createBirddogClient } from '../src/cli/client/birddog-client.ts';
import { type Command, type ProcessIo, start } from '../src/cli/command.ts';
import { readConfig, readLintConfig } from '../src/cli/config.ts';
import { systemClock } from '../src/runtime/system-clock.ts';

/** The exit status of a command, and what it wrote. */
export interface CommandResult {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

type Given = Partial<ProcessIo> & { readonly input?: string };

/** Runs a command in this process without a terminal. `given` replaces parts of its input and output. */
export function runCommand(
  command: Command,
  args: readonly string[],
  given: Given = {},
): Promise<CommandResult> {
  return runWith((io) => start(command, args, io), given);
}

/** Calls `run` with the input and output of a process without a terminal. `given` replaces parts of them. */
export async function runWith(
  run: (io: ProcessIo) => Promise<number>,
  { input = '', ...given }: Given = {},
): Promise<CommandResult> {
  let [out, err] = ['', ''];
  const status = await run({
    stdin: Readable.from([Buffer.from(input)]),
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    paint: (_style, text) => text,
    paintErr: (_style, text) => text,
    isTerminal: { stdin: false, stderr: false },
    columns: 100,
    isAscii: false,
    clock: systemClock,
    clientOf: (url) => createBirddogClient(readConfig(url, {}), systemClock),
    lintConfig: readLintConfig({}),
    confirm: async () => false,
    onInterrupt: () => () => {},
    onTerminate: () => () => {},
    every: () => () => {},
    ...given,
  });
  return { status, out, err };
}
