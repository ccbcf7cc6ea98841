import { aggregate } from '../metrics/metric-query.ts';
import type { RawObject } from '../raw-json.ts';
import { type Term, valueOf } from './expression.ts';
import type { MonitorQuery } from './monitor-query.ts';
import type { StepValues } from './step-values.ts';
import { windowStart } from './window-start.ts';

/** What one evaluation of one group saw: no data, data without a result, or a value. */
export type Outcome =
  | { readonly kind: 'empty' }
  | { readonly kind: 'skipped' }
  | { readonly kind: 'value'; readonly value: number };

/** The queries of a monitor in one group. */
export type GroupQueries = ReadonlyMap<Term, StepValues>;

interface Span {
  readonly start: number;
  readonly end: number;
  readonly now: number;
}

interface Totals {
  readonly empty: boolean;
  /** The value over the window; undefined or not finite if it cannot be computed. */
  readonly value: number | undefined;
}

const BUCKETS = new Map(Object.entries({ m: 60, h: 600, d: 3600, w: 3600, mo: 4 * 3600 }));
const MAX_EMPTY_BUCKETS = 3;

/** Evaluates one group at `now`, in epoch seconds. */
export function outcomeAt(
  query: MonitorQuery,
  queries: GroupQueries,
  { now, delay, options }: { now: number; delay: number; options: RawObject },
): Outcome {
  const end = now - delay;
  const span = { start: windowStart(query.window, end, options), end, now };
  const { empty, value } = query.change
    ? changeOver(query, queries, span, query.change)
    : over(query, queries, span);
  if (empty) return { kind: 'empty' };
  if (value === undefined || !Number.isFinite(value)) return { kind: 'skipped' };
  const needsFull = options['require_full_window'] === true && !query.window.cumulative;
  if (needsFull && !isFull(query, queries, span)) return { kind: 'skipped' };
  return { kind: 'value', value };
}

/** Returns the start of the last step with a point: the oldest among queries that need one, else the newest. */
export function lastPoint(queries: GroupQueries, now: number): number {
  const all = [...queries.values()];
  const needed = all.filter(({ alignsAsZero }) => !alignsAsZero);
  const last = (list: readonly StepValues[]) => list.map((one) => one.last(now) ?? Number.NEGATIVE_INFINITY);
  return needed.length > 0
    ? last(needed).reduce((a, b) => Math.min(a, b))
    : last(all).reduce((a, b) => Math.max(a, b), -Infinity);
}

function over(query: MonitorQuery, queries: GroupQueries, span: Span): Totals {
  const empty = isEmpty(queries, span);
  if (query.aggregatesFirst) return { empty, value: totalOf(query, queries, span) };
  const values = stampsIn(queries, span).map((at) => pointAt(query, queries, at, span.now));
  return { empty, value: aggregate(query.aggregator, values.filter(isPresent)) };
}

function changeOver(
  query: MonitorQuery,
  queries: GroupQueries,
  span: Span,
  { kind, shift }: NonNullable<MonitorQuery['change']>,
): Totals {
  const before = { start: span.start - shift, end: span.end - shift, now: span.now };
  const isGone = [isEmpty(queries, span), isEmpty(queries, before)];
  const difference = (a: number | undefined, b: number | undefined) => {
    if (a === undefined || b === undefined) return undefined;
    return kind === 'change' ? a - b : ((a - b) / b) * 100;
  };
  if (query.aggregatesFirst) {
    const [a, b] = [totalOf(query, queries, span), totalOf(query, queries, before)];
    return { empty: isGone.every(Boolean), value: difference(a, b) };
  }
  const values = stampsIn(queries, span).map((at) =>
    difference(pointAt(query, queries, at, span.now), pointAt(query, queries, at - shift, span.now)),
  );
  return { empty: isGone.some(Boolean), value: aggregate(query.aggregator, values.filter(isPresent)) };
}

function isPresent(value: number | undefined): value is number {
  return value !== undefined && Number.isFinite(value);
}

/** Returns the starts of the steps in a window, of all queries. */
function stampsIn(queries: GroupQueries, span: Span): number[] {
  const [only, ...others] = queries.values();
  if (only && others.length === 0) return startsOf(only, span);
  const stamps = [...queries.values()].flatMap((one) => startsOf(one, span));
  return [...new Set(stamps)].toSorted((a, b) => a - b);
}

function startsOf({ step }: StepValues, { start, end }: Span): number[] {
  const starts: number[] = [];
  for (let at = Math.ceil(start / step) * step; at < end; at += step) starts.push(at);
  return starts;
}

/** Evaluates the expression at one step. A missing count or rate is 0 where another query has a value. */
function pointAt(
  { expression }: MonitorQuery,
  queries: GroupQueries,
  at: number,
  now: number,
): number | undefined {
  if (expression.kind === 'term') return queries.get(expression.term)?.value(at, now);
  const own = new Map(
    [...queries].map(([term, values]) => [term, at % values.step === 0 ? values.value(at, now) : undefined]),
  );
  if ([...own.values()].every((value) => value === undefined)) return undefined;
  return valueOf(expression, (term) => own.get(term) ?? (queries.get(term)?.alignsAsZero ? 0 : undefined));
}

/** Aggregates each query over the window, then evaluates the expression. */
function totalOf({ expression, aggregator }: MonitorQuery, queries: GroupQueries, span: Span) {
  return valueOf(expression, (term) => {
    const one = queries.get(term);
    if (!one) return undefined;
    const values = startsOf(one, span).map((at) => one.value(at, span.now));
    return aggregate(aggregator, values.filter(isPresent)) ?? (one.alignsAsZero ? 0 : undefined);
  });
}

function isEmpty(queries: GroupQueries, span: Span): boolean {
  const found = [...queries.values()].map((one) => ({
    needed: !one.alignsAsZero,
    some: startsOf(one, span).some((at) => one.value(at, span.now) !== undefined),
  }));
  return found.some(({ needed, some }) => needed && !some) || found.every(({ some }) => !some);
}

/** Returns whether the first bucket of the window has a point and at most three others have none. */
function isFull({ window }: MonitorQuery, queries: GroupQueries, span: Span): boolean {
  const all = [...queries.values()];
  const size = all.reduce((largest, { step }) => Math.max(largest, step), BUCKETS.get(window.unit) ?? 60);
  const needed = all.filter(({ alignsAsZero }) => !alignsAsZero);
  const buckets = Array.from({ length: Math.ceil(window.length / size) }, (_, i) => {
    const start = span.start + i * size;
    const part = { start, end: Math.min(start + size, span.end), now: span.now };
    const hasPoint = (one: StepValues) =>
      startsOf(one, part).some((at) => one.sample(at, span.now) !== undefined);
    return needed.length > 0 ? needed.every(hasPoint) : all.some(hasPoint);
  });
  return buckets[0] === true && buckets.filter((has) => !has).length <= MAX_EMPTY_BUCKETS;
}
