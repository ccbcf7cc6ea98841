import { DatadogError } from '../datadog-error.ts';
import { localTime } from './wall-clock.ts';

/** A recurrence rule (RFC 5545), in local time. */
export interface Rule {
  readonly frequency: string;
  readonly interval: number;
  readonly count: number;
  /** The last local time, inclusive. */
  readonly until: number;
  readonly days: readonly Day[];
  readonly monthDays: readonly number[];
  readonly months: readonly number[];
  /** Positions within the days of a period: from 1 up, or from the end with -1 down. */
  readonly positions: readonly number[];
}

/** A day of the week (Monday is 0): the nth of its period, or each one if n is 0. */
interface Day {
  readonly nth: number;
  readonly weekday: number;
}

const DAY_MS = 86_400_000;
const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
/** A rule without a match among this many times never matches. A leap day may be eight years away. */
const MAX_MISMATCHES = 10_000;

/** For each frequency, the times of the nth period, at the time of day of the first. */
const PERIODS = new Map(
  Object.entries<(first: number, n: number) => number[]>({
    MINUTELY: (first, n) => [first + n * 60_000],
    HOURLY: (first, n) => [first + n * 3_600_000],
    DAILY: (first, n) => [first + n * DAY_MS],
    WEEKLY: (first, n) => days(first + (n * 7 - weekdayOf(first)) * DAY_MS, 7),
    MONTHLY: (first, n) =>
      span(first, [yearOf(first), monthOf(first) + n], [yearOf(first), monthOf(first) + n + 1]),
    YEARLY: (first, n) => span(first, [yearOf(first) + n, 0], [yearOf(first) + n + 1, 0]),
  }),
);

/** Parses FREQ, INTERVAL, COUNT, UNTIL, BYDAY, BYMONTHDAY, BYMONTH and BYSETPOS. Throws DatadogError. */
export function readRule(text: string, zone: string): Rule {
  const parts = new Map(
    text.split(';').map((part) => {
      const [name = '', value = ''] = part.split('=');
      return [name.trim().toUpperCase(), value.trim().toUpperCase()];
    }),
  );
  const list = (name: string) => parts.get(name)?.split(',') ?? [];
  const rule: Rule = {
    frequency: parts.get('FREQ') ?? '',
    interval: Number(parts.get('INTERVAL') ?? 1),
    count: Number(parts.get('COUNT') ?? Number.POSITIVE_INFINITY),
    until: untilOf(parts.get('UNTIL'), zone),
    days: list('BYDAY').map(dayOf),
    monthDays: list('BYMONTHDAY').map(Number),
    months: list('BYMONTH').map(Number),
    positions: list('BYSETPOS').map(Number),
  };
  const numbers = [rule.until, rule.count, ...rule.monthDays, ...rule.months, ...rule.positions];
  const isValid =
    PERIODS.get(rule.frequency) !== undefined &&
    Number.isInteger(rule.interval) &&
    rule.interval > 0 &&
    rule.days.every(({ weekday, nth }) => weekday >= 0 && !Number.isNaN(nth)) &&
    !numbers.some(Number.isNaN) &&
    // Start and duration are separate fields of the downtime.
    !/(?:^|;)(?:DTSTART|DTEND|DURATION)\b/i.test(text);
  if (!isValid) throw new DatadogError(400, `Invalid rrule: ${text}`);
  return rule;
}

/** Yields the local start times of a rule in order, from the first on. */
export function* timesOf(rule: Rule, first: number): Generator<number, void> {
  let [count, mismatches] = [0, 0];
  for (let n = 0; mismatches < MAX_MISMATCHES; n += rule.interval) {
    const period = PERIODS.get(rule.frequency)?.(first, n) ?? [];
    const times = selected(rule, first, period);
    mismatches = times.length === 0 ? mismatches + period.length : 0;
    for (const at of times) {
      if (at < first) continue;
      if (at > rule.until || count >= rule.count) return;
      count += 1;
      yield at;
    }
  }
}

function selected(rule: Rule, first: number, period: readonly number[]): number[] {
  const matching = period.filter((at) => matches(rule, first, at));
  if (rule.positions.length === 0) return matching;
  return rule.positions
    .flatMap((position) => matching.at(position > 0 ? position - 1 : position) ?? [])
    .toSorted((a, b) => a - b);
}

/** Returns whether a time matches a rule. Parts that the rule omits come from the first time. */
function matches(rule: Rule, first: number, at: number): boolean {
  const { frequency, days: weekDays, monthDays, months } = rule;
  const hasNoDay = weekDays.length === 0 && monthDays.length === 0;
  const byMonth = ['MONTHLY', 'YEARLY'].includes(frequency);
  const checks = [
    months.length === 0
      ? !hasNoDay || frequency !== 'YEARLY' || monthOf(at) === monthOf(first)
      : months.includes(monthOf(at) + 1),
    monthDays.length === 0 || monthDays.includes(dateOf(at)) || monthDays.includes(-daysFromEnd(at)),
    weekDays.length === 0 ||
      weekDays.some((day) => isDay(day, at, byMonth && (frequency === 'MONTHLY' || months.length > 0))),
    !hasNoDay || !byMonth || dateOf(at) === dateOf(first),
    !hasNoDay || frequency !== 'WEEKLY' || weekdayOf(at) === weekdayOf(first),
  ];
  return checks.every(Boolean);
}

/** Returns whether a time is on a day of the week; with `nth`, on the nth of the month or of the year. */
function isDay({ nth, weekday }: Day, at: number, ofMonth: boolean): boolean {
  if (weekdayOf(at) !== weekday) return false;
  if (nth === 0) return true;
  const [year, month] = [yearOf(at), monthOf(at)];
  const [from, to] = ofMonth
    ? [Date.UTC(year, month, 1), Date.UTC(year, month + 1, 1)]
    : [Date.UTC(year, 0, 1), Date.UTC(year + 1, 0, 1)];
  const week = (ms: number) => Math.floor(ms / DAY_MS / 7) + 1;
  return nth > 0 ? week(at - from) === nth : week(to - 1 - at) === -nth;
}

function dayOf(text: string): Day {
  const [, nth = '', name = ''] = /^([+-]?\d*)([A-Z]{2})$/.exec(text) ?? [];
  return { nth: Number(nth), weekday: WEEKDAYS.indexOf(name) };
}

/** Parses `20301231T000000Z`; without the Z it is a local time. */
function untilOf(text: string | undefined, zone: string): number {
  if (text === undefined) return Number.POSITIVE_INFINITY;
  const [, year, month, day, hour = '00', minute = '00', second = '00', utc] =
    /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z)?)?$/.exec(text) ?? [];
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return utc === undefined || Number.isNaN(at) ? at : localTime(at, zone);
}

/** Returns the days between the first days of two months, at the time of day of `time`. */
function span(time: number, from: readonly [number, number], to: readonly [number, number]): number[] {
  const [start, end] = [Date.UTC(...from), Date.UTC(...to)];
  return days(start + (((time % DAY_MS) + DAY_MS) % DAY_MS), (end - start) / DAY_MS);
}

function days(from: number, count: number): number[] {
  return Array.from({ length: count }, (_, n) => from + n * DAY_MS);
}

function yearOf(at: number): number {
  return new Date(at).getUTCFullYear();
}

function monthOf(at: number): number {
  return new Date(at).getUTCMonth();
}

function dateOf(at: number): number {
  return new Date(at).getUTCDate();
}

function daysFromEnd(at: number): number {
  return new Date(Date.UTC(yearOf(at), monthOf(at) + 1, 0)).getUTCDate() - dateOf(at) + 1;
}

/** Returns the day of the week; Monday is 0. */
function weekdayOf(at: number): number {
  return (new Date(at).getUTCDay() + 6) % 7;
}
