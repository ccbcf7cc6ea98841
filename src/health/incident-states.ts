import { INCIDENTS, type IncidentCode } from './incidents.ts';

/** What a look has shown: the trouble, which of several parties it is about, and how it stands. */
export interface Sighting {
  readonly incident: IncidentCode;
  /** A catalog, a certificate, ...; empty where there is only one. */
  readonly about: string;
  /** What is wrong; undefined where all is well. */
  readonly detail: string | undefined;
}

/** Trouble that has been seen. Times in epoch ms. */
interface IncidentState {
  readonly since: number;
  readonly detail: string;
  /** When somebody was told last; undefined before that. */
  readonly toldAt?: number;
  /** Since when all is well, though that is not told yet. */
  readonly wellSince?: number;
}
/** By `<trouble>` or `<trouble>:<about>`. */
export type IncidentStates = ReadonlyMap<string, IncidentState>;

/** One thing to tell. Times in epoch ms. */
export interface News {
  readonly key: string;
  readonly event: 'begun' | 'lasting' | 'ended';
  readonly incident: IncidentCode;
  readonly about: string;
  readonly detail: string;
  readonly since: number;
  readonly at: number;
}

export interface Timeouts {
  /** What the patience of each trouble is a multiple of, in ms. What is over is told as late. */
  readonly afterMs: number;
  /** How long (ms) after it was told trouble that lasts is told again. */
  readonly remindMs: number;
}

/**
 * What is to be told after a look, and the states that the next look goes on from. Each trouble is told once when it
 * has lasted, again now and then while it lasts, and once when it is over. Trouble that comes back before its end was
 * told goes on, so that what flaps does not ring each time.
 */
export function nextStates(
  states: IncidentStates,
  sightings: readonly Sighting[],
  now: number,
  timeouts: Timeouts,
): { readonly states: IncidentStates; readonly news: readonly News[] } {
  const next = new Map<string, IncidentState>();
  const news: News[] = [];
  for (const sighting of sightings) {
    const { incident, about, detail } = sighting;
    const key = about === '' ? incident : `${incident}:${about}`;
    const before = states.get(key);
    const after = timeouts.afterMs * INCIDENTS[incident].notifyAfter;
    const step =
      detail === undefined ? whenWell(before, now, after) : whenSeen(before, detail, now, after, timeouts);
    if (step.state) next.set(key, step.state);
    const told = step.state ?? before;
    if (step.event && told)
      news.push({
        key,
        event: step.event,
        incident: incident,
        about,
        detail: told.detail,
        since: told.since,
        at: now,
      });
  }
  return { states: next, news };
}

interface Step {
  /** Undefined where the trouble is forgotten. */
  readonly state: IncidentState | undefined;
  readonly event?: News['event'];
}

function whenSeen(
  before: IncidentState | undefined,
  detail: string,
  now: number,
  after: number,
  { remindMs }: Timeouts,
): Step {
  const since = before?.since ?? now;
  if (before?.toldAt === undefined)
    return now - since < after
      ? { state: { since, detail } }
      : { state: { since, detail, toldAt: now }, event: 'begun' };
  return now - before.toldAt < remindMs
    ? { state: { since, detail, toldAt: before.toldAt } }
    : { state: { since, detail, toldAt: now }, event: 'lasting' };
}

function whenWell(before: IncidentState | undefined, now: number, after: number): Step {
  if (before?.toldAt === undefined) return { state: undefined };
  const wellSince = before.wellSince ?? now;
  return now - wellSince < after ? { state: { ...before, wellSince } } : { state: undefined, event: 'ended' };
}
