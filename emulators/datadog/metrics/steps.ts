/** The intervals that Datadog chooses from, in seconds. */
const STEPS = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400, 28_800, 43_200];
/** The most points of a series, with an interval that Datadog chooses and with a requested one. */
const MAX_POINTS = 300;
const MAX_REQUESTED_POINTS = 1500;
const DAY_SECONDS = 86_400;

/** Returns the interval in seconds that Datadog chooses for a time range in epoch milliseconds. */
export function stepFor(from: number, to: number): number {
  return smallestStep((to - from) / 1000, MAX_POINTS);
}

/** Returns a requested interval in seconds, or a larger one if the series of the time range would have too many points. */
export function widenedStep(from: number, to: number, requested: number): number {
  const seconds = (to - from) / 1000;
  if (seconds / requested <= MAX_REQUESTED_POINTS) return requested;
  return smallestStep(seconds, MAX_REQUESTED_POINTS);
}

function smallestStep(seconds: number, maxPoints: number): number {
  return (
    STEPS.find((step) => seconds / step <= maxPoints) ??
    Math.ceil(seconds / maxPoints / DAY_SECONDS) * DAY_SECONDS
  );
}
