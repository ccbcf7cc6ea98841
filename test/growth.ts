import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Returns the CPU time (ms) of one run of some work on a text of this length. */
export type Cost = (length: number) => Promise<number>;

/** The CPU times (ms) for a text and for two and four times the text. */
export interface Growth {
  readonly length: number;
  readonly ms: readonly [once: number, twice: number, fourTimes: number];
}

/** Maximum ratio of the CPU times for twice the text and for the text, on average over two successive doublings. */
const MAX_RATIO = 2.6;
/** Minimum ratio of each of the two doublings. A pause of the garbage collector lengthens one of them. */
const MIN_RATIO = 2.3;
/**
 * Minimum CPU time (ms) for four times the text. A quarter of it is above the cost of a garbage collection, so that one
 * cannot pass for growth.
 */
export const MIN_MS = 40;
/** Growth counts only if each of this many measurements shows it. */
const MEASUREMENTS = 5;
const SAMPLES = 3;

// Collects the garbage of the previous sample first.
setFlagsFromString('--expose-gc');
const collectGarbage: unknown = runInNewContext('gc');

/** Returns whether single samples for a text and for four times the text suggest work that is not linear. */
export function isSuspicious(once: number, fourTimes: number): boolean {
  return fourTimes >= MIN_MS && fourTimes > MAX_RATIO ** 2 * once;
}

/**
 * Measures work repeatedly on a text and on two and four times the text. Returns the times, or undefined as soon as one
 * measurement shows linear growth. Quadratic work takes 4 and 16 times as long in each measurement, but another process
 * or a garbage collection lengthens only some of them.
 */
export async function superlinearGrowth(cost: Cost, length: number): Promise<Growth | undefined> {
  let growth: Growth | undefined;
  for (let count = 0; count < MEASUREMENTS; count += 1) {
    growth = { length, ms: await medians(cost, length) };
    if (!isSuperlinear(growth)) return undefined;
  }
  return growth;
}

function isSuperlinear({ ms: [once, twice, fourTimes] }: Growth): boolean {
  return isSuspicious(once, fourTimes) && twice > MIN_RATIO * once && fourTimes > MIN_RATIO * twice;
}

/** Takes the samples of the three lengths in turn, so that a busy period of the machine affects all three. */
async function medians(cost: Cost, length: number): Promise<[number, number, number]> {
  const samples: [number[], number[], number[]] = [[], [], []];
  for (let count = 0; count < SAMPLES; count += 1) {
    for (const [at, taken] of samples.entries()) {
      if (typeof collectGarbage === 'function') collectGarbage();
      taken.push(await cost(length * 2 ** at));
    }
  }
  const median = (taken: number[]) => taken.toSorted((a, b) => a - b)[SAMPLES >> 1] ?? 0;
  return [median(samples[0]), median(samples[1]), median(samples[2])];
}

/** Describes the growth in one line. */
export function describeGrowth({ length, ms }: Growth): string {
  const [once, twice, fourTimes] = ms.map((one) => one.toFixed(0));
  return `${once} ms for a length of ${length}, ${twice} ms for twice and ${fourTimes} ms for four times the length`;
}
