/** How far (ms per ms) Datadog's clock and that of this process may drift apart. */
const DRIFT = 0.0005;

/** A span of time that contains the start of a period. */
export interface StartSpan {
  readonly from: number;
  readonly to: number;
}

/**
 * When the periods of a limit begin. Datadog reports resets in whole seconds, so the start of a period is known to a span, which
 * further responses narrow. Times are of the monotonic clock, in ms.
 */
export class PeriodStart {
  private span: StartSpan | undefined;
  private learnedAt = 0;
  private periodMs = Number.POSITIVE_INFINITY;

  /** Learns that a period begins within a span. A span of half a period or more tells nothing. */
  learn({ from, to }: StartSpan, periodMs: number, now: number): void {
    if (periodMs !== this.periodMs) this.span = undefined;
    this.periodMs = periodMs;
    if (to - from >= periodMs / 2) return;
    const known = this.at(now);
    const shift = known ? Math.round((known.from + known.to - from - to) / 2 / periodMs) * periodMs : 0;
    const seen = { from: from + shift, to: to + shift };
    const both = known && { from: Math.max(known.from, seen.from), to: Math.min(known.to, seen.to) };
    // Spans without a common moment: Datadog's periods begin at another time than before.
    this.span = both && both.from < both.to ? both : seen;
    this.learnedAt = now;
  }

  /** Returns the span of the last period that has certainly begun; undefined if that is not known. */
  last(now: number): StartSpan | undefined {
    const span = this.at(now);
    if (!span) return undefined;
    const shift = Math.floor((now - span.to) / this.periodMs) * this.periodMs;
    return { from: span.from + shift, to: span.to + shift };
  }

  /** Returns the span, wider by the drift since it was learned. */
  private at(now: number): StartSpan | undefined {
    const drift = (now - this.learnedAt) * DRIFT;
    const { from = 0, to = 0 } = this.span ?? {};
    return this.span && to - from + 2 * drift < this.periodMs / 2
      ? { from: from - drift, to: to + drift }
      : undefined;
  }
}
