import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Work with a text of about so many UTF-16 units; made ready first, so that only the work is measured. */
export interface Subject {
  readonly name: string;
  /** The longest text that is sensible, in UTF-16 units. */
  readonly maxUnits: number;
  readonly prepare: (text: string) => Promise<() => Promise<unknown>>;
}

export interface Growth {
  readonly units: number;
  /** CPU milliseconds for that many units, and for twice as many. */
  readonly once: number;
  readonly twice: number;
}

// So that no measurement pays for the garbage of the one before.
setFlagsFromString('--expose-gc');
const collectGarbage: unknown = runInNewContext('gc');

const MAX_RATIO = 2.6;
/** CPU milliseconds below which collecting garbage and compiling decide about the ratio. */
const MIN_MS = 25;
/** CPU milliseconds above which a text is not doubled again. */
const MAX_MS = 2000;
const PROBES = [1, 8, 64, 256];
const KIBI = 1024;
/** A little less than a power of two, so that the largest object keeps within its limit of bytes. */
const UNITS_PER_KIBI = 960;
/** A ratio counts if it is too high in each of so many measurements. */
const ATTEMPTS = 3;

/**
 * The first doubling of the text, from 8 KiB up to 1 MiB, after which the CPU time is more than 2.6 times as much; undefined
 * where there is none. Times are medians of three; texts that take less than 25 ms are not compared.
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
  for (; kibi <= KIBI && kibi * UNITS_PER_KIBI <= maxUnits; kibi *= 2) {
    const units = (kibi * UNITS_PER_KIBI) / 2;
    const [once, twice] = [await cost(units), await cost(2 * units)];
    if (twice >= MIN_MS && twice > MAX_RATIO * once) {
      const growth = await confirmed(units, cost);
      if (growth) return growth;
    }
    if (twice > MAX_MS) break;
  }
  return undefined;
}

async function confirmed(
  units: number,
  cost: (units: number) => Promise<number>,
): Promise<Growth | undefined> {
  let growth: Growth | undefined;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const [once, twice] = [await median(() => cost(units)), await median(() => cost(2 * units))];
    if (twice < MIN_MS || twice <= MAX_RATIO * once) return undefined;
    growth = { units, once, twice };
  }
  return growth;
}

async function median(measure: () => Promise<number>): Promise<number> {
  if (typeof collectGarbage === 'function') collectGarbage();
  const times = [await measure(), await measure(), await measure()].toSorted((a, b) => a - b);
  return times[1] ?? 0;
}

/** CPU time of this thread. A refusal is a result like any other. */
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
