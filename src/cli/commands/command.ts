import type { Readable } from 'node:stream';
import type { Clock } from '../../domain/clock.ts';
import type { BirddogClient } from '../client/birddog-client.ts';
import type { Paint } from '../print/report.ts';

/** Input and output of a command. */
export interface Streams {
  readonly stdin: Readable;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Styles text for `out`. */
  readonly paint: Paint;
}

/** Dependencies of a command. */
export interface Deps extends Streams {
  /** Styles text for `err`. */
  readonly paintErr: Paint;
  /** Which streams are terminals. */
  readonly isTerminal: { readonly stdin: boolean; readonly stderr: boolean };
  /** Width of the terminal, in columns. */
  readonly columns: number;
  readonly clock: Clock;
  /** Returns a client for `url`, or for the URL in the settings. Throws SettingsError. */
  readonly clientOf: (url: string | undefined) => BirddogClient;
  /** Asks for confirmation at the terminal. */
  readonly confirm: (question: string) => Promise<boolean>;
  /** Calls the listener at each Ctrl-C instead of ending the process. Returns a function that removes the listener. */
  readonly onInterrupt: (listener: () => void) => () => void;
  /** Calls `work` every `ms` milliseconds. Returns a function that stops the calls. */
  readonly every: (ms: number, work: () => void) => () => void;
}

/** A command of the CLI. Returns the exit status. */
export type Command = (args: readonly string[], deps: Deps) => number | Promise<number>;

/** Exit statuses of commands that process documents. With several documents, the worst one counts. */
export const EXIT = { nothing: 0, changes: 2, error: 1 } as const;
export type Exit = (typeof EXIT)[keyof typeof EXIT];

/** Returns the worst of several exit statuses: a failure before changes, changes before success. */
export function worst(statuses: readonly Exit[]): Exit {
  const order: readonly Exit[] = [EXIT.error, EXIT.changes];
  return order.find((status) => statuses.includes(status)) ?? EXIT.nothing;
}
