/** What a process asks of the shared budget of one Datadog rate limit. Numbers of calls and ms are whole and not negative. */
export interface CallsWanted {
  /** Name of the limit. */
  readonly name: string;
  /** Calls that Datadog allows per period. */
  readonly limit: number;
  readonly periodMs: number;
  /** Time until the period ends, as this process sees it. */
  readonly endsInMs: number;
  /** Calls that are left in the period, as this process sees it, without those it has been granted. */
  readonly left: number;
  /** Calls that were granted in an earlier period and may count in this one. */
  readonly carried: number;
  /** The most calls that are wanted now. */
  readonly calls: number;
  /** Calls that the lane leaves to others. */
  readonly kept: number;
}

/** The answer: calls that this process may make before the period ends, in `endsInMs`. */
export interface CallsGranted {
  readonly calls: number;
  readonly endsInMs: number;
}

/** Grants calls of one limit to this process. Rejects when the shared budget does not answer. */
export type GrantCalls = (wanted: CallsWanted) => Promise<CallsGranted>;
