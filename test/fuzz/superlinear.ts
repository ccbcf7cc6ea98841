import type { FuzzInput } from './fuzz-case.ts';

/** A stretch of a text in which one part is repeated. */
interface Repeated {
  readonly from: number;
  readonly to: number;
  readonly period: number;
}

const WINDOW = 12;
const ANCHORS = 64;

/** Finds the longest stretch of a text that repeats one part; undefined where none repeats at least four times. */
export function repeatedStretch(bytes: Buffer): Repeated | undefined {
  let longest: Repeated | undefined;
  for (let anchor = 0; anchor < ANCHORS; anchor += 1) {
    const at = Math.floor((bytes.length * anchor) / ANCHORS);
    const period = bytes.indexOf(bytes.subarray(at, at + WINDOW), at + 1) - at;
    if (period <= 0) continue;
    let to = at + period;
    while (to < bytes.length && bytes[to] === bytes[to - period]) to += 1;
    let from = at;
    while (from > 0 && bytes[from - 1] === bytes[from - 1 + period]) from -= 1;
    const stretch = { from, to, period };
    if (to - from >= 4 * period && (!longest || to - from > longest.to - longest.from)) longest = stretch;
  }
  return longest;
}

/** Returns the input with its repeated stretch as long as `share` says: 1 as it is, 0.5 half as long, 2 twice as long. */
export function scaled(input: FuzzInput, { from, to, period }: Repeated, share: number): FuzzInput {
  const bytes = Buffer.from(input.body);
  const count = Math.max(1, Math.round(((to - from) / period) * share));
  const part = bytes.subarray(from, from + period);
  const rest = bytes.subarray(to - ((to - from) % period));
  return {
    ...input,
    body: Buffer.concat([bytes.subarray(0, from), ...Array.from({ length: count }, () => part), rest]),
  };
}

/** Below this (ms) noise decides. */
const MIN_MS = 60;
/** A linear cost grows 4 times when the stretch does; a quadratic one 16 times. */
const MAX_GROWTH = 7;
const TRIES = 3;

/**
 * Verifies that the cost of an input grows faster than its repeated stretch: measured at a quarter and at the whole of it, the
 * least of three each. Returns a sentence with the numbers, or undefined where the cost is linear or nothing repeats.
 */
export async function superlinear(
  input: FuzzInput,
  costMs: (input: FuzzInput) => Promise<number>,
): Promise<string | undefined> {
  const stretch = repeatedStretch(Buffer.from(input.body));
  if (!stretch) return undefined;
  const cost = async (share: number) => {
    let least = Number.POSITIVE_INFINITY;
    for (let tries = 0; tries < TRIES; tries += 1)
      least = Math.min(least, await costMs(scaled(input, stretch, share)));
    return least;
  };
  const whole = await cost(1);
  if (whole < MIN_MS) return undefined;
  const quarter = await cost(0.25);
  if (whole / Math.max(quarter, 0.5) < MAX_GROWTH) return undefined;
  const size = stretch.to - stretch.from;
  return `${size} repeated bytes cost ${Math.round(whole)} ms, a quarter of them ${Math.round(quarter)} ms`;
}
