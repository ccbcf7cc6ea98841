import { type Growth, isSuspicious, superlinearGrowth } from '../../growth.ts';

/** Prepares work on a text of about this many UTF-16 units, so that only the work is measured. */
export interface Subject {
  readonly name: string;
  /** Maximum length of the text in UTF-16 units. */
  readonly maxUnits: number;
  readonly prepare: (text: string) => Promise<() => Promise<unknown>>;
}

/** Slightly below a power of two, so that the largest object stays within its byte limit. */
const UNITS_PER_KIBI = 960;
const KIBI = [1, 4, 16, 64, 256, 1024];
/** CPU time (ms) above which the text is not made longer. */
const MAX_MS = 500;
/** Work on 256 KiB that takes less CPU time (ms) is not tried with 1 MiB: were it quadratic, that would take a tenth of a second. */
const NEGLIGIBLE = { kibi: 256, ms: 6 };

/**
 * Returns the first growth of the CPU time, from 1 KiB to 1 MiB, that is not linear: twice the text costs more than 2.6 times as
 * much, over two successive doublings. Returns undefined without one.
 */
export async function superlinear(
  { prepare, maxUnits }: Subject,
  fill: (units: number) => string,
): Promise<Growth | undefined> {
  const cost = async (units: number) => cpuMs(await prepare(fill(units)));
  let before = Number.POSITIVE_INFINITY;
  for (const kibi of KIBI.filter((size) => size * UNITS_PER_KIBI <= maxUnits)) {
    const units = kibi * UNITS_PER_KIBI;
    const now = await cost(units);
    const growth = isSuspicious(before, now) ? await superlinearGrowth(cost, units / 4) : undefined;
    if (growth) return growth;
    if (now > MAX_MS || (kibi === NEGLIGIBLE.kibi && now < NEGLIGIBLE.ms)) break;
    before = now;
  }
  return undefined;
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
