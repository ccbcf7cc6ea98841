import type { Clock } from '../src/domain/clock.ts';

/** A clock that goes when the test advances it, or at once when somebody sleeps. */
export interface ManualClock extends Clock {
  /** Every sleep that was asked for, in ms. */
  readonly slept: number[];
  advance(ms: number): void;
}

/** Sleeping takes no time here: it moves the clock. `onSleep` sees each sleep before it ends. */
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
