import { DatadogError } from '../datadog-error.ts';
import { readRule, timesOf } from '../downtimes/recurrence-rule.ts';
import { firstUtc, localTime } from '../downtimes/wall-clock.ts';
import { isRawObject, type RawObject } from '../raw-json.ts';

const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];

/** Returns the times of evaluations from `from` to before `to`, in epoch seconds. */
export type Schedule = (from: number, to: number) => number[];

/**
 * Reads the custom schedule of a monitor. Returns undefined if it has none, and the reason, a text, if its times are not known.
 * The seconds of its start are left out.
 */
export function readCustomSchedule(options: RawObject): Schedule | string | undefined {
  const scheduling = isRawObject(options['scheduling_options']) ? options['scheduling_options'] : {};
  const custom = scheduling['custom_schedule'];
  if (!isRawObject(custom)) return undefined;
  const [given] = Array.isArray(custom['recurrences']) ? custom['recurrences'] : [];
  const { rrule, start, timezone } = isRawObject(given) ? given : {};
  const first = Date.parse(`${String(start).slice(0, 16)}Z`);
  if (Number.isNaN(first)) return 'a custom schedule without start is not evaluated';
  if (options['notify_no_data'] === true) return 'notify_no_data with a custom schedule is not evaluated';
  const zone = String(timezone ?? 'UTC');
  try {
    localTime(first, zone);
    return scheduleOf(String(rrule), first, zone);
  } catch (error) {
    if (error instanceof DatadogError) return error.message;
    throw error;
  }
}

/** `first` is a local time, as the epoch milliseconds at which UTC clocks show it. Throws DatadogError. */
function scheduleOf(text: string, first: number, zone: string): Schedule | string {
  const rule = readRule(text.replace(/^rrule:/i, ''), zone);
  if (/BYSECOND|BYWEEKNO|BYYEARDAY|WKST|COUNT|UNTIL/i.test(text))
    return 'a part of the recurrence is not supported';
  const [hours, minutes] = [numbersOf(text, 'BYHOUR'), numbersOf(text, 'BYMINUTE')];
  const midnight = first - (first % DAY);
  // The rule selects days; each has its own times.
  const timesOfDay = (hours ?? [Math.floor((first - midnight) / HOUR)]).flatMap((hour) =>
    (minutes ?? [(first % HOUR) / MINUTE]).map((minute) => hour * HOUR + minute * MINUTE),
  );
  return (from, to) => {
    const found = new Set<number>();
    for (const day of timesOf(rule, midnight)) {
      if (day > to * 1000 + 2 * DAY) break;
      if (day < from * 1000 - 2 * DAY) continue;
      for (const time of timesOfDay) {
        if (day + time < first) continue;
        const at = firstUtc(day + time, zone) / 1000;
        if (at >= from && at < to) found.add(at);
      }
    }
    return [...found].toSorted((a, b) => a - b);
  };
}

function numbersOf(text: string, name: string): number[] | undefined {
  const part = text.split(';').find((one) => one.trim().toUpperCase().startsWith(`${name}=`));
  return part?.split('=')[1]?.split(',').map(Number);
}
