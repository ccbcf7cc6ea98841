import { parseArgs } from 'node:util';

export interface ChaosOptions {
  readonly seed: number;
  /** The first unit of work. */
  readonly from: number;
  /** Number of different objects to create. */
  readonly objects: number;
  /** Time (ms) after which no unit begins. */
  readonly maxMs: number;
  readonly ledger: 'sqlite' | 'postgresql';
  readonly replicas: number;
  /** Number of units in progress at once. */
  readonly clients: number;
  /** Mean time (ms) between two disturbances of the processes. */
  readonly everyMs: number;
  /** JSON file for all attempts, writes and lines of the processes. */
  readonly report?: string;
}

export const USAGE = `npm run chaos -- [options]

Writes singles and documents with the real processes, while Datadog fails, processes are killed and stopped, clocks jump,
disks fill and people clone objects. Then checks Datadog's write log: nothing lost, nothing doubled, nothing unasked.

  --objects N      how many objects to create (default 10000)
  --minutes M      begin no work after so many minutes (default 20)
  --seed S         the seed of the work and of the faults (default 1)
  --from K         the first unit of work (default 0); "next unit" of an earlier run with the same seed resumes it
  --ledger WHERE   "sqlite" (default) or "postgresql"
  --replicas N     replicas of Birddog, each with its sidecar (default 1; more need PostgreSQL)
  --clients N      units of work at once (default 12)
  --report FILE    write all attempts, Datadog's writes and the lines of the processes as JSON
`;

/** Parses the command line. Throws TypeError for an unknown option or an invalid value. */
export function readOptions(args: readonly string[]): ChaosOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      objects: { type: 'string', default: '10000' },
      minutes: { type: 'string', default: '20' },
      seed: { type: 'string', default: '1' },
      from: { type: 'string', default: '0' },
      ledger: { type: 'string', default: 'sqlite' },
      replicas: { type: 'string', default: '1' },
      clients: { type: 'string', default: '12' },
      report: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return 'help';
  const { ledger } = values;
  if (ledger !== 'sqlite' && ledger !== 'postgresql')
    throw new TypeError(`--ledger is "sqlite" or "postgresql", not "${ledger}"`);
  const replicas = number('replicas', values.replicas, 1);
  if (replicas > 1 && ledger === 'sqlite')
    throw new TypeError('--replicas: a SQLite ledger belongs to one replica. Add --ledger postgresql.');
  return {
    seed: number('seed', values.seed, 0),
    from: number('from', values.from, 0),
    objects: number('objects', values.objects, 1),
    maxMs: 60_000 * number('minutes', values.minutes, 0),
    ledger,
    replicas,
    clients: number('clients', values.clients, 1),
    everyMs: 2_000,
    ...(values.report === undefined ? {} : { report: values.report }),
  };
}

function number(name: string, text: string, min: number): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < min)
    throw new TypeError(`--${name} is a number of at least ${min}, not "${text}"`);
  return value;
}
