import { newUuid, type Organisation } from '../organisation.ts';
import { isRawObject, type RawObject } from '../raw-json.ts';
import { DatadogError } from '../datadog-error.ts';
import type { Collection } from '../collection.ts';
import { readRule, type Rule, timesOf } from './recurrence-rule.ts';
import { localTime, utcTime } from './wall-clock.ts';

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const FREQUENCIES = new Map(
  Object.entries({
    days: 'DAILY',
    weeks: 'WEEKLY',
    months: 'MONTHLY',
    years: 'YEARLY',
  }),
);

/** Parses the recurrence of a v1 downtime into the form that reads return. Throws DatadogError. */
export function readRecurrence(value: unknown, zone: string): RawObject | null {
  if (!isRawObject(value)) return null;
  const { type, period, week_days, until_occurrences, until_date, rrule } = value;
  if (until_occurrences && until_date)
    throw new DatadogError(400, 'You must provide only provide one of (until_occurrences, until_date)');
  if (type !== 'rrule' && FREQUENCIES.get(String(type)) === undefined)
    throw new DatadogError(400, 'Invalid recurrence type');
  if (Array.isArray(week_days) && !week_days.every((day) => DAYS.includes(String(day)))) {
    throw new DatadogError(
      400,
      'Invalid set of days in week_days. Be sure that the first letter is capitalized.',
    );
  }
  const recurrence: RawObject =
    type === 'rrule'
      ? { type, rrule }
      : {
          type,
          period: period ?? null,
          week_days: week_days ?? null,
          until_occurrences: until_occurrences ?? null,
          until_date: until_date ?? null,
        };
  ruleOf(recurrence, zone);
  return recurrence;
}

/**
 * Creates the successor of each recurring downtime that is over, as its child. Occurrences that have already ended are
 * skipped.
 */
export function reschedule(organisation: Organisation): void {
  const downtimes = organisation.collection('downtimes_v1');
  const now = Math.floor(organisation.now() / 1000);
  for (const downtime of downtimes.all()) {
    const start = isOver(downtime, now) ? nextStart(downtimes, downtime, now) : undefined;
    if (start === undefined) continue;
    const end = Number(downtime['end']);
    const duration = end - Number(downtime['start']);
    const times = { start, end: start + duration, created: end, modified: end };
    const child = {
      ...downtime,
      ...times,
      id: organisation.newNumber(),
      uuid: newUuid(),
      parent_id: downtime['id'],
    };
    downtimes.put(String(downtime['id']), { ...downtime, child_id: child.id, modified: end });
    downtimes.put(String(child.id), child);
  }
}

function isOver({ recurrence, canceled, child_id, end }: RawObject, now: number): boolean {
  const recurs = isRawObject(recurrence) && canceled === null && child_id === null;
  return recurs && typeof end === 'number' && end <= now;
}

/** Returns the next start, in epoch seconds. The rule counts from the first downtime of the chain, in local time. */
function nextStart(downtimes: Collection, downtime: RawObject, now: number): number | undefined {
  const zone = String(downtime['timezone']);
  const [start, end] = [Number(downtime['start']), Number(downtime['end'])];
  const rule = ruleOf(isRawObject(downtime['recurrence']) ? downtime['recurrence'] : {}, zone);
  for (const local of timesOf(rule, localTime(firstOf(downtimes, downtime) * 1000, zone))) {
    const at = utcTime(local, zone) / 1000;
    if (at > start && at + end - start > now) return at;
  }
  return undefined;
}

function firstOf(downtimes: Collection, downtime: RawObject): number {
  const parent = downtimes.get(String(downtime['parent_id']));
  return parent ? firstOf(downtimes, parent) : Number(downtime['start']);
}

function ruleOf(
  { type, period, week_days, until_occurrences, until_date, rrule }: RawObject,
  zone: string,
): Rule {
  if (type === 'rrule') return readRule(String(rrule), zone);
  const days = type === 'weeks' && Array.isArray(week_days) ? week_days.map(String) : [];
  const byDay = days.map((day) => day.slice(0, 2).toUpperCase());
  const text = `FREQ=${FREQUENCIES.get(String(type))};INTERVAL=${String(period ?? 1)}`;
  return {
    ...readRule(byDay.length > 0 ? `${text};BYDAY=${byDay.join(',')}` : text, zone),
    // Datadog counts how often the downtime is rescheduled, which excludes the first time.
    count: until_occurrences ? Number(until_occurrences) + 1 : Number.POSITIVE_INFINITY,
    until: until_date ? localTime(Number(until_date) * 1000, zone) : Number.POSITIVE_INFINITY,
  };
}
