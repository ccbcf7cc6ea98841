import { TROUBLES, type TroubleCode } from './incidents.ts';

/** What a look has shown: the trouble, which of several parties it is about, and how it stands. */
export interface Sighting {
  readonly trouble: TroubleCode;
  /** A catalog, a certificate, ...; empty where there is only one. */
  readonly about: string;
  /** What is wrong; undefined where all is well. */
  readonly detail: string | undefined;
}

/** Trouble that has been seen. Times in epoch ms. */
interface AlarmState {
  readonly since: number;
  readonly detail: string;
  /** When somebody was told last; undefined before that. */
  readonly toldAt?: number;
  /** Since when all is well, though that is not told yet. */
  readonly wellSince?: number;
}
/** By `<trouble>` or `<trouble>:<about>`. */
export type AlarmStates = ReadonlyMap<string, AlarmState>;

/** One thing to tell. Times in epoch ms. */
export interface News {
  readonly key: string;
  readonly event: 'begun' | 'lasting' | 'ended';
  readonly trouble: TroubleCode;
  readonly about: string;
  readonly detail: string;
  readonly since: number;
  readonly at: number;
}

export interface Patience {
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
  states: AlarmStates,
  sightings: readonly Sighting[],
  now: number,
  patience: Patience,
): { readonly states: AlarmStates; readonly news: readonly News[] } {
  const next = new Map<string, AlarmState>();
  const news: News[] = [];
  for (const sighting of sightings) {
    const { trouble, about, detail } = sighting;
    const key = about === '' ? trouble : `${trouble}:${about}`;
    const before = states.get(key);
    const after = patience.afterMs * TROUBLES[trouble].patience;
    const step =
      detail === undefined ? whenWell(before, now, after) : whenSeen(before, detail, now, after, patience);
    if (step.state) next.set(key, step.state);
    const told = step.state ?? before;
    if (step.event && told)
      news.push({ key, event: step.event, trouble, about, detail: told.detail, since: told.since, at: now });
  }
  return { states: next, news };
}

interface Step {
  /** Undefined where the trouble is forgotten. */
  readonly state: AlarmState | undefined;
  readonly event?: News['event'];
}

function whenSeen(
  before: AlarmState | undefined,
  detail: string,
  now: number,
  after: number,
  { remindMs }: Patience,
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

function whenWell(before: AlarmState | undefined, now: number, after: number): Step {
  if (before?.toldAt === undefined) return { state: undefined };
  const wellSince = before.wellSince ?? now;
  return now - wellSince < after ? { state: { ...before, wellSince } } : { state: undefined, event: 'ended' };
}
