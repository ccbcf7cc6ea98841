import { isRawObject, type RawObject, timestamp } from '../raw-json.ts';
import { DatadogError } from '../datadog-error.ts';
import { durationMs, type Occurrence, occurrencesAround, occurrencesWithin } from './occurrences.ts';
import { readRule } from './recurrence-rule.ts';
import { localTime } from './wall-clock.ts';

const MAX_RECURRENCES = 5;

/** Parses the schedule of a request; the default start is now. Throws DatadogError. */
export function readSchedule(sent: unknown, displayTimezone: unknown, now: number): RawObject {
  const schedule = isRawObject(sent) ? sent : {};
  if (!Array.isArray(schedule['recurrences']))
    return { start: time(schedule['start']) ?? time(timestamp(now)), end: time(schedule['end']) ?? null };
  const timezone = String(schedule['timezone'] ?? displayTimezone ?? 'UTC') || 'UTC';
  if (displayTimezone && displayTimezone !== timezone)
    throw new DatadogError(400, 'timezone must match display_timezone');
  const recurrences = schedule['recurrences'].filter(isRawObject).map((one) => ({
    ...one,
    start: clockTime(one['start'] ?? new Date(localTime(now, timezone)).toISOString().slice(0, 19)),
  }));
  if (recurrences.length === 0) throw new DatadogError(400, '[] is too short');
  if (recurrences.length > MAX_RECURRENCES)
    throw new DatadogError(400, `at most ${MAX_RECURRENCES} recurrences are allowed`);
  for (const one of recurrences) recurring(one, timezone);
  return { recurrences, timezone };
}

/** Returns the schedule and the state that a read shows at a time, in epoch milliseconds. */
export function scheduleAt(attributes: RawObject, now: number): { schedule: RawObject; status: string } {
  const schedule = isRawObject(attributes['schedule']) ? attributes['schedule'] : {};
  const canceled = Date.parse(String(attributes['canceled']));
  const isCanceled = !Number.isNaN(canceled);
  if (!Array.isArray(schedule['recurrences'])) {
    const [start, end] = [Date.parse(String(schedule['start'])), Date.parse(String(schedule['end']))];
    return { schedule, status: isCanceled ? 'canceled' : stateIn({ start, end }, now) };
  }
  const occurrence = current(schedule, isCanceled ? canceled : now, isCanceled);
  const current_downtime = occurrence ? { start: iso(occurrence.start), end: iso(occurrence.end) } : null;
  const status = isCanceled ? 'canceled' : occurrence ? stateIn(occurrence, now) : 'ended';
  return { schedule: { ...schedule, current_downtime }, status };
}

/** Returns when a downtime applies, cancellation aside, as far as it overlaps a range (epoch milliseconds). NaN is no end. */
export function spansOf(attributes: RawObject, { from, to }: { from: number; to: number }): Occurrence[] {
  const schedule = isRawObject(attributes['schedule']) ? attributes['schedule'] : {};
  const { recurrences, timezone } = schedule;
  if (!Array.isArray(recurrences))
    return [{ start: Date.parse(String(schedule['start'])), end: Date.parse(String(schedule['end'])) }];
  return recurrences
    .filter(isRawObject)
    .flatMap((one) => occurrencesWithin(recurring(one, String(timezone ?? 'UTC')), { from, to }));
}

/** Returns the current occurrence, else the next, else the last; of a cancelled downtime, the last one that started. */
function current(
  { recurrences, timezone }: RawObject,
  now: number,
  canceled: boolean,
): Occurrence | undefined {
  const zone = String(timezone ?? 'UTC');
  const around = (Array.isArray(recurrences) ? recurrences : [])
    .filter(isRawObject)
    .map((one) => occurrencesAround(recurring(one, zone), now));
  const byStart = (list: readonly (Occurrence | undefined)[]) =>
    list.filter((one) => one !== undefined).toSorted((a, b) => a.start - b.start);
  const started = byStart(around.map(({ last }) => last));
  const next = byStart(around.map((one) => one.next))[0];
  if (canceled) return started.at(-1) ?? next;
  return started.find(({ end }) => end > now) ?? next ?? started.at(-1);
}

function recurring({ rrule, start, duration }: RawObject, zone: string) {
  return {
    rule: readRule(String(rrule), zone),
    first: Date.parse(`${clockTime(start)}Z`),
    duration: durationMs(String(duration)),
    zone,
  };
}

function stateIn({ start, end }: Occurrence, now: number): string {
  if (start > now) return 'scheduled';
  return end <= now ? 'ended' : 'active';
}

/** Parses a time without a zone, and adds missing seconds. */
function clockTime(value: unknown): string {
  const text = String(value);
  const [, minutes, seconds = ':00'] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d)(:\d\d)?$/.exec(text) ?? [];
  if (minutes === undefined || Number.isNaN(Date.parse(`${minutes}Z`)))
    throw new DatadogError(400, `Invalid start of a recurrence: ${text}`);
  return minutes + seconds;
}

/** Parses a time and formats it as Datadog does: in UTC with an offset, and with microseconds if any. */
function time(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  const text = String(value);
  const [, seconds = '', fraction = ''] =
    /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:Z|[+-]00:?00)$/.exec(text) ?? [];
  if (Number.isNaN(Date.parse(`${seconds}Z`))) throw new DatadogError(400, `Invalid time: ${text}`);
  const micros = fraction.slice(0, 6).padEnd(6, '0');
  return `${seconds}${Number(micros) === 0 ? '' : `.${micros}`}+00:00`;
}

/** Formats a time in whole seconds, with an offset. */
function iso(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, '+00:00');
}
