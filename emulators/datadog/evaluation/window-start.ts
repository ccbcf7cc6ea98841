import { firstUtc, localTime } from '../downtimes/wall-clock.ts';
import { isRawObject, type RawObject } from '../raw-json.ts';
import type { Window } from './monitor-query.ts';

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

/** Returns how often a monitor looks, in seconds. */
export function frequencyOf({ length }: Window): number {
  if (length < DAY) return MINUTE;
  return length < 2 * DAY ? 10 * MINUTE : 30 * MINUTE;
}

/** Returns the interval of a query that specifies none. Datadog publishes none; this choice is that of the reference page. */
export function defaultStep({ length }: Window): number {
  if (length <= HOUR) return MINUTE;
  return [60, 300, 600].find((step) => step >= length / 60) ?? HOUR;
}

/** Returns the start of the window that ends at `end`, in epoch seconds. Throws DatadogError for an unknown zone. */
export function windowStart({ length, unit, cumulative }: Window, end: number, options: RawObject): number {
  if (!cumulative) return end - length;
  const schedule = isRawObject(options['scheduling_options']) ? options['scheduling_options'] : {};
  const given = isRawObject(schedule['evaluation_window']) ? schedule['evaluation_window'] : {};
  const zone = String(given['timezone'] ?? 'UTC');
  const minute = Number(given['hour_starts'] ?? 0);
  const [hours = 0, minutes = 0] = String(given['day_starts'] ?? '0:0')
    .split(':')
    .map(Number);
  const local = new Date(localTime(end * 1000, zone));
  const [year, month, day, hour] = [
    local.getUTCFullYear(),
    local.getUTCMonth(),
    local.getUTCDate(),
    local.getUTCHours(),
  ];
  const resets = [0, 1, 2].map((back) => {
    if (unit === 'h') return Date.UTC(year, month, day, hour - back + 1, minute);
    if (unit === 'd') return Date.UTC(year, month, day - back + 1, hours, minutes);
    return Date.UTC(year, month - back + 1, Number(given['month_starts'] ?? 1), hours, minutes);
  });
  const starts = resets.map((at) => firstUtc(at, zone) / 1000);
  return starts.find((start) => start < end) ?? end - length;
}
