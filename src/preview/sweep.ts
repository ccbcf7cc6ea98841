import type { Steps } from '../domain/steps.ts';
import type { Condition, Thresholds } from '../evaluate/condition.ts';
import { evaluating, type NoticeOptions } from '../evaluate/evaluate.ts';
import { VALUE, type Windows } from '../evaluate/window-values.ts';
import { messagesOf, perWeek } from './figures.ts';
import type { Span, SweepRow } from './report.ts';

/** The thresholds on each side of the current one. */
const SIDE = 10;
/** The share of the values of a side that lie between the current threshold and the next one. */
const CLOSEST_SHARE = 0.005;
/** About so many values of windows decide about the thresholds. */
const MAX_SAMPLES = 50_000;
/** Thresholds are rounded to so many digits. */
const DIGITS = 3;

/**
 * Computes what other critical thresholds would have done, by threshold, with the current one. The other thresholds keep their
 * distance to it, so that their order stays valid.
 */
export function* sweeping(
  condition: Condition,
  windows: Windows,
  span: Span,
  options: NoticeOptions = {},
): Steps<SweepRow[]> {
  const { thresholds } = condition.states;
  const current = thresholds.critical;
  const rows: SweepRow[] = [];
  for (const threshold of [...thresholdsAround(current, sampleOf(windows)), current].sort((a, b) => a - b)) {
    const moved = moveThresholds(thresholds, threshold);
    const { transitions, notifications } = yield* evaluating(condition, windows, {
      ...options,
      thresholds: moved,
    });
    const count = messagesOf(notifications);
    rows.push({
      threshold,
      transitions: transitions.length,
      notifications: count,
      per_week: perWeek(count, span.to - span.from),
      is_current: threshold === current,
    });
  }
  return rows;
}

/** Returns thresholds with another critical one. A threshold that rounding makes equal to it is left out. */
export function moveThresholds(thresholds: Thresholds, critical: number): Thresholds {
  const distance = critical - thresholds.critical;
  const move = (name: 'warning' | 'criticalRecovery' | 'warningRecovery') => {
    const value = thresholds[name];
    if (value === undefined) return {};
    const moved = distance === 0 ? value : value + distance;
    return moved === critical ? {} : { [name]: moved };
  };
  return { critical, ...move('warning'), ...move('criticalRecovery'), ...move('warningRecovery') };
}

/** Returns values of windows, evenly spread over groups and time, and the extremes of each group; ascending. */
function sampleOf({ schedule: { times, firstReported }, groups }: Windows): Float64Array {
  const reported = Math.max(0, times.length - firstReported);
  const stride = Math.max(1, Math.ceil((groups.size * reported) / MAX_SAMPLES));
  const sample = new Float64Array(groups.size * (Math.ceil(reported / stride) + 2));
  let length = 0;
  for (const { outcomes, values } of groups.values()) {
    let [lowest, highest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let at = firstReported; at < times.length; at += 1) {
      if (outcomes[at] !== VALUE) continue;
      const value = values[at] ?? 0;
      if (value < lowest) lowest = value;
      if (value > highest) highest = value;
      if ((at - firstReported) % stride === 0) sample[length++] = value;
    }
    if (lowest > highest) continue;
    sample[length++] = lowest;
    sample[length++] = highest;
  }
  return sample.subarray(0, length).sort();
}

/**
 * Returns up to 10 thresholds on each side of the current one. They are quantiles of the values on that side: the share of
 * these values that lie between the current threshold and the next ones grows by a constant factor, from 0.5 % to all.
 */
function thresholdsAround(current: number, sorted: Float64Array): number[] {
  const firstAbove = sorted.findIndex((value) => value > current);
  const above = firstAbove === -1 ? new Float64Array() : sorted.subarray(firstAbove);
  const below = sorted.subarray(0, sorted.findLastIndex((value) => value < current) + 1);
  const found = new Set<number>();
  for (let at = 0; at < SIDE; at += 1) {
    const lower = rounded(below[below.length - rankOf(at, below.length)]);
    if (lower < current) found.add(lower);
    const higher = rounded(above[rankOf(at, above.length) - 1]);
    if (higher > current) found.add(higher);
  }
  return [...found];
}

function rankOf(at: number, length: number): number {
  const first = Math.max(1, length * CLOSEST_SHARE);
  return Math.round(first * (length / first) ** (at / (SIDE - 1)));
}

function rounded(value = Number.NaN): number {
  return Number(value.toPrecision(DIGITS));
}
