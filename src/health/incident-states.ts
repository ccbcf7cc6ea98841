import type { NotificationEvent } from '../ledger/port.ts';
import type { IncidentScope } from './incident-identity.ts';
import type { Fault, Incident } from './probe.ts';

/** The state of one part at one time. */
export interface Observation extends Pick<Incident, 'code' | 'about' | 'title' | 'notifyAfterMs'> {
  /** Identity of the incident. */
  readonly key: string;
  readonly scope: IncidentScope;
  /** Undefined when the part is healthy. */
  readonly fault: Required<Fault> | undefined;
}

/** A fault that was observed. Times are epoch ms. */
export interface IncidentState {
  readonly since: number;
  readonly fault: Required<Fault>;
  /** Time of the last notification; undefined before the first. */
  readonly notifiedAt?: number;
  /** Time from which the part has been healthy while the incident is still open. */
  readonly healthySince?: number;
}
/** Keyed by the identity of the incident. */
export type IncidentStates = ReadonlyMap<string, IncidentState>;

/** What happened to an incident. Times are epoch ms. */
export interface IncidentChange {
  /** Identity of the incident. */
  readonly key: string;
  readonly event: NotificationEvent;
  readonly incident: string;
  /** The affected catalog, certificate or file; empty for incidents that concern a single part. */
  readonly about: string;
  readonly title: string;
  readonly detail: string;
  readonly hint: string;
  readonly scope: IncidentScope;
  readonly since: number;
  readonly at: number;
}

/** One notification for all receivers, with the process that reports it. */
export interface Notification extends IncidentChange {
  readonly process: string;
  readonly host: string;
}

/**
 * Returns the next states and what changed for operators. Each incident is reported once after its delay, again every
 * `remindMs`, and once after recovery. A fault that returns before its recovery was reported continues the same
 * incident, so that a flapping part does not notify each time.
 */
export function nextStates(
  states: IncidentStates,
  observations: readonly Observation[],
  now: number,
  remindMs: number,
): { readonly states: IncidentStates; readonly changes: readonly IncidentChange[] } {
  const next = new Map<string, IncidentState>();
  const changes: IncidentChange[] = [];
  for (const { key, code, about = '', title, scope, notifyAfterMs, fault } of observations) {
    const before = states.get(key);
    const step = fault
      ? whenFailing(before, fault, now, notifyAfterMs, remindMs)
      : whenHealthy(before, now, notifyAfterMs);
    if (step.state) next.set(key, step.state);
    const reported = step.state ?? before;
    if (step.event && reported)
      changes.push({
        key,
        event: step.event,
        incident: code,
        about,
        title,
        ...reported.fault,
        scope,
        since: reported.since,
        at: now,
      });
  }
  return { states: next, changes };
}

interface Step {
  /** Undefined once the incident is closed. */
  readonly state: IncidentState | undefined;
  readonly event?: NotificationEvent;
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
