import type { Clock } from '../domain/clock.ts';
import type { RequestContext } from '../domain/caller.ts';
import { ProblemError } from '../domain/problem.ts';

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
        limit: Number.POSITIVE_INFINITY,
        inFlight: 0,
        queue: Promise.resolve(),
      };
      buckets.set(name, bucket);
    }
    return bucket;
  }

  async function room(bucket: Bucket, { deadline }: RequestContext): Promise<void> {
    for (;;) {
      const wait = bucket.resetAt - clock.now();
      if (wait <= 0 && bucket.resetAt > 0) {
        bucket.remaining = bucket.limit;
        bucket.resetAt = 0;
      }
      if (bucket.remaining - bucket.inFlight > 0 || wait <= 0) return;
      if (wait > deadline.left()) throw rateLimited(wait);
      await clock.sleep(wait, deadline.signal).catch(() => {
        throw rateLimited(bucket.resetAt - clock.now());
      });
    }
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
      const mine = before.then(() => room(bucket, context));
      bucket.queue = mine.catch(() => undefined);
      await mine;
      bucket.inFlight += 1;
      return (headers = {}) => {
        bucket.inFlight -= 1;
        const seen = readHeaders(headers);
        if (!seen) return;
        const name = headers['x-ratelimit-name'];
        if (name !== undefined && !names.has(route)) {
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

interface Seen {
  readonly limit: number;
  readonly remaining: number;
  /** Seconds until the reset: a duration, not a time. */
  readonly reset: number;
}

function readHeaders(headers: Readonly<Record<string, string>>): Seen | undefined {
  const limit = Number(headers['x-ratelimit-limit']);
  const remaining = Number(headers['x-ratelimit-remaining']);
  const reset = Number(headers['x-ratelimit-reset']);
  return [limit, remaining, reset].every((n) => Number.isFinite(n) && n >= 0)
    ? { limit, remaining, reset }
    : undefined;
}

/** Answers overtake one another: within a period the smallest number left is the true one. */
function learn(bucket: Bucket, seen: Seen, now: number): void {
  const resetAt = now + seen.reset * 1000;
  const samePeriod = bucket.resetAt > now && Math.abs(bucket.resetAt - resetAt) < 1500;
  bucket.remaining = samePeriod ? Math.min(bucket.remaining, seen.remaining) : seen.remaining;
  bucket.resetAt = resetAt;
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
