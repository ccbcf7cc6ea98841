import { parseArgs } from 'node:util';

export interface FuzzOptions {
  readonly seed: number;
  /** The first case, and the one after the last. */
  readonly from: number;
  readonly to: number;
  /** Time (ms from the start) after which no case begins. */
  readonly maxMs: number;
  readonly workers: number;
  /** Number of concurrent HTTP connections. */
  readonly connections: number;
  readonly only?: 'process' | 'http';
  /** JSON file for all counts and faults. */
  readonly report?: string;
  /** True to measure costly cases again, to find costs that grow faster than the input. */
  readonly measuresCosts?: boolean;
  /** Folder for minimised inputs. */
  readonly save?: string;
}

export const USAGE = `npm run fuzz -- [options]

Sends mutated documents through decode, lint, plan and answers, in worker processes and over HTTP, and reports faults.

  --seed N       the seed of all cases (default 1)
  --cases N      how many cases (default 20000; without a bound if only --minutes is given)
  --minutes N    stop after so many minutes (default 5)
  --from K       the first case (default 0); "next case" of an earlier run resumes it
  --case K       run case K alone
  --only WHERE   "process" or "http"; by default 3 of 20 cases go over HTTP
  --workers N    worker processes (default 2)
  --report FILE  write counts and faults as JSON
  --no-save      do not write minimised inputs to test/fuzz/found
`;

const DEFAULT_CASES = 20_000;
const DEFAULT_MINUTES = 5;

/** Parses the command line. Throws TypeError for an unknown option or an invalid number. */
export function readOptions(args: readonly string[], folder: string): FuzzOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    allowNegative: true,
    options: {
      seed: { type: 'string', default: '1' },
      cases: { type: 'string' },
      minutes: { type: 'string' },
      from: { type: 'string', default: '0' },
      case: { type: 'string' },
      only: { type: 'string' },
      workers: { type: 'string', default: '2' },
      report: { type: 'string' },
      save: { type: 'boolean', default: true },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return 'help';
  const { only } = values;
  if (only !== undefined && only !== 'process' && only !== 'http')
    throw new TypeError(`--only is "process" or "http", not "${only}"`);
  const single = values.case === undefined ? undefined : number('case', values.case);
  const from = single ?? number('from', values.from);
  const cases = values.cases ?? (values.minutes === undefined ? String(DEFAULT_CASES) : 'unbounded');
  const many = cases === 'unbounded' ? Number.MAX_SAFE_INTEGER - from : number('cases', cases);
  return {
    seed: number('seed', values.seed),
    from,
    to: from + (single === undefined ? many : 1),
    maxMs: 60_000 * number('minutes', values.minutes ?? String(DEFAULT_MINUTES)),
    workers: single === undefined ? number('workers', values.workers) : 1,
    connections: 16,
    measuresCosts: true,
    ...(only === undefined ? {} : { only }),
    ...(values.report === undefined ? {} : { report: values.report }),
    ...(values.save ? { save: folder } : {}),
  };
}

function number(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new TypeError(`--${name} is a number, not "${text}"`);
  return value;
}

/** Returns whether a case goes over HTTP (3 of 20) instead of through the pipeline in a worker. */
export function isHttp(id: number): boolean {
  return id % 20 < 3;
}
