import type { Clock } from '../domain/clock.ts';
import type { RequestContext } from '../domain/caller.ts';
import { ProblemError } from '../domain/problem.ts';
import { secondsAsked } from '../runtime/retry-after.ts';

/** How long (ms) an exhausted route waits before one call probes the limit again. */
const PROBE_MS = 60_000;
/** The period (ms) assumed for a limit with an implausible reset: Datadog's most common one. */
const ASSUMED_PERIOD_MS = 10_000;
/** The longest period of a Datadog rate limit, in seconds. */
const MAX_PERIOD_SECONDS = 3600;
/** Valid names of limits, which become metric labels. */
const LIMIT_NAME = /^[\w.:-]{1,100}$/;

/** Tracks Datadog's rate limits from response headers, and delays calls so that they do not exceed a limit. */
export interface Budget {
  /**
   * Waits until the limit of a route allows a call, in order of arrival. Throws `rate_limited` immediately if that is after
   * the deadline. The caller must call the returned function when the call ends, with the response headers if there are any.
   */
  acquire(
    route: string,
    context: RequestContext,
  ): Promise<(headers?: Readonly<Record<string, string>>) => void>;
  /** Returns the remaining calls in the current period, by the name of the limit. */
  remaining(): ReadonlyMap<string, number>;
  /** Returns the calls allowed per period, by the name of the limit. */
  limits(): ReadonlyMap<string, number>;
}

interface Bucket {
  remaining: number;
  /** Time (epoch ms) at which `remaining` is reset to `limit`. */
  resetAt: number;
  /** Delay (ms) until the reset in the last response. Bounds the wait if the clock is set back. */
  resetMs: number;
  /** Time (epoch ms) from which one call may probe an exhausted limit. */
  probeAt: number;
  limit: number;
  inFlight: number;
  queue: Promise<void>;
}

/** Creates an empty budget. Buckets are per route until a response names the limit (`x-ratelimit-name`), which routes may share. */
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

  /** Returns a value of each limit seen in a response. A limit that routes share appears once. */
  function byLimitName(value: (bucket: Bucket) => number): ReadonlyMap<string, number> {
    const learned = [...buckets].filter(
      ([name, bucket]) => Number.isFinite(bucket.limit) && !names.has(name),
    );
    return new Map(learned.map(([name, bucket]) => [name, value(bucket)]));
  }

  return {
    async acquire(route, context) {
      const bucket = bucketOf(route);
      const previous = bucket.queue;
      const ready = previous.then(() => waitForBudget(bucket, clock, context));
      bucket.queue = ready.catch(() => undefined);
      await ready;
      bucket.inFlight += 1;
      return (headers = {}) => {
        bucket.inFlight -= 1;
        const rateLimit = readHeaders(headers);
        if (!rateLimit) return;
        const name = headers['x-ratelimit-name'];
        if (name !== undefined && LIMIT_NAME.test(name) && !names.has(route)) {
          names.set(route, name);
          if (!buckets.has(name)) buckets.set(name, bucket);
        }
        updateBucket(bucketOf(route), rateLimit, clock.now());
      };
    },
    remaining() {
      const now = clock.now();
      return byLimitName((bucket) => (bucket.resetAt > now ? bucket.remaining : bucket.limit));
    },
    limits: () => byLimitName((bucket) => bucket.limit),
  };
}

/** Waits until the bucket allows a call, or until a probe is due. Throws `rate_limited`. */
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
    const pauseMs = Math.min(wait, beforeProbe);
    if (pauseMs > deadline.left()) throw rateLimited(wait);
    await clock.sleep(pauseMs, deadline.signal).catch(() => {
      throw rateLimited(Math.min(bucket.resetAt - clock.now(), bucket.resetMs));
    });
    // The wait is over even if the clock was set back during it.
    if (bucket.resetAt === resetAt && pauseMs === wait) bucket.resetAt = Math.min(resetAt, clock.now());
    if (bucket.probeAt === probeAt && pauseMs === beforeProbe)
      bucket.probeAt = Math.min(probeAt, clock.now());
  }
}

interface RateLimit {
  readonly limit: number;
  readonly remaining: number;
  /** Milliseconds until the reset, at most the longest period. */
  readonly resetMs: number;
}

/** Reads the rate limit headers of a response. Returns undefined when a number is missing or invalid. */
function readHeaders(headers: Readonly<Record<string, string>>): RateLimit | undefined {
  const limit = wholeNumber(headers['x-ratelimit-limit']);
  const remaining = wholeNumber(headers['x-ratelimit-remaining']);
  const reset = headers['x-ratelimit-reset'];
  if (!limit || remaining === undefined || reset === undefined) return undefined;
  return { limit, remaining: Math.min(remaining, limit), resetMs: resetDelay(reset, headers) };
}

/** Returns the delay (ms) until the reset. A reset beyond the period of the limit is implausible, so a short period is assumed. */
function resetDelay(reset: string, headers: Readonly<Record<string, string>>): number {
  const period = wholeNumber(headers['x-ratelimit-period']) || MAX_PERIOD_SECONDS;
  const seconds = secondsAsked(reset, 0);
  const assumed = Math.min(ASSUMED_PERIOD_MS, period * 1000);
  return seconds === undefined || seconds > period ? assumed : seconds * 1000;
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** Updates a bucket from response headers. Responses may arrive out of order, so the lowest remaining count of a period applies. */
function updateBucket(bucket: Bucket, rateLimit: RateLimit, now: number): void {
  const resetAt = now + rateLimit.resetMs;
  const samePeriod = bucket.resetAt > now && Math.abs(bucket.resetAt - resetAt) < 1500;
  bucket.remaining = samePeriod ? Math.min(bucket.remaining, rateLimit.remaining) : rateLimit.remaining;
  bucket.resetAt = resetAt;
  bucket.resetMs = rateLimit.resetMs;
  bucket.probeAt = now + PROBE_MS;
  bucket.limit = rateLimit.limit;
}

/** Returns the problem for a limit that allows no call for `wait` ms. */
export function rateLimited(wait: number): ProblemError {
  return new ProblemError(
    'rate_limited',
    "Datadog's rate limit allows no further call of this kind before the deadline.",
    {
      retryAfter: Math.max(1, Math.ceil(wait / 1000)),
    },
  );
}
