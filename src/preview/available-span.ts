import { largest } from '../domain/append.ts';
import type { Condition, QueryPlan } from '../evaluate/condition.ts';
import type { FetchedSeries, MissingPart } from './fetch-series.ts';
import type { Span } from './report.ts';

/**
 * Evaluations before the span decide the first states. They begin a window before it, but at least 6 hours, so that 7 days and
 * they take 7 requests of 1,500 minutes, and at most a week. Those of a custom schedule begin a week before it.
 */
export const MIN_LEAD_IN_S = 6 * 3600;
const MAX_LEAD_IN_S = 7 * 86_400;

/** The part of a span that can be evaluated. */
export interface EvaluatedSpan extends Span {
  readonly leadInS: number;
}

/** Returns how long before a span the evaluations of a condition begin, in seconds. */
export function leadInOf({ states, recurrence }: Condition): number {
  if (recurrence) return MAX_LEAD_IN_S;
  return Math.min(MAX_LEAD_IN_S, Math.max(MIN_LEAD_IN_S, states.windowS));
}

/** Returns the series that the evaluation of a condition requires. */
export function wantedSeries(
  condition: Condition,
  { from, to }: Span,
): (Span & { readonly query: QueryPlan })[] {
  const first = from - leadInOf(condition) - condition.historyS;
  return condition.queries.map((query) => ({ query, from: first, to }));
}

/** Returns what is missing of the series of conditions, by time. */
export function missingIn(conditions: readonly Condition[], fetched: FetchedSeries): MissingPart[] {
  const queries = new Set(conditions.flatMap((condition) => condition.queries));
  return [...queries].flatMap((query) => fetched.missingOf(query)).sort((a, b) => a.from - b.from);
}

/**
 * Returns the longest part of a span in which conditions can be evaluated without missing points, which would look like missing
 * data. Undefined if no part has all points. `missing` is in the order of time.
 */
export function evaluatedSpan(
  conditions: readonly Condition[],
  span: Span,
  missing: readonly MissingPart[],
): EvaluatedSpan | undefined {
  const historyS = largest([0, ...conditions.map((condition) => condition.historyS)]);
  const leadInS = largest([0, ...conditions.map(leadInOf)]);
  let best: EvaluatedSpan | undefined;
  let start = span.from - leadInS - historyS;
  for (const { from, to } of [...missing, { from: span.to, to: span.to }]) {
    const part = partBetween(start, from, span, historyS, leadInS);
    if (part.to > part.from && (!best || part.to - part.from > best.to - best.from)) best = part;
    start = Math.max(start, to);
  }
  return best;
}

function partBetween(
  start: number,
  end: number,
  span: Span,
  historyS: number,
  leadInS: number,
): EvaluatedSpan {
  const from = Math.max(span.from, start + historyS);
  return {
    from,
    to: Math.min(span.to, end),
    leadInS: Math.max(0, Math.min(leadInS, from - historyS - start)),
  };
}
