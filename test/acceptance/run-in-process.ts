import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createBirddogClient } from '../../src/cli/client/birddog-client.ts';
import type { Command, Deps } from '../../src/cli/commands/command.ts';
import { readConfig } from '../../src/cli/config.ts';
import { systemClock } from '../../src/runtime/system-clock.ts';

export interface Said {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

interface Given {
  readonly input?: string;
  /** As if people sat there. */
  readonly isTerminal?: boolean;
  /** What they answer. */
  readonly says?: boolean;
  readonly deps?: Partial<Deps>;
}

/** Runs a command within this process against a Birddog; files of `folder` are named as they are there. */
export async function runInProcess(
  run: Command,
  birddogUrl: string,
  folder: string,
  args: readonly string[],
  { input = '', isTerminal = false, says = false, deps = {} }: Given = {},
): Promise<Said> {
  let [out, err] = ['', ''];
  const status = await run(
    args.map((arg) => (/^[\w-]+\.\w+$/.test(arg) ? join(folder, arg) : arg)),
    {
      stdin: Readable.from([Buffer.from(input)]),
      out: (text) => void (out += text),
      err: (text) => void (err += text),
      paint: (_style, text) => text,
      paintErr: (_style, text) => text,
      isTerminal: { stdin: isTerminal, stderr: isTerminal },
      columns: 100,
      clock: systemClock,
      clientOf: (url) => createBirddogClient(readConfig(url ?? birddogUrl, {}), systemClock),
      confirm: async (question) => {
        err += question;
        return says;
      },
      onInterrupt: () => () => {},
      every: () => () => {},
      ...deps,
    },
  );
  const named = (text: string) => text.replaceAll(`${folder}/`, '');
  return { status, out: named(out), err: named(err) };
}
