import { INCIDENTS, type IncidentCode } from './incidents.ts';

/** The result of reading one condition. */
export interface Observation {
  readonly incident: IncidentCode;
  /** The affected catalog, certificate or file; empty for incidents that concern a single part. */
  readonly about: string;
  /** The fault; undefined when the part is healthy. */
  readonly detail: string | undefined;
}

/** A fault that was observed. Times are epoch ms. */
interface IncidentState {
  readonly since: number;
  readonly detail: string;
  /** Time of the last notification; undefined before the first. */
  readonly notifiedAt?: number;
  /** Time from which the part has been healthy while the incident is still open. */
  readonly healthySince?: number;
}
/** Keyed by `<incident>` or `<incident>:<about>`. */
export type IncidentStates = ReadonlyMap<string, IncidentState>;

/** One notification for all receivers. Times are epoch ms. */
export interface Notification {
  readonly key: string;
  readonly event: 'begun' | 'lasting' | 'ended';
  readonly incident: IncidentCode;
  readonly about: string;
  readonly detail: string;
  readonly since: number;
  readonly at: number;
}

export interface Timeouts {
  /** Base delay (ms) before the first notification, multiplied by `notifyAfter`. The same delay applies to recovery. */
  readonly afterMs: number;
  /** Interval (ms) between reminders while an incident lasts. */
  readonly remindMs: number;
}

/**
 * Returns the next states and the notifications to send. Each incident is reported once after its delay, again at every
 * reminder interval, and once after recovery. A fault that returns before its recovery was reported continues the same
 * incident, so that a flapping part does not notify each time.
 */
export function nextStates(
  states: IncidentStates,
  observations: readonly Observation[],
  now: number,
  timeouts: Timeouts,
): { readonly states: IncidentStates; readonly notifications: readonly Notification[] } {
  const next = new Map<string, IncidentState>();
  const notifications: Notification[] = [];
  for (const { incident, about, detail } of observations) {
    const key = incidentKey(incident, about);
    const before = states.get(key);
    const after = timeouts.afterMs * INCIDENTS[incident].notifyAfter;
    const step =
      detail === undefined
        ? whenHealthy(before, now, after)
        : whenFailing(before, detail, now, after, timeouts);
    if (step.state) next.set(key, step.state);
    const reported = step.state ?? before;
    if (step.event && reported)
      notifications.push({
        key,
        event: step.event,
        incident,
        about,
        detail: reported.detail,
        since: reported.since,
        at: now,
      });
  }
  return { states: next, notifications };
}

/** Returns the key of an incident in `IncidentStates`. */
export const incidentKey = (incident: IncidentCode, about: string) =>
  about === '' ? incident : `${incident}:${about}`;

interface Step {
  /** Undefined once the incident is closed. */
  readonly state: IncidentState | undefined;
  readonly event?: Notification['event'];
}

function whenFailing(
  before: IncidentState | undefined,
  detail: string,
  now: number,
  after: number,
  { remindMs }: Timeouts,
): Step {
  const since = before?.since ?? now;
  if (before?.notifiedAt === undefined)
    return now - since < after
      ? { state: { since, detail } }
      : { state: { since, detail, notifiedAt: now }, event: 'begun' };
  return now - before.notifiedAt < remindMs
    ? { state: { since, detail, notifiedAt: before.notifiedAt } }
    : { state: { since, detail, notifiedAt: now }, event: 'lasting' };
}

function whenHealthy(before: IncidentState | undefined, now: number, after: number): Step {
  if (before?.notifiedAt === undefined) return { state: undefined };
  const healthySince = before.healthySince ?? now;
  return now - healthySince < after
    ? { state: { ...before, healthySince } }
    : { state: undefined, event: 'ended' };
}
