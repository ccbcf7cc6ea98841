import type { Clock } from '../src/domain/clock.ts';

/** A clock that advances when the test advances it, or at once by the time of each sleep. */
export interface ManualClock extends Clock {
  /** The duration of every sleep (ms). */
  readonly slept: number[];
  /** Lets time pass; with negative `ms`, sets only the wall clock back. */
  advance(ms: number): void;
}

/** Creates a manual clock. A sleep takes no time and advances the clock. `onSleep` is called before each sleep ends. */
export function manualClock(
  start = 1_700_000_000_000,
  onSleep: (ms: number) => void = () => {},
): ManualClock {
  let now = start;
  let monotonic = 0;
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    monotonic: () => monotonic,
    advance(ms) {
      now += ms;
      monotonic += Math.max(0, ms);
    },
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      slept.push(ms);
      now += ms;
      monotonic += ms;
      onSleep(ms);
    },
  };
}
