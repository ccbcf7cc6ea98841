/** The intervals that Datadog chooses from, in seconds. */
const STEPS = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400, 28_800, 43_200];
const MAX_POINTS = 300;
const DAY_SECONDS = 86_400;

/** Returns the interval in seconds for a time range in epoch milliseconds. */
export function stepFor(from: number, to: number): number {
  const seconds = (to - from) / 1000;
  return (
    STEPS.find((step) => seconds / step <= MAX_POINTS) ??
    Math.ceil(seconds / MAX_POINTS / DAY_SECONDS) * DAY_SECONDS
  );
}
