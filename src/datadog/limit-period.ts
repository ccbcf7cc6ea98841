/** How long (ms) an exhausted limit waits before one call probes it again. */
const PROBE_MS = 60_000;
/** Resets that differ by less than this (ms) belong to one period: Datadog rounds to whole seconds. */
const SAME_PERIOD_MS = 1500;

/** What one response says about a limit. */
export interface Seen {
  readonly limit: number;
  readonly remaining: number;
  /** Milliseconds until the reset, at most the longest period. */
  readonly resetMs: number;
  /** Length of the period in ms; undefined if the response does not tell it. */
  readonly periodMs: number | undefined;
}

/** The current period of one limit of Datadog. Times are of the monotonic clock, in ms. */
export class LimitPeriod {
  /** Calls per period; infinite until a response tells it. */
  limit = Number.POSITIVE_INFINITY;
  /** Calls left in the period, as the lowest count of its responses; `limit` before the first one. */
  remaining = Number.POSITIVE_INFINITY;
  /** When the next period begins; undefined when it is not known. */
  resetAt: number | undefined;
  /** Length of a period in ms; undefined if responses do not tell it. */
  periodMs: number | undefined;
  /** Calls that were taken and have not ended. */
  inFlight = 0;
  /** Number of this period. */
  number = 0;
  /** Calls that count in this period: those taken in it, and those in flight when it began. */
  used = 0;
  /** Highest number of calls in flight in this period. */
  private maxInFlight = 0;
  private probeAt = 0;

  /** Begins the next period if the current one has ended. */
  advance(now: number): void {
    if (this.resetAt === undefined || this.resetAt > now) return;
    const past = now - this.resetAt;
    const next = this.periodMs && this.resetAt + (Math.floor(past / this.periodMs) + 1) * this.periodMs;
    this.begin(next);
  }

  /** Returns the calls that may still be taken in this period. */
  available(): number {
    // Without a reset ahead, the next response tells the count of the period.
    if (this.resetAt === undefined) return this.limit - this.inFlight;
    return Math.min(this.limit - this.used, this.remaining - this.inFlight);
  }

  /** Counts a call that is about to be sent. Returns the number of the period in which it was taken. */
  take(): number {
    this.inFlight += 1;
    this.used += 1;
    this.maxInFlight = Math.max(this.maxInFlight, this.inFlight);
    return this.number;
  }

  /**
   * Learns from the response to a call that was taken in period `takenIn`. The response to a call of an earlier period may
   * count either period, so its count is ignored; the call already counts in this period.
   */
  learn(takenIn: number, seen: Seen, now: number): void {
    this.limit = seen.limit;
    this.periodMs = seen.periodMs;
    this.probeAt = now + PROBE_MS;
    this.remaining = Math.min(this.remaining, seen.limit);
    if (takenIn !== this.number) return;
    const resetAt = now + seen.resetMs;
    const difference = this.resetAt === undefined ? undefined : resetAt - this.resetAt;
    // Responses out of order differ by the calls in flight. A higher count belongs to the next period.
    const isNext = seen.remaining > this.remaining + this.maxInFlight;
    if (difference === undefined || (Math.abs(difference) < SAME_PERIOD_MS && !isNext)) {
      this.remaining = Math.min(this.remaining, seen.remaining);
      // A reset in whole seconds, rounded up, is never too early: the earliest of a period is the closest.
      this.resetAt = Math.min(this.resetAt ?? resetAt, resetAt);
      return;
    }
    // The next period began before it was expected. This call counts in it.
    if (difference > 0 || isNext) {
      this.begin(resetAt);
      this.used += 1;
    }
    this.remaining = seen.remaining;
    this.resetAt = resetAt;
  }

  /** Returns whether a probe is due: one call of an exhausted limit per minute, to learn it again. */
  probes(now: number): boolean {
    if (this.resetAt === undefined || this.inFlight > 0 || this.probeAt > now) return false;
    this.probeAt = now + PROBE_MS;
    return true;
  }

  /** Returns the time (ms) until the next reset or probe; 0 if neither is ahead. */
  waitMs(now: number): number {
    if (this.resetAt === undefined) return 0;
    return Math.max(0, Math.min(this.resetAt - now, Math.max(this.probeAt - now, 1)));
  }

  private begin(resetAt: number | undefined): void {
    this.number += 1;
    this.remaining = this.limit;
    this.used = this.inFlight;
    this.maxInFlight = this.inFlight;
    this.resetAt = resetAt;
  }
}
