import type { RequestContext } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import { deadlineAfter } from '../domain/deadline.ts';
import type { Log } from '../runtime/log.ts';
import { type AlarmStates, type News, nextStates, type Patience } from './incident-states.ts';
import { createOutbox } from './notification-queue.ts';
import type { Receiver } from './receivers.ts';
import type { TroubleCode } from './incidents.ts';

/** Something that may go wrong, as this process knows it. */
export interface Sign {
  readonly trouble: TroubleCode;
  /** Which of several parties; empty where there is only one. */
  readonly about?: string;
  /** What is wrong now; undefined where all is well. Looks at what is known already. */
  look(): string | undefined;
  /** Finds out anew: nobody else may ask meanwhile, and trouble would last for ever. What it throws is of no interest. */
  readonly again?: (context: RequestContext) => Promise<unknown>;
  /** Finds out every so many ms even while all is well; else only in trouble. */
  readonly everyMs?: number;
}

export interface WatchOptions extends Patience {
  readonly signs: readonly Sign[];
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
  troubles(): ReadonlyMap<TroubleCode, number>;
  /** What each receiver has not taken yet. */
  untold(): ReadonlyMap<string, number>;
}

/** How long (ms) finding out may take, and how long a receiver. */
const ASK_MS = 8000;
const CALLER = { name: 'birddog' };
const LEVELS = { begun: 'error', lasting: 'warn', ended: 'info' } as const;

/** What a sign shows; one that cannot be read is trouble itself, and hides none of the others. */
function seen(sign: Sign): string | undefined {
  try {
    return sign.look();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Nothing here holds up a request, and whatever fails is logged once. */
export function createWatch(options: WatchOptions): Watch {
  const { signs, clock, log } = options;
  const boxes = options.receivers.map((receiver) => createOutbox(receiver, log));
  const foundOutAt = new Map<Sign, number>();
  let states: AlarmStates = new Map();

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

  async function findOut(sign: Sign): Promise<void> {
    const { again, everyMs } = sign;
    if (!again) return;
    const every = seen(sign) === undefined ? everyMs : options.afterMs / 2;
    const due = (foundOutAt.get(sign) ?? begunAt) + (every ?? Number.POSITIVE_INFINITY);
    if (clock.now() < due) return;
    foundOutAt.set(sign, clock.now());
    await withTime(again);
  }

  function tell(news: News): void {
    const { event, trouble, about, detail, since } = news;
    log[LEVELS[event]]('trouble', {
      state: event,
      trouble,
      about,
      detail,
      since: new Date(since).toISOString(),
    });
    for (const box of boxes) box.put(news);
  }

  const begunAt = clock.now();
  return {
    async tick() {
      await Promise.all(signs.map(findOut));
      const sightings = signs.map((sign) => ({
        trouble: sign.trouble,
        about: sign.about ?? '',
        detail: seen(sign),
      }));
      const next = nextStates(states, sightings, clock.now(), options);
      states = next.states;
      next.news.forEach(tell);
      await Promise.all(boxes.map((box) => withTime((context) => box.flush(context))));
    },
    troubles() {
      const told = new Map(signs.map(({ trouble }) => [trouble, 0]));
      for (const { trouble, about = '' } of signs) {
        const state = states.get(about === '' ? trouble : `${trouble}:${about}`);
        if (state?.toldAt !== undefined) told.set(trouble, 1);
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
