import { isRawObject, type RawObject, timestamp } from '../raw-json.ts';
import { Refused } from '../refused.ts';
import { durationMs, type Occurrence, occurrenceAt } from './occurrences.ts';

/** Reads the schedule of a request: a start that is left out is now. Throws Refused. */
export function readSchedule(sent: unknown, now: number): RawObject {
  const schedule = isRawObject(sent) ? sent : {};
  if (!Array.isArray(schedule['recurrences']))
    return { start: time(schedule['start']) ?? timestamp(now), end: time(schedule['end']) ?? null };
  const zone = String(schedule['timezone'] ?? 'UTC');
  const recurrences = schedule['recurrences'].filter(isRawObject).map((one) => ({
    ...one,
    start: one['start'] ?? new Date(now + zoneOffset(zone, now)).toISOString().slice(0, 19),
  }));
  return { recurrences, timezone: zone };
}

/** The schedule as a read shows it at a time (epoch milliseconds), and the state that follows from it. */
export function scheduleAt(attributes: RawObject, now: number): { schedule: RawObject; status: string } {
  const schedule = isRawObject(attributes['schedule']) ? attributes['schedule'] : {};
  const canceled = attributes['canceled'] !== null;
  const { recurrences } = schedule;
  if (!Array.isArray(recurrences)) {
    const [start, end] = [Date.parse(String(schedule['start'])), Date.parse(String(schedule['end']))];
    return { schedule, status: canceled ? 'canceled' : stateIn({ start, end }, now) };
  }
  const zone = String(schedule['timezone']);
  const next = recurrences
    .filter(isRawObject)
    .map((one) => occurrenceOf(one, zone, now))
    .filter((one) => one !== undefined)
    .toSorted((a, b) => a.start - b.start)[0];
  const current_downtime = next ? { start: iso(next.start), end: iso(next.end) } : null;
  const status = next ? stateIn(next, now) : 'ended';
  return { schedule: { ...schedule, current_downtime }, status: canceled ? 'canceled' : status };
}

/** Starts and lengths are told on the clock of the zone. */
function occurrenceOf(recurrence: RawObject, zone: string, now: number): Occurrence | undefined {
  const start = Date.parse(`${String(recurrence['start'])}Z`);
  const shift = zoneOffset(zone, now);
  const duration = durationMs(String(recurrence['duration']));
  const found = occurrenceAt(String(recurrence['rrule']), start, duration, now + shift);
  return found && { start: found.start - shift, end: found.end - shift };
}

function stateIn({ start, end }: Occurrence, now: number): string {
  if (start > now) return 'scheduled';
  return end <= now ? 'ended' : 'active';
}

function time(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  const text = String(value);
  if (Number.isNaN(Date.parse(text))) throw new Refused(400, `Invalid time: ${text}`);
  return text.replace(/Z$/, '+00:00');
}

/** Whole seconds, with an offset. */
function iso(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, '+00:00');
}

/** How far a zone's clocks are ahead of UTC at a time, in milliseconds. */
function zoneOffset(zone: string, at: number): number {
  try {
    const name = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' })
      .formatToParts(at)
      .find(({ type }) => type === 'timeZoneName')?.value;
    const [, sign = '+', hours = '0', minutes = '0'] = /GMT([+-])(\d\d):(\d\d)/.exec(name ?? '') ?? [];
    return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
  } catch {
    throw new Refused(400, `Invalid timezone: ${zone}`);
  }
}
