import { Refused } from '../refused.ts';

/** A stretch of time, epoch milliseconds. */
export interface Occurrence {
  readonly start: number;
  readonly end: number;
}

const UNITS_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const DAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];
const DAY_MS = 86_400_000;
/** Days looked at for the next occurrence: a leap day every four years is within. */
const FARTHEST_DAYS = 4 * 366;

/** `1h`, `2d` in milliseconds. Throws Refused. */
export function durationMs(duration: string): number {
  const [, count = '', unit = ''] = /^(\d+)([mhdw])$/.exec(duration) ?? [];
  const ms = UNITS_MS[unit];
  if (ms === undefined) throw new Refused(400, `Invalid duration: ${duration}`);
  return Number(count) * ms;
}

/**
 * The occurrence of a rule (RFC 5545: FREQ, INTERVAL, BYDAY, BYMONTHDAY, COUNT, UNTIL) that lasts at a time, or the
 * next one; undefined where there is none. `start` is its first day and hour. Throws Refused.
 */
export function occurrenceAt(
  rrule: string,
  start: number,
  duration: number,
  now: number,
): Occurrence | undefined {
  const rule = parts(rrule);
  const until = rule['UNTIL'] === undefined ? Number.POSITIVE_INFINITY : untilMs(rule['UNTIL']);
  const count = Number(rule['COUNT'] ?? Number.POSITIVE_INFINITY);
  let seen = 0;
  for (let day = 0; day < FARTHEST_DAYS || start + day * DAY_MS < now + FARTHEST_DAYS * DAY_MS; day += 1) {
    const at = start + day * DAY_MS;
    if (at > until || seen >= count) return undefined;
    if (!fallsOn(rule, new Date(start), new Date(at), day)) continue;
    seen += 1;
    if (at + duration > now) return { start: at, end: at + duration };
  }
  return undefined;
}

function parts(rrule: string): Readonly<Record<string, string>> {
  const pairs = rrule.split(';').map((part) => part.split('='));
  const rule = Object.fromEntries(pairs.map(([name = '', value = '']) => [name, value]));
  if (!['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'].includes(rule['FREQ'] ?? ''))
    throw new Refused(400, `Invalid rrule: ${rrule}`);
  return rule;
}

function fallsOn(rule: Readonly<Record<string, string>>, first: Date, at: Date, day: number): boolean {
  const interval = Number(rule['INTERVAL'] ?? 1);
  const days = rule['BYDAY']?.split(',');
  const weekday = DAYS[at.getUTCDay()] ?? '';
  const months = (at.getUTCFullYear() - first.getUTCFullYear()) * 12 + at.getUTCMonth() - first.getUTCMonth();
  const dayOfMonth = (rule['BYMONTHDAY']?.split(',').map(Number) ?? [first.getUTCDate()]).includes(
    at.getUTCDate(),
  );
  switch (rule['FREQ']) {
    case 'DAILY':
      return day % interval === 0 && (days?.includes(weekday) ?? true);
    case 'WEEKLY':
      return (
        Math.floor((day + first.getUTCDay()) / 7) % interval === 0 &&
        (days ?? [DAYS[first.getUTCDay()] ?? '']).includes(weekday)
      );
    case 'MONTHLY':
      return months % interval === 0 && (days?.some((name) => isNthDay(name, at)) ?? dayOfMonth);
    default:
      return months % (12 * interval) === 0 && at.getUTCDate() === first.getUTCDate();
  }
}

/** `MO`, or `2MO`, the second Monday of the month. */
function isNthDay(name: string, at: Date): boolean {
  const [, nth = '', day = ''] = /^(-?\d*)(\w\w)$/.exec(name) ?? [];
  if (DAYS[at.getUTCDay()] !== day) return false;
  return nth === '' || Math.ceil(at.getUTCDate() / 7) === Number(nth);
}

/** `20301231T000000Z` */
function untilMs(text: string): number {
  const [, y = '', m = '', d = '', time = ''] = /^(\d{4})(\d\d)(\d\d)(?:T(\d{6}))?Z?$/.exec(text) ?? [];
  const [hour, minute, second] = [time.slice(0, 2), time.slice(2, 4), time.slice(4, 6)].map(
    (part) => part || '00',
  );
  return Date.parse(`${y}-${m}-${d}T${hour}:${minute}:${second}Z`);
}
