import assert from 'node:assert/strict';

/** Maximum ratio of the CPU times for twice the text and for the text. */
const MAX_RATIO = 2.6;
/** Minimum CPU time (ms) that can be measured. */
const MIN_MS = 60;
const [FIRST, SCREEN, LAST] = [2 ** 13, 2 ** 16, 2 ** 20];

/**
 * Asserts that the CPU time of work on a text is proportional to its length, from 8 KiB to 1 MiB. Work on 64 KiB that takes
 * less than the minimum passes at once, because work that is not linear takes longer.
 */
export function assertLinear(work: (length: number) => void, what = 'the work'): void {
  work(FIRST);
  if (Math.min(cpuOf(work, SCREEN), cpuOf(work, SCREEN)) < MIN_MS) return;
  // The compiler or the garbage collector may slow down one measurement; work that is not linear fails repeatedly.
  let failures = 0;
  for (let length = FIRST; length < LAST; length *= 2) {
    const [once, twice] = [median(work, length), median(work, 2 * length)];
    if (once < MIN_MS) continue;
    if (twice < MAX_RATIO * once || isLinearAgain(work, length)) return;
    failures += 1;
    assert.ok(failures < 2, `${what}: ${length} take ${once} ms, twice as many ${twice} ms`);
  }
}

/** Returns whether one of three more attempts is linear: a busy machine distorts single measurements, not all of them. */
function isLinearAgain(work: (length: number) => void, length: number): boolean {
  return [1, 2, 3].some(() => median(work, 2 * length) < MAX_RATIO * median(work, length));
}

function median(work: (length: number) => void, length: number): number {
  const times = [1, 2, 3].map(() => cpuOf(work, length)).toSorted((a, b) => a - b);
  return times[1] ?? 0;
}

/** Returns the CPU time (ms) of this process, which other processes do not affect. */
function cpuOf(work: (length: number) => void, length: number): number {
  const before = process.cpuUsage();
  work(length);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
