import type { RequestContext } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import { deadlineAfter } from '../domain/deadline.ts';
import type { Log } from '../runtime/log.ts';
import { type IncidentStates, type News, nextStates, type Timeouts } from './incident-states.ts';
import { createNotificationQueue } from './notification-queue.ts';
import type { Receiver } from './receivers.ts';
import type { IncidentCode } from './incidents.ts';

/** Something that may go wrong, as this process knows it. */
export interface Condition {
  readonly incident: IncidentCode;
  /** Which of several parties; empty where there is only one. */
  readonly about?: string;
  /** What is wrong now; undefined where all is well. Looks at what is known already. */
  look(): string | undefined;
  /** Finds out anew: nobody else may ask meanwhile, and trouble would last for ever. What it throws is of no interest. */
  readonly again?: (context: RequestContext) => Promise<unknown>;
  /** Finds out every so many ms even while all is well; else only in trouble. */
  readonly everyMs?: number;
}

export interface WatchOptions extends Timeouts {
  readonly conditions: readonly Condition[];
  readonly receivers: readonly Receiver[];
  readonly clock: Clock;
  readonly log: Log;
  /** The ids under which it asks others. */
  readonly contextIds: () => Pick<RequestContext, 'requestId' | 'traceparent'>;
}

/** Looks at the signs and tells of trouble that lasts. */
export interface Watch {
  /** One look. Resolves when everybody has been told, or could not be. */
  tick(): Promise<void>;
  /** Trouble that has been told and is not over, 1 for each that there may be. */
  incidents(): ReadonlyMap<IncidentCode, number>;
  /** What each receiver has not taken yet. */
  untold(): ReadonlyMap<string, number>;
}

/** How long (ms) finding out may take, and how long a receiver. */
const ASK_MS = 8000;
const CALLER = { name: 'birddog' };
const LEVELS = { begun: 'error', lasting: 'warn', ended: 'info' } as const;

/** What a sign shows; one that cannot be read is trouble itself, and hides none of the others. */
function seen(sign: Condition): string | undefined {
  try {
    return sign.look();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Nothing here holds up a request, and whatever fails is logged once. */
export function createWatch(options: WatchOptions): Watch {
  const { conditions, clock, log } = options;
  const boxes = options.receivers.map((receiver) => createNotificationQueue(receiver, log));
  const foundOutAt = new Map<Condition, number>();
  let states: IncidentStates = new Map();

  async function withTime(work: (context: RequestContext) => Promise<unknown>): Promise<void> {
    const deadline = deadlineAfter(ASK_MS, clock);
    try {
      await work({ caller: CALLER, ...options.contextIds(), deadline });
    } catch {
      // What it has found out, if anything, is what `look` shows.
    } finally {
      deadline.close();
    }
  }

  async function findOut(sign: Condition): Promise<void> {
    const { again, everyMs } = sign;
    if (!again) return;
    const every = seen(sign) === undefined ? everyMs : options.afterMs / 2;
    const due = (foundOutAt.get(sign) ?? begunAt) + (every ?? Number.POSITIVE_INFINITY);
    if (clock.now() < due) return;
    foundOutAt.set(sign, clock.now());
    await withTime(again);
  }

  function tell(news: News): void {
    const { event, incident, about, detail, since } = news;
    log[LEVELS[event]]('incident', {
      state: event,
      incident: incident,
      about,
      detail,
      since: new Date(since).toISOString(),
    });
    for (const box of boxes) box.put(news);
  }

  const begunAt = clock.now();
  return {
    async tick() {
      await Promise.all(conditions.map(findOut));
      const sightings = conditions.map((sign) => ({
        incident: sign.incident,
        about: sign.about ?? '',
        detail: seen(sign),
      }));
      const next = nextStates(states, sightings, clock.now(), options);
      states = next.states;
      next.news.forEach(tell);
      await Promise.all(boxes.map((box) => withTime((context) => box.flush(context))));
    },
    incidents() {
      const told = new Map(conditions.map(({ incident }) => [incident, 0]));
      for (const { incident, about = '' } of conditions) {
        const state = states.get(about === '' ? incident : `${incident}:${about}`);
        if (state?.toldAt !== undefined) told.set(incident, 1);
      }
      return told;
    },
    untold: () => new Map(boxes.map((box) => [box.name, box.size()])),
  };
}

/** Looks again and again, never twice at a time, until it is closed. */
export function watchEvery(ms: number, watch: Watch): { close(): void } {
  let looking = false;
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    void watch.tick().finally(() => (looking = false));
  }, ms).unref();
  return { close: () => clearInterval(timer) };
}
