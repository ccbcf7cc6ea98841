/** Lengths of steps in seconds, and how many of them an answer has at most. */
const STEPS = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400, 28_800, 43_200];
const MAX_POINTS = 300;
const DAY = 86_400;

/** The step in seconds in which the values of a time are answered, from its ends in milliseconds. */
export function stepFor(from: number, to: number): number {
  const seconds = (to - from) / 1000;
  return STEPS.find((step) => seconds / step <= MAX_POINTS) ?? Math.ceil(seconds / MAX_POINTS / DAY) * DAY;
}
