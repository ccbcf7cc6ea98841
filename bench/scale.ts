import { parseArgs } from 'node:util';
import { LARGE_SHAPES } from '../test/security/large-shapes.ts';

interface Objects {
  readonly monitors: number;
  readonly dashboards: number;
}

/** The number of samples that each part of the benchmark takes. */
export interface Scale {
  readonly isShort: boolean;
  /** Creates through each target; `warmUp` requests precede each run, so that the JIT compilers have settled. */
  readonly creates: readonly { readonly concurrency: number; readonly requests: number }[];
  readonly warmUp: number;
  /** Pairs of calls that measure the latency of forwarding. */
  readonly forwardings: number;
  /** Calls for a listed application in each state of the sidecar. */
  readonly listedCalls: number;
  readonly ledgerCreates: number;
  readonly ledgerWarmUp: number;
  /** Monitors of an apply at a rate limit. */
  readonly applied: number;
  readonly emulatorReads: number;
  readonly emulatorObjects: Objects;
  /** The last `lintCounted` of `lintRounds` rounds count; each takes `lintRoundMs` of CPU time. */
  readonly lintRounds: number;
  readonly lintCounted: number;
  readonly lintRoundMs: number;
  readonly plans: readonly Objects[];
  /** The names of the shapes of large documents, each in every format. */
  readonly largeShapes: readonly string[];
}

/** The scale of the figures in docs/performance.md. */
export const FULL: Scale = {
  isShort: false,
  creates: [
    { concurrency: 1, requests: 1500 },
    { concurrency: 32, requests: 3000 },
  ],
  warmUp: 2000,
  forwardings: 1500,
  listedCalls: 1500,
  ledgerCreates: 500,
  ledgerWarmUp: 200,
  applied: 5000,
  emulatorReads: 300,
  emulatorObjects: { monitors: 10_000, dashboards: 1000 },
  lintRounds: 14,
  lintCounted: 5,
  lintRoundMs: 180,
  plans: [
    { monitors: 2000, dashboards: 200 },
    { monitors: 20_000, dashboards: 2000 },
  ],
  largeShapes: LARGE_SHAPES.map(({ name }) => name),
};

/** Too few samples for a figure, but enough to fail as the full benchmark does. */
export const SHORT: Scale = {
  isShort: true,
  creates: [
    { concurrency: 1, requests: 100 },
    { concurrency: 32, requests: 300 },
  ],
  warmUp: 50,
  forwardings: 50,
  listedCalls: 100,
  ledgerCreates: 50,
  ledgerWarmUp: 20,
  applied: 100,
  emulatorReads: 20,
  emulatorObjects: { monitors: 500, dashboards: 200 },
  lintRounds: 1,
  lintCounted: 1,
  lintRoundMs: 1,
  plans: [{ monitors: 1200, dashboards: 120 }],
  largeShapes: ['long queries', 'references'],
};

/** Returns the scale that the arguments select: `--short`, or none. Throws if there are others. */
export function scaleOf(args: readonly string[]): Scale {
  const { values } = parseArgs({ args: [...args], options: { short: { type: 'boolean' } } });
  return values.short === true ? SHORT : FULL;
}

/** Prints the head of a Markdown table; that of a short run is marked, because its figures are not measurements. */
export function printHead({ isShort }: Scale, [first = '', ...others]: readonly string[]): void {
  const columns = [isShort ? `SHORT RUN: ${first}` : first, ...others];
  console.log(`| ${columns.join(' | ')} |\n|${'---|'.repeat(columns.length)}`);
}
