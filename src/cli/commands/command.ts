import type { Readable } from 'node:stream';
import type { Clock } from '../../domain/clock.ts';
import type { BirddogClient } from '../client/birddog-client.ts';
import type { Paint } from '../print/report.ts';

/** What a command reads from and writes to. */
export interface Streams {
  readonly stdin: Readable;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** For what goes to `out`. */
  readonly paint: Paint;
}

/** What a command that asks Birddog, and people, needs besides. */
export interface Deps extends Streams {
  /** For what goes to `err`. */
  readonly paintErr: Paint;
  /** Which of the three a person sits at. */
  readonly isTerminal: { readonly stdin: boolean; readonly stderr: boolean };
  /** Columns of the terminal. */
  readonly columns: number;
  readonly clock: Clock;
  /** A client of the Birddog at `url`, else of the one that the environment names. Throws SettingsError. */
  readonly clientOf: (url: string | undefined) => BirddogClient;
  /** Asks at the terminal for a yes. */
  readonly confirm: (question: string) => Promise<boolean>;
  /** Calls the listener at each Ctrl-C instead of ending the process; gives what ends that. */
  readonly onInterrupt: (listener: () => void) => () => void;
  /** Calls back again and again after so many ms; gives what ends that. */
  readonly every: (ms: number, work: () => void) => () => void;
}

/** One command of the CLI: gives the exit status. */
export type Command = (args: readonly string[], deps: Deps) => number | Promise<number>;

/** How commands that plan end: nothing to do; changes; something could not be done. The worst of all files counts. */
export const EXIT = { nothing: 0, changes: 2, error: 1 } as const;
export type Exit = (typeof EXIT)[keyof typeof EXIT];

/** The status that counts where several things were done. */
export function worst(statuses: readonly Exit[]): Exit {
  const order: readonly Exit[] = [EXIT.error, EXIT.changes];
  return order.find((status) => statuses.includes(status)) ?? EXIT.nothing;
}
