import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Prepares work on a text of about this many UTF-16 units, so that only the work is measured. */
export interface Subject {
  readonly name: string;
  /** Maximum length of the text in UTF-16 units. */
  readonly maxUnits: number;
  readonly prepare: (text: string) => Promise<() => Promise<unknown>>;
}

export interface Growth {
  readonly units: number;
  /** CPU time (ms) for that many units, and for twice as many. */
  readonly once: number;
  readonly twice: number;
}

// Collects the garbage of the previous measurement first.
setFlagsFromString('--expose-gc');
const collectGarbage: unknown = runInNewContext('gc');

const MAX_RATIO = 2.6;
/** CPU time (ms) below which garbage collection and compilation dominate the ratio. */
const MIN_MS = 25;
/** CPU time (ms) above which a text is not doubled again. */
const MAX_MS = 2000;
const PROBES = [1, 8, 64, 256];
const KIBI = 1024;
/** Slightly below a power of two, so that the largest object stays within its byte limit. */
const UNITS_PER_KIBI = 960;
/** A ratio counts only if it is too high in each of this many measurements. */
const ATTEMPTS = 3;

/**
 * Returns the first doubling of the text, from 8 KiB to 1 MiB, that multiplies the CPU time by more than 2.6; undefined
 * without one. Times are medians of three. Texts that take less than 25 ms are not compared.
 */
export async function superlinear(
  { prepare, maxUnits }: Subject,
  fill: (units: number) => string,
): Promise<Growth | undefined> {
  const cost = async (units: number) => cpuMs(await prepare(fill(units)));
  let kibi: number | undefined;
  for (const probe of PROBES.filter((size) => size * UNITS_PER_KIBI <= maxUnits)) {
    if ((await cost(probe * UNITS_PER_KIBI)) < MIN_MS) continue;
    kibi = probe;
    break;
  }
  if (kibi === undefined) return undefined;
  let once = await cost((kibi * UNITS_PER_KIBI) / 2);
  for (; kibi <= KIBI && kibi * UNITS_PER_KIBI <= maxUnits; kibi *= 2) {
    const units = (kibi * UNITS_PER_KIBI) / 2;
    const twice = await cost(2 * units);
    const growth = isSuperlinear({ units, once, twice }) ? await confirmed(units, cost) : undefined;
    if (growth) return growth;
    if (twice > MAX_MS) break;
    once = twice;
  }
  return undefined;
}

/** Repeats the measurement: medians of three, then minima of five, which a busy machine distorts least. */
async function confirmed(
  units: number,
  cost: (units: number) => Promise<number>,
): Promise<Growth | undefined> {
  let growth: Growth | undefined;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const [once, twice] = [await times(units, cost, 3), await times(2 * units, cost, 3)];
    growth = { units, once: once[1] ?? 0, twice: twice[1] ?? 0 };
    if (!isSuperlinear(growth)) return undefined;
  }
  const [once = 0] = await times(units, cost, 5);
  const [twice = 0] = await times(2 * units, cost, 5);
  return isSuperlinear({ units, once, twice }) ? growth : undefined;
}

function isSuperlinear({ once, twice }: Growth): boolean {
  return twice >= MIN_MS && twice > MAX_RATIO * once;
}

/** Returns the sorted times of several measurements. */
async function times(
  units: number,
  cost: (units: number) => Promise<number>,
  count: number,
): Promise<number[]> {
  const measured: number[] = [];
  for (let at = 0; at < count; at += 1) {
    if (typeof collectGarbage === 'function') collectGarbage();
    measured.push(await cost(units));
  }
  return measured.toSorted((a, b) => a - b);
}

/** Returns the CPU time of this thread. A rejected input counts like any other. */
async function cpuMs(run: () => Promise<unknown>): Promise<number> {
  const before = process.threadCpuUsage();
  try {
    await run();
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ProblemError') throw error;
  }
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}
