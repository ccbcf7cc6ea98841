import { fieldError } from '../dashboards/widget-types.ts';
import { isRawObject, toNumber, type RawObject } from '../raw-json.ts';
import { DatadogError } from '../datadog-error.ts';

/** Documented maximums: Datadog API v1, MonitorOptions. No option that is a number can be negative. */
const MAXIMUMS = new Map(
  Object.entries({ timeout_h: 24, evaluation_delay: 86_400, min_failure_duration: 7200 }),
);
const MINUTES = new Map(Object.entries({ s: 1 / 60, m: 1, h: 60, d: 1440 }));
const RETENTION_MINUTES = { min: 60, max: 72 * 60 };
const FREQUENCY = /(?:^|[;:\s])FREQ=(?:DAILY|WEEKLY|MONTHLY|YEARLY)(?:;|\s|$)/i;
const NOT_IN_RRULE = /\b(?:DTSTART|DTEND|DURATION)\b/i;

/**
 * Rejects options of another type than in Datadog's client, and values outside the documented limits. No record has Datadog's
 * words. Throws DatadogError.
 */
export function checkOptions(options: RawObject): void {
  for (const [name, value] of Object.entries(options)) {
    // It is unknown how Datadog handles an empty text.
    if (value === undefined || value === null || value === '') continue;
    if (!isValid(name, value)) throw new DatadogError(400, `Invalid monitor option: ${name}`);
  }
}

function isValid(name: string, value: unknown): boolean {
  const fits = (one: unknown) => fieldError('MonitorOptions', name, one) === undefined;
  if (!fits(value) && !(isFlag(value) && fits(true))) return false;
  if (name === 'group_retention_duration') return isRetention(value);
  if (name === 'scheduling_options') return isRawObject(value) && isSchedule(value);
  // An unknown option fits every type.
  if (!fits(1.5) || fits({})) return true;
  const number = toNumber(value) ?? Number(value);
  return number >= 0 && number <= (MAXIMUMS.get(name) ?? Infinity);
}

/** Returns whether Datadog reads a value as true or false. */
function isFlag(value: unknown): boolean {
  return /^(?:true|false|0|1)$/i.test(String(typeof value === 'string' ? value : toNumber(value)));
}

function isRetention(value: unknown): boolean {
  const [, count, unit = ''] = (typeof value === 'string' && /^(\d{1,9})([smhd])$/.exec(value)) || [];
  const minutes = Number(count) * (MINUTES.get(unit) ?? Number.NaN);
  return minutes >= RETENTION_MINUTES.min && minutes <= RETENTION_MINUTES.max;
}

/** Returns whether a schedule is valid: Datadog docs, monitors/guide/custom_schedules; API v1, MonitorOptionsSchedulingOptions. */
function isSchedule({ evaluation_window: window, custom_schedule: custom }: RawObject): boolean {
  return (
    (!isRawObject(window) || isEvaluationWindow(window)) && (!isRawObject(custom) || isCustomSchedule(custom))
  );
}

function isEvaluationWindow({ hour_starts, day_starts, month_starts, timezone }: RawObject): boolean {
  const hour = toNumber(hour_starts);
  const combined = [day_starts, month_starts].some((value) => value !== undefined && value !== null);
  return (
    (hour === undefined || (hour >= 0 && hour <= 59 && !combined)) &&
    (toNumber(month_starts) ?? 1) === 1 &&
    isTextOf(/^(?:[01]\d|2[0-3]):[0-5]\d$/, day_starts) &&
    isTimeZone(timezone)
  );
}

function isCustomSchedule({ recurrences }: RawObject): boolean {
  if (!Array.isArray(recurrences)) return true;
  const [recurrence] = recurrences;
  if (recurrences.length !== 1 || !isRawObject(recurrence)) return false;
  const { rrule, start, timezone } = recurrence;
  return (
    isTextOf(FREQUENCY, rrule) &&
    !NOT_IN_RRULE.test(String(rrule)) &&
    isTextOf(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/, start) &&
    isTimeZone(timezone)
  );
}

function isTextOf(pattern: RegExp, value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && pattern.test(value));
}

function isTimeZone(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  try {
    return typeof value === 'string' && Intl.DateTimeFormat('en', { timeZone: value }) !== undefined;
  } catch {
    return false;
  }
}
