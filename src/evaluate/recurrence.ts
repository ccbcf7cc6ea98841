import { isObject, type JsonObject, own, textOf } from '../domain/json.ts';
import { isOn } from '../lint/monitor/option-values.ts';
import { isTimeZone } from '../lint/monitor/time-zone.ts';
import { MAX_TIMES_A_DAY } from './choices.ts';
import type { Recurrence, RecurrenceDay, Refusal } from './condition.ts';
import { refuse } from './read-formula.ts';
import { WallClock } from './wall-clock.ts';

const DAY_S = 86_400;
const WEEKDAYS: readonly string[] = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
/** The lists of whole numbers in a rule. 0 is no day of a month. */
const RANGES = { BYMONTH: [1, 12], BYMONTHDAY: [-31, 31], BYHOUR: [0, 23], BYMINUTE: [0, 59] } as const;
const PARTS: ReadonlySet<string> = new Set(['FREQ', 'INTERVAL', 'BYDAY', ...Object.keys(RANGES)]);
/** How far back the last evaluation of a schedule is looked for, in days: a leap day may be eight years away. */
const LOOK_BACK_DAYS: readonly number[] = [2, 40, 400, 3000];

/** Returns whether a day, in days since 1970, is in a period of the rule. `first` is the day of the start. */
type IsInPeriod = (day: number, first: number, interval: number) => boolean;

const IS_IN_PERIOD: ReadonlyMap<string, IsInPeriod> = new Map<string, IsInPeriod>([
  ['DAILY', (day, first, interval) => (day - first) % interval === 0],
  ['WEEKLY', (day, first, interval) => (weekOf(day) - weekOf(first)) % interval === 0],
  ['MONTHLY', (day, first, interval) => (monthsUntil(day) - monthsUntil(first)) % interval === 0],
  [
    'YEARLY',
    (day, first, interval) =>
      (dateOf(day).getUTCFullYear() - dateOf(first).getUTCFullYear()) % interval === 0,
  ],
]);

/** Reads the custom schedule of a monitor. Returns undefined if it has none, and refuses what is not reproduced. */
export function readRecurrence(options: JsonObject): Recurrence | Refusal | undefined {
  const scheduling = options['scheduling_options'];
  const schedule = isObject(scheduling) ? scheduling['custom_schedule'] : undefined;
  if (!isOn(schedule)) return undefined;
  const recurrences = isObject(schedule) ? schedule['recurrences'] : undefined;
  const [given, ...others] = Array.isArray(recurrences) ? recurrences : [];
  if (!isObject(given) || others.length > 0)
    return refused('A custom schedule has exactly one recurrence in Datadog.');
  const timeZone = textOf(own(given, 'timezone')) || 'UTC';
  if (!isTimeZone(timeZone)) return refused(`"${timeZone}" is not a time zone.`);
  const startMs = Date.parse(`${textOf(own(given, 'start'))}Z`);
  if (Number.isNaN(startMs)) return refused('The times of a custom schedule without start are not known.');
  return readRule(textOf(own(given, 'rrule')), Math.floor(startMs / 60_000), timeZone);
}

/** `start` is a local time in minutes since 1970. */
function readRule(rrule: string, start: number, timeZone: string): Recurrence | Refusal {
  const parts = new Map(
    rrule
      .toUpperCase()
      .replace('RRULE:', '')
      .split(/[;\s]/)
      .filter((part) => part !== '')
      .map((part): [name: string, value: string] => {
        const at = part.indexOf('=');
        return [part.slice(0, at), part.slice(at + 1)];
      }),
  );
  const unknown = parts.keys().find((name) => !PARTS.has(name));
  if (unknown !== undefined) return refused(`A custom schedule with ${unknown} is not reproduced.`);
  const frequency = parts.get('FREQ') ?? '';
  const isInPeriod = IS_IN_PERIOD.get(frequency);
  if (!isInPeriod) return refused(`A custom schedule with the frequency "${frequency}" is not reproduced.`);
  const interval = Number(parts.get('INTERVAL') ?? 1);
  const list = (name: keyof typeof RANGES) => parts.get(name)?.split(',').map(Number) ?? [];
  const isWithin = (name: keyof typeof RANGES) => {
    const [min, max] = RANGES[name];
    return list(name).every((value) => Number.isInteger(value) && value >= min && value <= max);
  };
  const days = parts.get('BYDAY')?.split(',').map(readDay) ?? [];
  const monthDays = list('BYMONTHDAY');
  const isValid =
    Number.isInteger(interval) &&
    interval > 0 &&
    (['BYMONTH', 'BYMONTHDAY', 'BYHOUR', 'BYMINUTE'] as const).every(isWithin) &&
    !monthDays.includes(0) &&
    !(frequency === 'WEEKLY' && monthDays.length > 0) &&
    days.every(({ weekday, nth }) => weekday >= 0 && Number.isInteger(nth));
  if (!isValid) return refused(`"${rrule}" is not a valid rule of recurrence.`);
  if (frequency !== 'MONTHLY' && days.some(({ nth }) => nth !== 0))
    return refused('Numbered days of the week are reproduced in months only.');
  const [hours, minutes] = [list('BYHOUR'), list('BYMINUTE')];
  const times = (hours.length > 0 ? hours : [Math.floor(start / 60) % 24]).flatMap((hour) =>
    (minutes.length > 0 ? minutes : [start % 60]).map((minute) => hour * 60 + minute),
  );
  if (times.length > MAX_TIMES_A_DAY)
    return refused(`A custom schedule with more than ${MAX_TIMES_A_DAY} times a day is not reproduced.`);
  return {
    kind: 'recurrence',
    frequency,
    interval,
    start,
    months: list('BYMONTH'),
    monthDays,
    days,
    times,
    timeZone,
  };
}

function refused(message: string): Refusal {
  return refuse('custom_schedule', message);
}

/** Reads `MO`, or `-1FR`. */
function readDay(text: string): RecurrenceDay {
  return { nth: Number(text.slice(0, -2)), weekday: WEEKDAYS.indexOf(text.slice(-2)) };
}

/**
 * Returns the times of a recurrence from `fromS` to before `toS`, in ascending order (UNIX seconds). A local time that a change
 * of the clock skips becomes the moment of the change; of one that occurs twice, the first counts.
 */
export function recurrencesBetween(recurrence: Recurrence, fromS: number, toS: number): number[] {
  const { start, times, timeZone } = recurrence;
  const clock = new WallClock(timeZone);
  const found = new Set<number>();
  const first = Math.max(Math.floor(start / 1440), Math.floor(fromS / DAY_S) - 1);
  for (let day = first; day <= Math.floor(toS / DAY_S) + 1; day += 1) {
    if (!isSelected(recurrence, day)) continue;
    const date = dateOf(day);
    for (const time of times) {
      if (day * 1440 + time < start) continue;
      const atS = clock.timeOf({
        year: date.getUTCFullYear(),
        month: date.getUTCMonth() + 1,
        day: date.getUTCDate(),
        hour: Math.floor(time / 60),
        minute: time % 60,
      });
      if (atS >= fromS && atS < toS) found.add(atS);
    }
  }
  return [...found].sort((a, b) => a - b);
}

/** Returns the last time of a recurrence before a time, in UNIX seconds. Undefined without one in the last eight years. */
export function lastRecurrence(recurrence: Recurrence, beforeS: number): number | undefined {
  for (const days of LOOK_BACK_DAYS) {
    const last = recurrencesBetween(recurrence, beforeS - days * DAY_S, beforeS).at(-1);
    if (last !== undefined) return last;
  }
  return undefined;
}

/** Returns whether all times of a recurrence are whole hours in UTC. */
export function isHourly({ times, timeZone, start }: Recurrence): boolean {
  const { minute } = new WallClock(timeZone).localTimeOf(Math.floor(start / 60) * 3600);
  return minute === 0 && times.every((time) => time % 60 === 0);
}

/** What a rule leaves out comes from its start. */
function isSelected(recurrence: Recurrence, day: number): boolean {
  const { frequency, interval, start, months, monthDays, days } = recurrence;
  const first = Math.floor(start / 1440);
  if (IS_IN_PERIOD.get(frequency)?.(day, first, interval) !== true) return false;
  const [date, startDate] = [dateOf(day), dateOf(first)];
  const month = date.getUTCMonth() + 1;
  if (months.length > 0 && !months.includes(month)) return false;
  if (monthDays.length === 0 && days.length === 0) {
    if (frequency === 'WEEKLY') return weekdayOf(day) === weekdayOf(first);
    if (frequency === 'DAILY') return true;
    if (frequency === 'YEARLY' && months.length === 0 && month !== startDate.getUTCMonth() + 1) return false;
    return date.getUTCDate() === startDate.getUTCDate();
  }
  const dayOfMonth = date.getUTCDate();
  const length = new Date(Date.UTC(date.getUTCFullYear(), month, 0)).getUTCDate();
  const fromEnd = dayOfMonth - length - 1;
  return (
    (monthDays.length === 0 || monthDays.includes(dayOfMonth) || monthDays.includes(fromEnd)) &&
    (days.length === 0 || days.some((one) => isOnDay(one, weekdayOf(day), dayOfMonth, fromEnd)))
  );
}

function isOnDay(
  { nth, weekday }: RecurrenceDay,
  given: number,
  dayOfMonth: number,
  fromEnd: number,
): boolean {
  if (weekday !== given) return false;
  if (nth === 0) return true;
  return nth > 0 ? Math.ceil(dayOfMonth / 7) === nth : Math.ceil(-fromEnd / 7) === -nth;
}

/** Weeks begin on Monday, as weekdays do; 1970-01-01 was a Thursday. */
function weekOf(day: number): number {
  return Math.floor((day + 3) / 7);
}

function weekdayOf(day: number): number {
  return (day + 3) % 7;
}

function monthsUntil(day: number): number {
  const date = dateOf(day);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

function dateOf(day: number): Date {
  return new Date(day * DAY_S * 1000);
}
