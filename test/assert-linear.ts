import assert from 'node:assert/strict';

/** Twice the text may cost so many times the CPU time. */
const MAX_RATIO = 2.6;
/** Work that takes less, in milliseconds of CPU time, cannot be measured. */
const MIN_MS = 60;
const [FIRST, SCREEN, LAST] = [2 ** 13, 2 ** 16, 2 ** 20];

/**
 * Asserts that the CPU time of work on a text grows as its length does, from 8 KiB to 1 MiB. Work that is done with 64 KiB
 * in less than can be measured passes at once: what is not linear takes longer.
 */
export function assertLinear(work: (length: number) => void, what = 'the work'): void {
  work(FIRST);
  if (Math.min(cpuOf(work, SCREEN), cpuOf(work, SCREEN)) < MIN_MS) return;
  // One doubling may be paid by the compiler or the garbage collector; what is not linear fails at the next one too.
  let failures = 0;
  for (let length = FIRST; length < LAST; length *= 2) {
    const [once, twice] = [median(work, length), median(work, 2 * length)];
    if (once < MIN_MS) continue;
    if (twice < MAX_RATIO * once || isLinearAgain(work, length)) return;
    failures += 1;
    assert.ok(failures < 2, `${what}: ${length} take ${once} ms, twice as many ${twice} ms`);
  }
}

/** Whether one of three more attempts shows a linear step: a busy machine falsifies single measurements, never all of them. */
function isLinearAgain(work: (length: number) => void, length: number): boolean {
  return [1, 2, 3].some(() => median(work, 2 * length) < MAX_RATIO * median(work, length));
}

function median(work: (length: number) => void, length: number): number {
  const times = [1, 2, 3].map(() => cpuOf(work, length)).toSorted((a, b) => a - b);
  return times[1] ?? 0;
}

/** Milliseconds of CPU time: others on the machine make no difference. */
function cpuOf(work: (length: number) => void, length: number): number {
  const before = process.cpuUsage();
  work(length);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
