import type { Clock } from '../domain/clock.ts';
import type { RequestContext } from '../domain/caller.ts';
import { ProblemError } from '../domain/problem.ts';
import { secondsAsked } from '../runtime/retry-after.ts';

/** How long (ms) a route without room waits before one call goes through to learn the limit again. */
const PROBE_MS = 60_000;
/** The period (ms) of a limit whose reset cannot be true; the most frequent one (datadog-api 10). */
const ASSUMED_PERIOD_MS = 10_000;
/** The longest period in seconds: Datadog counts by the hour at most. */
const MAX_PERIOD_SECONDS = 3600;
/** A limit's name becomes the label of a metric. */
const LIMIT_NAME = /^[\w.:-]{1,100}$/;

/** Datadog's rate limits as its answers tell them: seen before they are hit, waited for, never run into. */
export interface Budget {
  /**
   * Waits until the route has room, first come first served. Throws `rate_limited` at once where the room
   * comes after the deadline. What it gives takes the answer's headers when the call has ended (none where no answer came).
   */
  take(route: string, context: RequestContext): Promise<(headers?: Readonly<Record<string, string>>) => void>;
  /** Calls left in the current period, by the limit's name. */
  left(): ReadonlyMap<string, number>;
  /** Calls that a period has, by the limit's name. */
  limits(): ReadonlyMap<string, number>;
}

interface Bucket {
  remaining: number;
  /** Epoch ms at which `remaining` is full again. */
  resetAt: number;
  /** Wait (ms) that the last answer gave: no step of the clock makes it longer. */
  resetMs: number;
  /** Epoch ms from which one call may go through although nothing remains. */
  probeAt: number;
  limit: number;
  inFlight: number;
  queue: Promise<void>;
}

/** Buckets are learned: by route until an answer names the limit (`x-ratelimit-name`), which routes may share. */
export function createBudget(clock: Clock): Budget {
  const buckets = new Map<string, Bucket>();
  const names = new Map<string, string>();

  function bucketOf(route: string): Bucket {
    const name = names.get(route) ?? route;
    let bucket = buckets.get(name);
    if (!bucket) {
      bucket = {
        remaining: Number.POSITIVE_INFINITY,
        resetAt: 0,
        resetMs: 0,
        probeAt: 0,
        limit: Number.POSITIVE_INFINITY,
        inFlight: 0,
        queue: Promise.resolve(),
      };
      buckets.set(name, bucket);
    }
    return bucket;
  }

  /** Of the limits that are known from an answer; one that several routes share is one, by Datadog's name. */
  function told(value: (bucket: Bucket) => number): ReadonlyMap<string, number> {
    const known = [...buckets].filter(([name, bucket]) => Number.isFinite(bucket.limit) && !names.has(name));
    return new Map(known.map(([name, bucket]) => [name, value(bucket)]));
  }

  return {
    async take(route, context) {
      const bucket = bucketOf(route);
      const before = bucket.queue;
      const mine = before.then(() => waitForBudget(bucket, clock, context));
      bucket.queue = mine.catch(() => undefined);
      await mine;
      bucket.inFlight += 1;
      return (headers = {}) => {
        bucket.inFlight -= 1;
        const seen = readHeaders(headers);
        if (!seen) return;
        const name = headers['x-ratelimit-name'];
        if (name !== undefined && LIMIT_NAME.test(name) && !names.has(route)) {
          names.set(route, name);
          if (!buckets.has(name)) buckets.set(name, bucket);
        }
        learn(bucketOf(route), seen, clock.now());
      };
    },
    left() {
      const now = clock.now();
      return told((bucket) => (bucket.resetAt > now ? bucket.remaining : bucket.limit));
    },
    limits: () => told((bucket) => bucket.limit),
  };
}

/** Waits until the bucket has room, or until a probe is due. Throws `rate_limited`. */
async function waitForBudget(bucket: Bucket, clock: Clock, { deadline }: RequestContext): Promise<void> {
  for (;;) {
    const now = clock.now();
    const { resetAt, probeAt } = bucket;
    const wait = Math.min(resetAt - now, bucket.resetMs);
    if (wait <= 0 && resetAt > 0) {
      bucket.remaining = bucket.limit;
      bucket.resetAt = 0;
    }
    if (bucket.remaining - bucket.inFlight > 0 || wait <= 0) return;
    const beforeProbe = Math.min(probeAt - now, PROBE_MS);
    if (beforeProbe <= 0) {
      bucket.probeAt = now + PROBE_MS;
      return;
    }
    const sleep = Math.min(wait, beforeProbe);
    if (sleep > deadline.left()) throw rateLimited(wait);
    await clock.sleep(sleep, deadline.signal).catch(() => {
      throw rateLimited(Math.min(bucket.resetAt - clock.now(), bucket.resetMs));
    });
    // The time has passed, even where the clock was set back meanwhile.
    if (bucket.resetAt === resetAt && sleep === wait) bucket.resetAt = Math.min(resetAt, clock.now());
    if (bucket.probeAt === probeAt && sleep === beforeProbe) bucket.probeAt = Math.min(probeAt, clock.now());
  }
}

interface Seen {
  readonly limit: number;
  readonly remaining: number;
  /** Milliseconds until the reset, at most the longest period. */
  readonly resetMs: number;
}

/** Reads the rate limit headers of a response. Returns undefined when a number is missing or invalid. */
function readHeaders(headers: Readonly<Record<string, string>>): Seen | undefined {
  const limit = wholeNumber(headers['x-ratelimit-limit']);
  const remaining = wholeNumber(headers['x-ratelimit-remaining']);
  const reset = headers['x-ratelimit-reset'];
  if (!limit || remaining === undefined || reset === undefined) return undefined;
  return { limit, remaining: Math.min(remaining, limit), resetMs: resetIn(reset, headers) };
}

/** A reset beyond the limit's own period, or beyond every period of Datadog, cannot be true. */
function resetIn(reset: string, headers: Readonly<Record<string, string>>): number {
  const period = wholeNumber(headers['x-ratelimit-period']) || MAX_PERIOD_SECONDS;
  const seconds = secondsAsked(reset, 0);
  const assumed = Math.min(ASSUMED_PERIOD_MS, period * 1000);
  return seconds === undefined || seconds > period ? assumed : seconds * 1000;
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** Answers overtake one another: within a period the smallest number left is the true one. */
function learn(bucket: Bucket, seen: Seen, now: number): void {
  const resetAt = now + seen.resetMs;
  const samePeriod = bucket.resetAt > now && Math.abs(bucket.resetAt - resetAt) < 1500;
  bucket.remaining = samePeriod ? Math.min(bucket.remaining, seen.remaining) : seen.remaining;
  bucket.resetAt = resetAt;
  bucket.resetMs = seen.resetMs;
  bucket.probeAt = now + PROBE_MS;
  bucket.limit = seen.limit;
}

/** The problem for a limit that has no room for `wait` ms. */
export function rateLimited(wait: number): ProblemError {
  return new ProblemError(
    'rate_limited',
    'Datadog allows no further call of this kind before the deadline.',
    {
      retryAfter: Math.max(1, Math.ceil(wait / 1000)),
    },
  );
}
