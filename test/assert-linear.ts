import assert from 'node:assert/strict';
import { describeGrowth, isSuspicious, MIN_MS, superlinearGrowth } from './growth.ts';

const FIRST = 2 ** 13;
const LAST = 2 ** 20;
/** The step between two measured lengths: two doublings. */
const STEP = 4;

/**
 * Asserts that the CPU time of work on a text is proportional to its length. Doubles the length twice until the work takes long
 * enough to be measured; gives up at `last`.
 */
export async function assertLinear(
  work: (length: number) => unknown,
  what = 'the work',
  { first = FIRST, last = LAST } = {},
): Promise<void> {
  const cost = async (length: number) => {
    const before = process.threadCpuUsage();
    await work(length);
    const { user, system } = process.threadCpuUsage(before);
    return (user + system) / 1000;
  };
  // The first run includes compilation.
  let before = Math.min(await cost(first), await cost(first));
  for (let length = first * STEP; length <= last; length *= STEP) {
    const now = await cost(length);
    const growth = isSuspicious(before, now) ? await superlinearGrowth(cost, length / STEP) : undefined;
    assert.equal(growth && describeGrowth(growth), undefined, `${what} is not linear`);
    if (now >= MIN_MS) return;
    before = now;
  }
}
