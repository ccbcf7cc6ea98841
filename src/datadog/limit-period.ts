import { PeriodStart, type StartSpan } from './period-start.ts';

/** How long (ms) an exhausted limit waits before one call probes it again. */
const PROBE_MS = 60_000;
/** Resets that differ by less than this (ms) belong to one period: Datadog rounds to whole seconds. */
const SAME_PERIOD_MS = 1500;
/** Datadog rounds the time until a reset up to a multiple of this (ms). */
const ROUNDED_TO_MS = 1000;
/** Calls that ended within this part of a period are counted together, as if all had ended with the last of them. */
const COUNTED_TOGETHER = 1 / 128;
/** The period (ms) of a limit whose period responses do not tell. */
const ASSUMED_PERIOD_MS = 10_000;

/** What one response says about a limit. */
export interface Seen {
  readonly limit: number;
  readonly remaining: number;
  /** Milliseconds until the reset, at most the longest period. */
  readonly resetMs: number;
  /** Length of the period in ms; undefined if the response does not tell it. */
  readonly periodMs: number | undefined;
}

/** A call that was taken: the number of the period, and the time. */
export interface TakenCall {
  readonly period: number;
  readonly atMs: number;
}

/**
 * The current period of one limit of Datadog. Times are of the monotonic clock, in ms. Datadog counts a call at some moment
 * between its start and its end, so it counts here until it has certainly ended before the current period began.
 */
export class LimitPeriod {
  /** Calls per period; infinite until a response tells it. */
  limit = Number.POSITIVE_INFINITY;
  /** Calls left in the period, as the lowest count of its responses; before the first one, without the own calls. */
  remaining = Number.POSITIVE_INFINITY;
  /** When the next period has certainly begun; undefined when it is not known. */
  resetAt: number | undefined;
  /** Length of a period in ms; undefined if responses do not tell it. */
  periodMs: number | undefined;
  /** Calls that were taken and have not ended. */
  inFlight = 0;
  /** Number of this period. */
  private number = 0;
  private readonly start = new PeriodStart();
  /** The calls that ended and may count in this period, oldest first. */
  private readonly ended: { readonly from: number; to: number; calls: number }[] = [];
  private endedCalls = 0;
  /** Calls that ended before this time count in an earlier period. */
  private begunAfter = Number.NEGATIVE_INFINITY;
  /** The response to the call that was taken last. */
  private newest: (StartSpan & { readonly remaining: number }) | undefined;
  /** Highest number of calls in flight in this period. */
  private maxInFlight = 0;
  private probeAt = 0;

  /** Begins the next period if the current one has ended, and forgets the calls of earlier ones. */
  advance(now: number): void {
    if (this.resetAt !== undefined && this.resetAt <= now) {
      const { resetAt, periodMs } = this;
      const start = this.start.last(now);
      const next = periodMs && resetAt + (Math.floor((now - resetAt) / periodMs) + 1) * periodMs;
      this.begunAfter = Math.max(this.begunAfter, start?.from ?? resetAt - ROUNDED_TO_MS);
      this.begin(start && periodMs ? start.to + periodMs : next, now);
    }
    this.forget(now);
  }

  /** Returns the number of calls that count in this period, or may. */
  used(): number {
    return this.inFlight + this.endedCalls;
  }

  /** Returns the calls that may still be taken in this period. */
  available(): number {
    // Without a reset ahead, the next response tells the count of the period.
    if (this.resetAt === undefined) return this.limit - this.inFlight;
    return Math.min(this.limit - this.used(), this.remaining - this.inFlight);
  }

  /** Counts a call that is about to be sent. */
  take(now: number): TakenCall {
    this.inFlight += 1;
    this.maxInFlight = Math.max(this.maxInFlight, this.inFlight);
    return { period: this.number, atMs: now };
  }

  /** Returns a call that was taken from another limit, before a response told that this one counts it. */
  takenBefore({ atMs }: TakenCall): TakenCall {
    return { period: this.number, atMs };
  }

  /** Counts the end of a call. */
  end(now: number): void {
    this.inFlight -= 1;
    this.endedCalls += 1;
    const last = this.ended.at(-1);
    if (last && now - last.from < this.windowMs() * COUNTED_TOGETHER) {
      last.to = now;
      last.calls += 1;
    } else this.ended.push({ from: now, to: now, calls: 1 });
    this.forget(now);
  }

  /**
   * Learns from the response to a call. The response to a call of an earlier period may count either period, so its count is
   * ignored; the call already counts in this period.
   */
  learn(call: TakenCall, seen: Seen, now: number): void {
    this.limit = seen.limit;
    this.periodMs = seen.periodMs;
    this.probeAt = now + PROBE_MS;
    this.remaining = Math.min(this.remaining, seen.limit);
    this.learnStart(call, seen, now);
    if (call.period !== this.number) return;
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
    // The next period began before it was expected.
    if (difference > 0 || isNext) this.begin(resetAt, now);
    this.remaining = seen.remaining;
    this.resetAt = resetAt;
  }

  /** Returns whether a probe is due: one call of an exhausted limit per minute, to learn it again. */
  probes(now: number): boolean {
    if (this.resetAt === undefined || this.inFlight > 0 || this.probeAt > now) return false;
    this.probeAt = now + PROBE_MS;
    return true;
  }

  /** Returns the time (ms) until more than `kept` calls may be available, or the next probe; 0 if neither is ahead. */
  waitMs(now: number, kept: number): number {
    if (this.resetAt === undefined) return 0;
    const untilReset = this.remaining - this.inFlight > kept ? now : this.resetAt;
    const until = Math.max(untilReset, this.uncountedAt(this.used() - this.limit + kept + 1) ?? now);
    return Math.max(0, Math.min(until - now, Math.max(this.probeAt - now, 1)));
  }

  /** Returns when so many of the calls that ended no longer count; undefined if they are not so many. */
  private uncountedAt(calls: number): number | undefined {
    const { resetAt = Number.POSITIVE_INFINITY } = this;
    const start = this.start.last(resetAt);
    const endsBefore = start?.from ?? resetAt - ROUNDED_TO_MS;
    let left = calls;
    for (const { to, calls: some } of this.ended) {
      if (left <= 0) return undefined;
      left -= some;
      if (left <= 0) return to <= endsBefore ? Math.min(resetAt, to + this.windowMs()) : to + this.windowMs();
    }
    return undefined;
  }

  /** Learns when the periods begin: from the reset, and from a count that is higher than that of an earlier call. */
  private learnStart({ atMs }: TakenCall, { resetMs, remaining, periodMs }: Seen, now: number): void {
    if (periodMs === undefined) return;
    this.start.learn({ from: atMs + resetMs - ROUNDED_TO_MS, to: now + resetMs }, periodMs, now);
    const { newest } = this;
    if (newest && remaining > newest.remaining && atMs >= newest.to && now - newest.from < periodMs)
      this.start.learn({ from: newest.from, to: now }, periodMs, now);
    if (!newest || atMs >= newest.from) this.newest = { from: atMs, to: now, remaining };
  }

  private begin(resetAt: number | undefined, now: number): void {
    this.number += 1;
    this.forget(now);
    this.remaining = this.limit - this.endedCalls;
    this.maxInFlight = this.inFlight;
    this.resetAt = resetAt;
  }

  /** Forgets the calls that ended before this period began: a period is no longer than its length. */
  private forget(now: number): void {
    const before = Math.max(this.begunAfter, now - this.windowMs());
    while (this.ended[0] && this.ended[0].to <= before) this.endedCalls -= this.ended.shift()?.calls ?? 0;
  }

  private windowMs(): number {
    return this.periodMs ?? ASSUMED_PERIOD_MS;
  }
}
