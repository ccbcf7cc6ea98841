import { largest, smallest } from '../domain/append.ts';
import { MAX_QUERIES, type SeriesRequest } from './ports.ts';
import type { QuerySeries, StepRange } from './query-series.ts';

/** A request, and where its answer belongs. The series are in the order of the queries. */
export interface PlannedRequest extends SeriesRequest {
  readonly series: readonly QuerySeries[];
}

/**
 * Returns the requests for what is missing in series, the newest first: in pieces of at most `maxPoints` steps, each for as
 * many queries as possible. Queries share a request if their points have the same interval and source.
 */
export function planRequests(all: readonly QuerySeries[], maxPoints: number): PlannedRequest[] {
  const classes = Map.groupBy(all, ({ query }) => `${query.pointS} ${query.source}`);
  return [...classes.values()]
    .flatMap((series) => planClass(series, maxPoints))
    .sort((a, b) => b.endStep * b.pointS - a.endStep * a.pointS);
}

function planClass(all: readonly QuerySeries[], maxPoints: number): PlannedRequest[] {
  const missing = all.map((series) => ({ series, ranges: series.missing() }));
  const starts = missing.flatMap(({ ranges }) => ranges).sort((a, b) => a.firstStep - b.firstStep);
  const requests: PlannedRequest[] = [];
  let cursor = Number.NEGATIVE_INFINITY;
  for (const range of starts) {
    while (cursor < range.endStep) {
      const firstStep = Math.max(cursor, range.firstStep);
      cursor = firstStep + maxPoints;
      const piece = { firstStep, endStep: cursor };
      const wanted = missing.flatMap(({ series, ranges }) => {
        const own = ranges.flatMap((one) => overlapOf(one, piece));
        return own.length === 0 ? [] : [{ series, own }];
      });
      for (let at = 0; at < wanted.length; at += MAX_QUERIES) {
        const batch = wanted.slice(at, at + MAX_QUERIES);
        requests.push(
          requestFor(
            batch.map(({ series }) => series),
            boundsOf(batch.flatMap(({ own }) => own)),
          ),
        );
      }
    }
  }
  return requests;
}

/** Returns a request for series with the same interval of points. */
export function requestFor(
  series: readonly QuerySeries[],
  { firstStep, endStep }: StepRange,
): PlannedRequest {
  return {
    series,
    queries: series.map(({ query }) => query),
    pointS: series[0]?.query.pointS ?? 1,
    firstStep,
    endStep,
  };
}

function overlapOf(a: StepRange, b: StepRange): StepRange[] {
  const overlap = {
    firstStep: Math.max(a.firstStep, b.firstStep),
    endStep: Math.min(a.endStep, b.endStep),
  };
  return overlap.firstStep < overlap.endStep ? [overlap] : [];
}

function boundsOf(ranges: readonly StepRange[]): StepRange {
  return {
    firstStep: smallest(ranges.map(({ firstStep }) => firstStep)),
    endStep: largest(ranges.map(({ endStep }) => endStep)),
  };
}
