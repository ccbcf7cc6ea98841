import type { RequestContext } from '../domain/caller.ts';
import { isObject, type Json, type JsonObject, textsOf } from '../domain/json.ts';
import { ProblemError } from '../domain/problem.ts';
import {
  type Failure,
  MAX_GROUPS,
  type MissingReason,
  type SeriesAnswer,
  type SeriesPart,
  type SeriesPort,
  type SeriesQuery,
  type SeriesRequest,
} from '../preview/ports.ts';
import { keyAndValue, tagsOf } from '../evaluate/group-tags.ts';
import { isTooLarge, type Request, type ResponseLimits } from './request.ts';

const PATH = '/api/v2/query/timeseries';
/** A value takes 5 bytes and more. */
const LIMITS: ResponseLimits = { bytes: 16 * 1024 * 1024, values: 4_000_000, depth: 16, isNumeric: true };
/** The values of each facet that a search asks for, by the number of its facets: the groups are their combinations. */
const FACET_LIMITS: readonly number[] = [MAX_GROUPS, MAX_GROUPS, 100, 20, 10];
const MIN_FACET_LIMIT = 5;
/** How Datadog writes the group of points without a tag. A monitor does not see them. */
const WITHOUT_TAG = 'N/A';

const REASONS: ReadonlyMap<string, MissingReason> = new Map<string, MissingReason>([
  ['rate_limited', 'rate_limit'],
  ['deadline_exceeded', 'deadline'],
  ['datadog_forbidden', 'denied'],
  ['datadog_keys_refused', 'denied'],
  ['datadog_refused', 'refused'],
]);

/** Returns why a read failed. Throws what is not a problem of Datadog. */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof ProblemError)) throw error;
  return { reason: REASONS.get(error.code) ?? 'unavailable', detail: error.message };
}

/** Creates the port for time series of metrics and searches: POST /api/v2/query/timeseries. */
export function seriesPort(request: Request): SeriesPort {
  return {
    async fetch(wanted, context: RequestContext): Promise<SeriesAnswer> {
      const body = bodyOf(wanted);
      try {
        const answer = await request(
          { method: 'POST', path: PATH, route: PATH, body, readOnly: true, limits: LIMITS },
          context,
        );
        return partsIn(answer, wanted);
      } catch (error) {
        if (error instanceof ProblemError && isTooLarge(error)) return { kind: 'too_large' };
        return { kind: 'failed', ...failureOf(error) };
      }
    },
  };
}

function bodyOf({ queries, pointS, firstStep, endStep }: SeriesRequest): JsonObject {
  const attributes = {
    from: firstStep * pointS * 1000,
    to: endStep * pointS * 1000,
    interval: pointS * 1000,
    queries: queries.map((query, at) => ({ name: `q${at}`, ...queryBody(query) })),
    formulas: queries.map((_, at) => ({ formula: `q${at}` })),
  };
  return { data: { type: 'timeseries_request', attributes } };
}

function queryBody({ source, text, method, measure, indexes = [], by, pointS }: SeriesQuery): JsonObject {
  if (source === 'metrics') return { data_source: source, query: `${text}.rollup(${method}, ${pointS})` };
  return {
    data_source: source,
    search: { query: text },
    ...(indexes.length === 0 ? {} : { indexes: [...indexes] }),
    compute: {
      aggregation: method,
      interval: pointS * 1000,
      ...(measure === undefined ? {} : { metric: measure }),
    },
    group_by: by.map((facet) => ({ facet, limit: facetLimit(by) })),
  };
}

function facetLimit(by: readonly string[]): number {
  return FACET_LIMITS[by.length] ?? MIN_FACET_LIMIT;
}

function partsIn(
  answer: Json | undefined,
  { queries, pointS, firstStep, endStep }: SeriesRequest,
): SeriesAnswer {
  const data = isObject(answer) ? answer['data'] : undefined;
  const attributes = isObject(data) ? data['attributes'] : undefined;
  const { series, times, values } = isObject(attributes) ? attributes : {};
  if (!Array.isArray(series) || !Array.isArray(times) || !Array.isArray(values))
    return { kind: 'failed', reason: 'unavailable', detail: 'Datadog sent an unexpected answer.' };
  const steps = times.map((time) => Number(time) / (pointS * 1000));
  if (!steps.every(Number.isInteger))
    return {
      kind: 'failed',
      reason: 'widened',
      detail: `Datadog answers with steps of another length than ${pointS} s.`,
    };
  const groups = queries.map((): Map<string, Json> => new Map());
  for (const [at, one] of series.entries()) {
    const index = isObject(one) ? Number(one['query_index'] ?? 0) : -1;
    const query = queries[index];
    const group = query && groupOf(isObject(one) ? textsOf(one['group_tags']) : [], query.by);
    if (group !== undefined) groups[index]?.set(group, values[at] ?? null);
  }
  const within = (step: number) => step >= firstStep && step < endStep;
  return {
    kind: 'series',
    parts: queries.map((query, at) => partOf(query, steps, within, groups[at] ?? new Map())),
  };
}

/** Returns the points of one query. `found` has the values of each group at `steps`. */
function partOf(
  query: SeriesQuery,
  steps: readonly number[],
  within: (step: number) => boolean,
  found: ReadonlyMap<string, Json>,
): SeriesPart {
  const kept = [...found.keys()].sort().slice(0, MAX_GROUPS);
  const rows = kept.map((group) => found.get(group)).map((row) => (Array.isArray(row) ? row : []));
  const sampled = steps.flatMap((step, at) =>
    within(step) && rows.some((row) => isValue(row[at])) ? [at] : [],
  );
  return {
    steps: Float64Array.from(sampled, (at) => steps[at] ?? 0),
    groups: new Map(kept.map((group, row) => [group, valuesAt(sampled, rows[row] ?? [])])),
    cutGroups: found.size - kept.length + (isFacetCut(query, found.keys()) ? 1 : 0),
  };
}

/** Returns the values at some places of a row; NaN where there is no number. */
function valuesAt(places: readonly number[], row: readonly Json[]): Float64Array {
  const values = new Float64Array(places.length);
  for (const [at, place] of places.entries()) {
    const value = row[place];
    values[at] = isValue(value) ? value : Number.NaN;
  }
  return values;
}

function isValue(value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

/** Returns the tags in the order and spelling of the keys of a query; undefined if a tag is missing. */
function groupOf(tags: readonly string[], by: readonly string[]): string | undefined {
  if (by.length === 0) return '*';
  const read = tags.map(keyAndValue);
  const own = by.flatMap((key) => {
    const [, value = WITHOUT_TAG] = read.find(([name]) => isSameKey(name, key)) ?? [];
    return value === WITHOUT_TAG ? [] : [`${key}:${value}`];
  });
  return own.length < by.length ? undefined : own.join(',');
}

/** Datadog writes tags in lower case, and facets with or without their `@`. */
function isSameKey(name: string, key: string): boolean {
  return name.toLowerCase() === key.toLowerCase() || `@${name}` === key;
}

/** Returns whether a facet of a search has as many values as were asked for, so that there may be more. */
function isFacetCut({ source, by }: SeriesQuery, groups: Iterable<string>): boolean {
  if (source === 'metrics') return false;
  const values = by.map(() => new Set<string>());
  for (const group of groups) for (const [at, tag] of tagsOf(group).entries()) values[at]?.add(tag);
  return values.some(({ size }) => size >= facetLimit(by));
}
