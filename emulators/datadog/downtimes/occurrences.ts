import { DatadogError } from '../datadog-error.ts';
import { type Rule, timesOf } from './recurrence-rule.ts';
import { localTime, utcTime } from './wall-clock.ts';

/** A time range, in epoch milliseconds. */
export interface Occurrence {
  readonly start: number;
  readonly end: number;
}

/** A recurring time range: its rule, the local time of the first, and the duration, in milliseconds. */
export interface Recurring {
  readonly rule: Rule;
  readonly first: number;
  readonly duration: number;
  readonly zone: string;
}

const UNITS_MS = new Map(Object.entries({ m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }));

/** Converts `1h` or `2d` to milliseconds. Throws DatadogError. */
export function durationMs(duration: string): number {
  const [, count = '', unit = ''] = /^(\d+)([mhdw])$/.exec(duration) ?? [];
  const ms = UNITS_MS.get(unit);
  if (ms === undefined) throw new DatadogError(400, `Invalid duration: ${duration}`);
  return Number(count) * ms;
}

/** Returns the last occurrence that has started at a time, and the next one. */
export function occurrencesAround(
  { rule, first, duration, zone }: Recurring,
  now: number,
): { last?: Occurrence; next?: Occurrence } {
  const occurrence = (local: number): Occurrence => {
    const start = utcTime(local, zone);
    return { start, end: start + duration };
  };
  const today = localTime(now, zone);
  let last: number | undefined;
  for (const at of timesOf(rule, first)) {
    if (at > today)
      return { ...(last === undefined ? {} : { last: occurrence(last) }), next: occurrence(at) };
    last = at;
  }
  return last === undefined ? {} : { last: occurrence(last) };
}

/** Returns the occurrences that end at `from` or later and start before `to`. */
export function occurrencesWithin(
  { rule, first, duration, zone }: Recurring,
  { from, to }: { from: number; to: number },
): Occurrence[] {
  const found: Occurrence[] = [];
  for (const at of timesOf(rule, first)) {
    const start = utcTime(at, zone);
    if (start >= to) break;
    if (start + duration >= from) found.push({ start, end: start + duration });
  }
  return found;
}
