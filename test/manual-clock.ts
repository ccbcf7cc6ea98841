import type { Clock } from '../src/domain/clock.ts';

/** A clock that advances when the test advances it, or at once by the time of each sleep. */
export interface ManualClock extends Clock {
  /** The duration of every sleep (ms). */
  readonly slept: number[];
  advance(ms: number): void;
}

/** Creates a manual clock. A sleep takes no time and advances the clock. `onSleep` is called before each sleep ends. */
export function manualClock(
  start = 1_700_000_000_000,
  onSleep: (ms: number) => void = () => {},
): ManualClock {
  let now = start;
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    advance(ms) {
      now += ms;
    },
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      slept.push(ms);
      now += ms;
      onSleep(ms);
    },
  };
}
