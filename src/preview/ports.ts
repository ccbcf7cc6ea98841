import type { RequestContext } from '../domain/caller.ts';
import type { JsonObject } from '../domain/json.ts';
import type { QueryPlan } from '../evaluate/condition.ts';
import type { State } from '../evaluate/states.ts';

/** The part of a query that decides about its points. Alerts that differ only in thresholds or recipients have equal ones. */
export type SeriesQuery = Pick<
  QueryPlan,
  'source' | 'text' | 'method' | 'measure' | 'indexes' | 'by' | 'pointS'
>;

/** Why series or transitions could not be read, in the words of a report. */
export const MISSING_REASONS = {
  rate_limit: 'The background share of a Datadog rate limit is used up.',
  deadline: 'There was no time left to ask Datadog.',
  denied: 'Datadog denies access: the application key lacks a scope, or its owner a permission.',
  refused: 'Datadog refuses the query.',
  unavailable: 'Datadog did not answer.',
  too_large: 'The answer is too large: the query has too many groups.',
  widened: 'Datadog answers only with longer steps than the alert has.',
} as const;
export type MissingReason = keyof typeof MISSING_REASONS;

export interface Failure {
  readonly reason: MissingReason;
  /** What Datadog says; empty if it says nothing. */
  readonly detail: string;
}

/** Returns a failure as a sentence. */
export function reasonOf({ reason, detail }: Failure): string {
  return `${MISSING_REASONS[reason]}${detail === '' ? '' : ` (${detail})`}`;
}

/** Queries with points of the same interval. Step `k` starts at `k * pointS` (UNIX seconds). */
export interface SeriesRequest {
  readonly queries: readonly SeriesQuery[];
  readonly pointS: number;
  /** From this step to before `endStep`. */
  readonly firstStep: number;
  readonly endStep: number;
}

/** The points of one query. */
export interface SeriesPart {
  /** The steps with a point in at least one group, ascending. */
  readonly steps: Float64Array;
  /** The values at `steps` by group; NaN is a missing point. A group is `tag:value,...` in the order of `by`, or `*` without `by`. */
  readonly groups: ReadonlyMap<string, Float64Array>;
  /** How many groups are left out, at least. */
  readonly cutGroups: number;
}

/** The parts are in the order of the queries. */
export type SeriesAnswer =
  | { readonly kind: 'series'; readonly parts: readonly SeriesPart[] }
  | { readonly kind: 'too_large' }
  | ({ readonly kind: 'failed' } & Failure);

/** At most this many queries in one request. */
export const MAX_QUERIES = 8;
/** At most this many points of each series in one request; Datadog widens the steps beyond. Datadog docs, functions/rollup. */
export const MAX_POINTS = 1500;
/** At most this many groups of a query: the first ones in alphabetical order, so that every request has the same ones. */
export const MAX_GROUPS = 1000;

/** Datadog's time series. */
export interface SeriesPort {
  /** Asks once, for at most `MAX_QUERIES` queries and `MAX_POINTS` steps. Leaves out groups without a value of a tag. Throws nothing. */
  fetch(request: SeriesRequest, context: RequestContext): Promise<SeriesAnswer>;
}

/** A transition of a group that happened in Datadog. */
export interface RealTransition {
  /** UNIX seconds. */
  readonly at: number;
  /** The tags in Datadog's order, joined by commas; `*` if the monitor is simple. */
  readonly group: string;
  readonly from: State;
  readonly to: State;
}

export interface RealTransitions {
  /** By the id of the monitor; in the order of time. */
  readonly transitions: ReadonlyMap<string, readonly RealTransition[]>;
  /** Why transitions are missing. */
  readonly failure?: Failure;
}

/** The transitions that Datadog recorded as events. */
export interface TransitionsPort {
  /** Returns the transitions of monitors from `from` to before `to` (UNIX seconds). Throws nothing. */
  transitions(
    ids: readonly string[],
    span: { readonly from: number; readonly to: number },
    context: RequestContext,
  ): Promise<RealTransitions>;
}

/** The organisation's downtimes. */
export interface DowntimesPort {
  /** Returns the attributes of each downtime that Datadog lists: those in force, scheduled, or ended lately. Throws nothing. */
  downtimes(
    context: RequestContext,
  ): Promise<{ readonly downtimes: readonly JsonObject[]; readonly failure?: Failure }>;
}

/** The organisation's notification rules. */
export interface RulesPort {
  /** Returns the attributes of each rule. Throws nothing. */
  rules(
    context: RequestContext,
  ): Promise<{ readonly rules: readonly JsonObject[]; readonly failure?: Failure }>;
}
