import type { FuzzInput } from './fuzz-case.ts';
import type { SupervisedWorker } from './supervised-worker.ts';

/** A range of a text in which one part is repeated. */
interface Repeated {
  readonly from: number;
  readonly to: number;
  readonly period: number;
}

const WINDOW = 12;
const ANCHORS = 64;

/** Returns the longest range of a text that repeats one part; undefined if no part repeats at least four times. */
export function repeatedRange(bytes: Buffer): Repeated | undefined {
  let longest: Repeated | undefined;
  for (let anchor = 0; anchor < ANCHORS; anchor += 1) {
    const at = Math.floor((bytes.length * anchor) / ANCHORS);
    const period = bytes.indexOf(bytes.subarray(at, at + WINDOW), at + 1) - at;
    if (period <= 0) continue;
    let to = at + period;
    while (to < bytes.length && bytes[to] === bytes[to - period]) to += 1;
    let from = at;
    while (from > 0 && bytes[from - 1] === bytes[from - 1 + period]) from -= 1;
    const range = { from, to, period };
    if (to - from >= 4 * period && (!longest || to - from > longest.to - longest.from)) longest = range;
  }
  return longest;
}

/** Returns the input with the length of its repeated range multiplied by `share`. */
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

/** Minimum cost (ms): noise dominates shorter measurements. */
const MIN_MS = 60;
/** Minimum length (bytes) of a repeated range. A shorter one does not explain the cost. */
const MIN_RANGE = 400;
/** Maximum growth of the cost when the range grows 4 times. A linear cost grows 4 times, a quadratic one 16 times. */
const MAX_GROWTH = 7;
const MAX_GROWTH_OF_HALF = 2;
const TRIES = 3;

/** The cost (ms) and the outcome of an input. Only inputs with the same outcome are compared. */
export interface Cost {
  readonly ms: number;
  readonly outcome: string;
}

/**
 * Verifies that the cost of an input grows faster than its repeated range, measured at a quarter, half and the whole of it, each the
 * minimum of three. Returns a sentence with the numbers, or undefined if the cost is linear or nothing repeats.
 */
export async function superlinear(
  input: FuzzInput,
  costOf: (input: FuzzInput) => Promise<Cost>,
): Promise<string | undefined> {
  const range = repeatedRange(Buffer.from(input.body));
  if (!range || range.to - range.from < MIN_RANGE) return undefined;
  const min = async (share: number): Promise<Cost> => {
    const costs: Cost[] = [];
    for (let tries = 0; tries < TRIES; tries += 1) costs.push(await costOf(scaled(input, range, share)));
    return { ms: Math.min(...costs.map(({ ms }) => ms)), outcome: costs[0]?.outcome ?? '' };
  };
  const whole = await min(1);
  if (whole.ms < MIN_MS) return undefined;
  const [half, quarter] = [await min(0.5), await min(0.25)];
  if (half.outcome !== whole.outcome || quarter.outcome !== whole.outcome) return undefined;
  const grows = (more: Cost, less: Cost, factor: number) => more.ms > factor * Math.max(less.ms, 0.5);
  const isSuperlinear =
    grows(whole, quarter, MAX_GROWTH) &&
    grows(whole, half, MAX_GROWTH_OF_HALF) &&
    grows(half, quarter, MAX_GROWTH_OF_HALF);
  if (!isSuperlinear) return undefined;
  const size = range.to - range.from;
  return `${size} repeated bytes cost ${Math.round(whole.ms)} ms, half ${Math.round(half.ms)} ms, a quarter ${Math.round(quarter.ms)} ms`;
}

/** Measures inputs in a worker process. */
export function costIn(worker: SupervisedWorker): (input: FuzzInput) => Promise<Cost> {
  return async (input) => {
    const [seen] = (await worker.probe(input)).seen;
    return { ms: seen?.cpuMs ?? 0, outcome: seen?.outcome ?? 'none' };
  };
}
