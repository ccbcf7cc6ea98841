import type { Condition, Thresholds } from '../evaluate/condition.ts';
import { evaluate, type NoticeOptions } from '../evaluate/evaluate.ts';
import { VALUE, type Windows } from '../evaluate/window-values.ts';
import { messagesOf, perWeek } from './figures.ts';
import type { Span, SweepRow } from './report.ts';

/** The thresholds on each side of the current one. */
const SIDE = 10;
/** About so many values of windows decide about the thresholds. */
const MAX_SAMPLES = 50_000;
/** Thresholds are rounded to so many digits. */
const DIGITS = 3;

/**
 * Returns what other critical thresholds would have done, by threshold, with the current one. The other thresholds keep their
 * distance to it, so that their order stays valid.
 */
export function sweepOf(
  condition: Condition,
  windows: Windows,
  span: Span,
  options: NoticeOptions = {},
): SweepRow[] {
  const { thresholds } = condition.states;
  const current = thresholds.critical;
  return [...thresholdsAround(current, sampleOf(windows)), current]
    .sort((a, b) => a - b)
    .map((threshold) => {
      const moved = moveThresholds(thresholds, threshold);
      const { transitions, notifications } = evaluate(condition, windows, { ...options, thresholds: moved });
      const count = messagesOf(notifications);
      return {
        threshold,
        transitions: transitions.length,
        notifications: count,
        per_week: perWeek(count, span.to - span.from),
        is_current: threshold === current,
      };
    });
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
  const all = groups.size * (times.length - firstReported);
  const stride = Math.max(1, Math.ceil(all / MAX_SAMPLES));
  const sample: number[] = [];
  for (const { outcomes, values } of groups.values()) {
    let [lowest, highest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let at = firstReported; at < times.length; at += 1) {
      if (outcomes[at] !== VALUE) continue;
      const value = values[at] ?? 0;
      if (value < lowest) lowest = value;
      if (value > highest) highest = value;
      if (at % stride === 0) sample.push(value);
    }
    if (lowest <= highest) sample.push(lowest, highest);
  }
  return Float64Array.from(sample).sort();
}

/**
 * Returns up to 10 thresholds on each side of the current one. They are quantiles of the values on that side: the share of
 * these values that lie between the current threshold and the next ones grows by a constant factor, from one value to all.
 */
function thresholdsAround(current: number, sorted: Float64Array): number[] {
  const below = sorted.filter((value) => value < current).toReversed();
  const above = sorted.filter((value) => value > current);
  return [below, above].flatMap((side) => {
    const isOnSide = (value: number) => (side === below ? value < current : value > current);
    const found = new Set<number>();
    for (let at = 0; at < SIDE; at += 1) {
      const rank = Math.round(side.length ** (at / (SIDE - 1)));
      const value = Number((side[rank - 1] ?? Number.NaN).toPrecision(DIGITS));
      if (isOnSide(value)) found.add(value);
    }
    return [...found];
  });
}
