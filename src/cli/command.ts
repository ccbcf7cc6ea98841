import type { Readable } from 'node:stream';
import type { Clock } from '../domain/clock.ts';
import { SettingsError } from '../runtime/settings.ts';
import type { BirddogClient } from './client/birddog-client.ts';
import type { LintConfig } from './config.ts';
import { EXIT, type Exit } from './exit-status.ts';
import { helpText } from './help.ts';
import { type Arguments, HELP, type Operands, type Option, parseArguments, UsageError } from './options.ts';
import type { Paint } from './print/report.ts';
import { safeText } from './print/safe-text.ts';
import { visible } from './print/visible.ts';

/** The size of a terminal. */
export interface Screen {
  readonly columns: number;
  readonly rows: number;
}

/** What the process gives to a command. */
export interface ProcessIo {
  readonly stdin: Readable;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Styles text for `out`. */
  readonly paint: Paint;
  /** Styles text for `err`. */
  readonly paintErr: Paint;
  /** Which streams are terminals. */
  readonly isTerminal: { readonly stdin: boolean; readonly stderr: boolean };
  /** Width of the terminal, in columns. */
  readonly columns: number;
  /** Whether only ASCII characters can be shown. */
  readonly isAscii: boolean;
  /** Returns the size of the terminal of standard output now; undefined without one. */
  readonly screen?: (() => Screen) | undefined;
  readonly clock: Clock;
  /** Returns a client for `url`, or for the URL in the settings. Throws SettingsError. */
  readonly clientOf: (url: string | undefined) => BirddogClient;
  readonly lintConfig: LintConfig;
  /** Asks for confirmation at the terminal. */
  readonly confirm: (question: string) => Promise<boolean>;
  /** Calls the listener at each Ctrl-C instead of ending the process. Returns a function that removes the listener. */
  readonly onInterrupt: (listener: () => void) => () => void;
  /** Calls the listener at SIGTERM instead of ending the process. Returns a function that removes the listener. */
  readonly onTerminate: (listener: () => void) => () => void;
  /** Calls `work` every `ms` milliseconds. Returns a function that stops the calls. */
  readonly every: (ms: number, work: () => void) => () => void;
}

/** Input and output of a command. `out` and `err` escape control characters. */
export interface Io extends ProcessIo {
  /** Writes a text to standard output unchanged, such as a document or a report for machines. */
  readonly outExact: (text: string) => void;
  readonly errExact: (text: string) => void;
}

/** One row of the table of commands. */
export interface CommandRow<T> {
  readonly name: string;
  /** An imperative sentence for the list of commands, without the final period. */
  readonly summary: string;
  readonly description: string;
  /** A text of several lines after the description. */
  readonly sample?: string;
  /** Complete command lines. */
  readonly examples: readonly string[];
  readonly options: readonly Option<unknown>[];
  readonly operands: Operands<T>;
  /** What the exit statuses mean for this command, in the order of the help. */
  readonly statuses: Readonly<Partial<Record<keyof typeof EXIT, string>>>;
  readonly run: (args: Arguments<T>, io: Io) => Exit | Promise<Exit>;
}

/** A command of the CLI. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  /** What `--help` prints. */
  readonly help: string;
  /** Every option, `--help` included. */
  readonly options: readonly Option<unknown>[];
  readonly operands: Pick<Operands<unknown>, 'words' | 'files'>;
  /** Parses the arguments and runs the command. Throws UsageError or SettingsError. */
  readonly run: (args: readonly string[], io: Io) => Exit | Promise<Exit>;
}

/** Makes a command from its row. */
export function command<T>(row: CommandRow<T>): Command {
  const { name, summary, options, operands } = row;
  const help = helpText(row);
  return {
    name,
    summary,
    help,
    options: [...options, HELP],
    operands,
    run(args, io) {
      const parsed = parseArguments(args, options, operands);
      if (parsed) return row.run(parsed, io);
      io.out(help);
      return EXIT.done;
    },
  };
}

/** Runs a command and returns its exit status. Reports invalid arguments and invalid settings. */
export async function start(
  { name, help, run }: Command,
  args: readonly string[],
  io: ProcessIo,
): Promise<Exit> {
  const out = (text: string) => io.out(safeText(text));
  const err = (text: string) => io.err(safeText(text));
  try {
    return await run(args, { ...io, out, err, outExact: io.out, errExact: io.err });
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof SettingsError)) throw error;
    const lines = error.message.split('\n').map(visible).join('\n');
    err(`birddog ${name}: ${lines}\n`);
    if (error instanceof SettingsError) return EXIT.settings;
    const [usage = ''] = help.split('\n', 1);
    err(`\n${usage}\nRun "birddog ${name} --help" for its options, with examples.\n`);
    return EXIT.usage;
  }
}
