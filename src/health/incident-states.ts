import type { Fault, Incident } from './probe.ts';

/** The state of one part at one time. */
export interface Observation extends Pick<Incident, 'code' | 'about' | 'title' | 'notifyAfterMs'> {
  /** Undefined when the part is healthy. */
  readonly fault: Required<Fault> | undefined;
}

/** A fault that was observed. Times are epoch ms. */
interface IncidentState {
  readonly since: number;
  readonly fault: Required<Fault>;
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
  readonly incident: string;
  /** The affected catalog, certificate or file; empty for incidents that concern a single part. */
  readonly about: string;
  readonly title: string;
  readonly detail: string;
  readonly hint: string;
  readonly since: number;
  readonly at: number;
}

/**
 * Returns the next states and the notifications to send. Each incident is reported once after its delay, again every
 * `remindMs`, and once after recovery. A fault that returns before its recovery was reported continues the same
 * incident, so that a flapping part does not notify each time.
 */
export function nextStates(
  states: IncidentStates,
  observations: readonly Observation[],
  now: number,
  remindMs: number,
): { readonly states: IncidentStates; readonly notifications: readonly Notification[] } {
  const next = new Map<string, IncidentState>();
  const notifications: Notification[] = [];
  for (const { code, about = '', title, notifyAfterMs, fault } of observations) {
    const key = incidentKey({ code, about });
    const before = states.get(key);
    const step = fault
      ? whenFailing(before, fault, now, notifyAfterMs, remindMs)
      : whenHealthy(before, now, notifyAfterMs);
    if (step.state) next.set(key, step.state);
    const reported = step.state ?? before;
    if (step.event && reported)
      notifications.push({
        key,
        event: step.event,
        incident: code,
        about,
        title,
        ...reported.fault,
        since: reported.since,
        at: now,
      });
  }
  return { states: next, notifications };
}

/** Returns the key of an incident in `IncidentStates`. */
export const incidentKey = ({ code, about = '' }: Pick<Incident, 'code' | 'about'>) =>
  about === '' ? code : `${code}:${about}`;

interface Step {
  /** Undefined once the incident is closed. */
  readonly state: IncidentState | undefined;
  readonly event?: Notification['event'];
}

function whenFailing(
  before: IncidentState | undefined,
  fault: Required<Fault>,
  now: number,
  after: number,
  remindMs: number,
): Step {
  const since = before?.since ?? now;
  if (before?.notifiedAt === undefined)
    return now - since < after
      ? { state: { since, fault } }
      : { state: { since, fault, notifiedAt: now }, event: 'begun' };
  return now - before.notifiedAt < remindMs
    ? { state: { since, fault, notifiedAt: before.notifiedAt } }
    : { state: { since, fault, notifiedAt: now }, event: 'lasting' };
}

function whenHealthy(before: IncidentState | undefined, now: number, after: number): Step {
  if (before?.notifiedAt === undefined) return { state: undefined };
  const healthySince = before.healthySince ?? now;
  return now - healthySince < after
    ? { state: { ...before, healthySince } }
    : { state: undefined, event: 'ended' };
}
