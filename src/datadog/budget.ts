import { smallest } from '../domain/append.ts';
import { callerKey, type Lane, LANES, type RequestContext } from '../domain/caller.ts';
import type { GrantCalls } from '../domain/call-grants.ts';
import type { Clock } from '../domain/clock.ts';
import { ProblemError } from '../domain/problem.ts';
import { secondsAsked } from '../runtime/retry-after.ts';
import { CallGrants } from './call-grants.ts';
import { FairQueue } from './fair-queue.ts';
import { LimitPeriod, type Seen, type TakenCall } from './limit-period.ts';

/** The period (ms) assumed for a limit with an implausible reset: Datadog's most common one. */
const ASSUMED_PERIOD_MS = 10_000;
/** The longest period of a Datadog rate limit, in seconds. */
const MAX_PERIOD_SECONDS = 3600;
/** Valid names of limits, which become metric labels. */
const LIMIT_NAME = /^[\w.:-]{1,100}$/;

/** The share (percent) of a period's limit that each lane leaves to those above it. */
const LEFT_TO_OTHERS: Readonly<Record<Lane, number>> = { interactive: 0, apply: 10, background: 40 };

/** Called when a call ends, with the headers of its response if there is one. */
export type EndCall = (headers?: Readonly<Record<string, string>>) => void;

/** Tracks Datadog's rate limits from response headers, and delays calls so that they do not exceed a limit. */
export interface Budget {
  /**
   * Waits until the limit of a route allows a call in the lane of the context. Callers and applications take turns; each of
   * them is served in order. Throws `rate_limited` at the deadline, or at once if the reset comes after it.
   */
  acquire(route: string, context: RequestContext): Promise<EndCall>;
  /** Returns the remaining calls in the current period, by the name of the limit. */
  remaining(): ReadonlyMap<string, number>;
  /** Returns the calls allowed per period, by the name of the limit. */
  limits(): ReadonlyMap<string, number>;
}

interface Waiter {
  readonly context: RequestContext;
  readonly grant: (call: TakenCall) => void;
  readonly reject: (problem: ProblemError) => void;
}

/** One limit of Datadog, and the calls that wait for it. */
interface Bucket {
  /** Name of the limit; the route until a response names it. */
  name: string;
  /** The calls granted by the shared budget; undefined if this process has its own. */
  readonly grants: CallGrants | undefined;
  readonly period: LimitPeriod;
  readonly lanes: Readonly<Record<Lane, FairQueue<Waiter>>>;
  /** When the timer that looks again ends; undefined without one. */
  wakeAt: number | undefined;
}

/**
 * Creates an empty budget. Buckets are per route until a response names the limit (`x-ratelimit-name`), which routes may
 * share. `sharePercent` of each limit is used; the rest is left to other users of the organisation. With `grantCalls`, other
 * processes use the same limits, and a call is also granted by the budget that they share.
 */
export function createBudget(clock: Clock, sharePercent = 100, grantCalls?: GrantCalls): Budget {
  const buckets = new Map<string, Bucket>();
  const names = new Map<string, string>();

  function bucketOf(route: string): Bucket {
    const name = names.get(route) ?? route;
    const bucket = buckets.get(name) ?? newBucket(name, grantCalls && new CallGrants(grantCalls, clock));
    buckets.set(name, bucket);
    return bucket;
  }

  /** Returns a value of each limit seen in a response. A limit that routes share appears once. */
  function byLimitName(value: (period: LimitPeriod) => number): ReadonlyMap<string, number> {
    const learned = [...buckets].filter(
      ([name, { period }]) => Number.isFinite(period.limit) && !names.has(name),
    );
    return new Map(learned.map(([name, { period }]) => [name, value(period)]));
  }

  /** Merges what is known of a route with the limit that a response names. */
  function rename(route: string, name: string | undefined): void {
    if (name === undefined || !LIMIT_NAME.test(name) || names.has(route)) return;
    const own = bucketOf(route);
    names.set(route, name);
    if (buckets.has(name)) return;
    own.name = name;
    buckets.set(name, own);
  }

  return {
    async acquire(route, context) {
      const bucket = bucketOf(route);
      const call = await enter(bucket, context, clock, sharePercent);
      return (headers = {}) => {
        const now = clock.monotonic();
        bucket.period.end(now);
        const seen = readHeaders(headers);
        if (seen) {
          rename(route, headers['x-ratelimit-name']);
          const named = bucketOf(route);
          const { period } = named;
          period.learn(named === bucket ? call : period.takenBefore(call), seen, now);
          if (named !== bucket) serve(named, clock, sharePercent);
        }
        serve(bucket, clock, sharePercent);
      };
    },
    remaining() {
      const now = clock.monotonic();
      return byLimitName((period) => {
        period.advance(now);
        return period.remaining;
      });
    },
    limits: () => byLimitName(({ limit }) => limit),
  };
}

function newBucket(name: string, grants: CallGrants | undefined): Bucket {
  return {
    name,
    grants,
    period: new LimitPeriod(),
    lanes: { interactive: new FairQueue(), apply: new FairQueue(), background: new FairQueue() },
    wakeAt: undefined,
  };
}

/** Waits in the lane of the context. Returns the call that was taken. Throws `rate_limited`. */
async function enter(
  bucket: Bucket,
  context: RequestContext,
  clock: Clock,
  sharePercent: number,
): Promise<TakenCall> {
  const { promise, resolve, reject } = Promise.withResolvers<TakenCall>();
  const name = context.lane ?? 'interactive';
  const lane = bucket.lanes[name];
  const waiter: Waiter = { context, grant: resolve, reject };
  const leave = lane.add(`${callerKey(context.caller)}\n${context.application ?? ''}`, waiter);
  const { signal } = context.deadline;
  const onAbort = () => {
    leave();
    const kept = keptFrom(name, bucket.period.limit, sharePercent);
    reject(rateLimited(bucket.period.waitMs(clock.monotonic(), kept)));
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  try {
    serve(bucket, clock, sharePercent);
    return await promise;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Grants calls while the limit allows them, the higher lanes first; then asks for more, or sleeps until there may be more. */
function serve(bucket: Bucket, clock: Clock, sharePercent: number): void {
  const now = clock.monotonic();
  const { period, grants, name } = bucket;
  period.advance(now);
  for (const lane of LANES) {
    const queue = bucket.lanes[lane];
    const mayTake = () =>
      allows(period, lane, sharePercent) && (!grants || !Number.isFinite(period.limit) || grants.take(lane));
    while (queue.size > 0 && (mayTake() || period.probes(now))) queue.next()?.grant(period.take(now));
    if (queue.size === 0 || !allows(period, lane, sharePercent)) continue;
    const kept = keptFrom(lane, period.limit, sharePercent);
    const question = { name, period, kept, waiting: queue.size };
    void grants?.ask(lane, question, () => serve(bucket, clock, sharePercent));
  }
  for (const lane of LANES) rejectLate(bucket, lane, waitMs(bucket, lane, now, sharePercent), now);
  void sleepUntilNext(bucket, clock, sharePercent, now);
}

/** Returns the time (ms) for which a lane can certainly not send another call; 0 if that is not known. */
function waitMs({ period, grants }: Bucket, lane: Lane, now: number, sharePercent: number): number {
  return allows(period, lane, sharePercent)
    ? (grants?.deniedMs(lane, now) ?? 0)
    : period.waitMs(now, keptFrom(lane, period.limit, sharePercent));
}

/** Returns whether a lane may send one more call in this period. */
function allows(period: LimitPeriod, lane: Lane, sharePercent: number): boolean {
  return !Number.isFinite(period.limit) || period.available() > keptFrom(lane, period.limit, sharePercent);
}

/** Returns the calls of a limit that a lane leaves to higher lanes and to other users of the organisation. */
function keptFrom(lane: Lane, limit: number, sharePercent: number): number {
  const kept =
    Math.floor((limit * (100 - sharePercent)) / 100) + Math.floor((limit * LEFT_TO_OTHERS[lane]) / 100);
  // Even a limit of one call serves every lane.
  return Math.min(kept, limit - 1);
}

/** Rejects the waiters of a lane whose deadline comes before the end of its wait. */
function rejectLate({ period, lanes }: Bucket, lane: Lane, wait: number, now: number): void {
  // Without a reset ahead, a call in flight ends the wait.
  if (wait === 0) return;
  for (const waiter of lanes[lane].removeWhere(({ context }) => context.deadline.left() < wait))
    waiter.reject(rateLimited(Math.max(wait, (period.resetAt ?? now) - now)));
}

/** `now` is the time at which no call could be granted: a reset since then must end the sleep, not prevent it. */
async function sleepUntilNext(
  bucket: Bucket,
  clock: Clock,
  sharePercent: number,
  now: number,
): Promise<void> {
  const waits = LANES.filter((lane) => bucket.lanes[lane].size > 0)
    .map((lane) => waitMs(bucket, lane, now, sharePercent))
    .filter((ms) => ms > 0);
  const wait = smallest(waits);
  // A timer that ends later does not serve this wait.
  if (waits.length === 0 || (bucket.wakeAt ?? Number.POSITIVE_INFINITY) <= now + wait) return;
  const wakeAt = now + wait;
  bucket.wakeAt = wakeAt;
  await clock.sleep(wait).catch(() => undefined);
  if (bucket.wakeAt === wakeAt) bucket.wakeAt = undefined;
  serve(bucket, clock, sharePercent);
}

/** Reads the rate limit headers of a response. Returns undefined when a number is missing or invalid. */
function readHeaders(headers: Readonly<Record<string, string>>): Seen | undefined {
  const limit = wholeNumber(headers['x-ratelimit-limit']);
  const remaining = wholeNumber(headers['x-ratelimit-remaining']);
  const reset = headers['x-ratelimit-reset'];
  if (!limit || remaining === undefined || reset === undefined) return undefined;
  const period = wholeNumber(headers['x-ratelimit-period']);
  const periodMs = period && period <= MAX_PERIOD_SECONDS ? period * 1000 : undefined;
  return { limit, remaining: Math.min(remaining, limit), resetMs: resetIn(reset, headers), periodMs };
}

/** Returns the time (ms) until the reset. Implausible values become the most common period. */
function resetIn(reset: string, headers: Readonly<Record<string, string>>): number {
  const period = wholeNumber(headers['x-ratelimit-period']) || MAX_PERIOD_SECONDS;
  const seconds = secondsAsked(reset, 0);
  const assumed = Math.min(ASSUMED_PERIOD_MS, period * 1000);
  return seconds === undefined || seconds > period ? assumed : seconds * 1000;
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** The problem for a limit that allows no call for `wait` ms. */
export function rateLimited(wait: number): ProblemError {
  return new ProblemError(
    'rate_limited',
    'Datadog allows no further call of this kind before the deadline.',
    {
      retryAfter: Math.max(1, Math.ceil(wait / 1000)),
    },
  );
}
