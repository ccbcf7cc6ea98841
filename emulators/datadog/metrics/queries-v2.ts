import { json, type EmulatorResponse } from '../../server/emulator-server.ts';
import { sentAttributes, dataOf } from '../json-api.ts';
import type { Organisation } from '../organisation.ts';
import { isRawObject, toNumber, type RawObject } from '../raw-json.ts';
import { DatadogError } from '../datadog-error.ts';
import type { Route } from '../route.ts';
import { eventValues, readEventQuery, WHOLE } from './event-queries.ts';
import { parseFormula, evaluate } from './formula.ts';
import {
  badQuery,
  type GroupValues,
  aggregate,
  parseMetricQuery,
  type Range,
  valuesOf,
} from './metric-query.ts';
import { sourcesOf } from './series.ts';
import { stepFor, widenedStep } from './steps.ts';

/** Datadog keeps values for 15 months. */
const RETENTION_MS = 15 * 30 * 86_400_000;
const METRICS = 'metrics';

interface Query {
  readonly name: string;
  readonly aggregator: string;
  readonly groups: readonly GroupValues[];
}

interface QueryRequest {
  readonly queries: readonly Query[];
  readonly formulas: readonly { readonly text: string; readonly limit: RawObject | undefined }[];
}

/** Serves requests with several queries and formulas: as time series, and as one value per group. */
export function queryV2Routes(organisation: Organisation): readonly Route[] {
  const requestIn = (body: RawObject, type: string) => readRequest(body, type, organisation);
  return [
    {
      method: 'POST',
      path: '/api/v2/query/timeseries',
      limit: 'query_timeseries',
      run: ({ body }) => timeseries(requestIn(body, 'timeseries_request')),
    },
    {
      method: 'POST',
      path: '/api/v2/query/scalar',
      limit: 'query_scalar',
      run: ({ body }) => scalar(requestIn(body, 'scalar_request')),
    },
  ];
}

function readRequest(body: RawObject, type: string, organisation: Organisation): QueryRequest {
  if (dataOf(body)['type'] !== type) throw invalid(`Invalid type. Expected "${type}".`);
  const { from, to, interval, queries, formulas } = sentAttributes(body);
  const [start, end] = [toNumber(from), toNumber(to)];
  if (start === undefined || end === undefined) throw invalid('Missing from or to.');
  if (end < organisation.now() - RETENTION_MS)
    throw new DatadogError(400, 'Queries ending outside the retention date are invalid');
  if (!Array.isArray(queries) || queries.length === 0) throw invalid('Missing queries.');
  const requested = (toNumber(interval) ?? 0) / 1000;
  const isScalar = type === 'scalar_request';
  const rangeOf = (own: number | undefined): Range => {
    const seconds = own || requested;
    const step = (seconds > 0 ? widenedStep(start, end, seconds) : stepFor(start, end)) * 1000;
    return { from: isScalar ? start : Math.ceil(start / step) * step, to: end, step };
  };
  const context = { organisation, isScalar, rangeOf };
  const read = queries.filter(isRawObject).map((query, index) => queryOf(query, index, context));
  const sentFormulas = Array.isArray(formulas) ? formulas.filter(isRawObject) : [];
  return {
    queries: read,
    formulas:
      sentFormulas.length === 0
        ? read.map(({ name }) => ({ text: name, limit: undefined }))
        : sentFormulas.map(({ formula, limit }) => ({
            text: String(formula),
            limit: isRawObject(limit) ? limit : undefined,
          })),
  };
}

interface QueryContext {
  readonly organisation: Organisation;
  /** True if each group has one value for the whole time range. */
  readonly isScalar: boolean;
  /** Returns the times that a query reads, with its own interval in seconds if it has one. */
  readonly rangeOf: (interval: number | undefined) => Range;
}

function queryOf(sent: RawObject, index: number, context: QueryContext): Query {
  const { name, data_source, aggregator } = sent;
  return {
    name: String(name ?? `query${index + 1}`),
    aggregator: String(aggregator ?? 'avg'),
    groups: data_source === METRICS ? metricGroups(sent, context) : eventGroups(sent, context),
  };
}

function metricGroups({ query }: RawObject, { organisation, rangeOf }: QueryContext): GroupValues[] {
  const read = typeof query === 'string' ? parseMetricQuery(query) : undefined;
  return read ? valuesOf(read, sourcesOf(organisation, [read.metric]), rangeOf(read.interval)) : [];
}

function eventGroups(sent: RawObject, { organisation, isScalar, rangeOf }: QueryContext): GroupValues[] {
  const read = readEventQuery(sent);
  if (!read) return [];
  const interval = isRawObject(sent['compute']) ? toNumber(sent['compute']['interval']) : undefined;
  const range = rangeOf(interval && interval / 1000);
  return eventValues(organisation, read, isScalar ? { ...range, step: WHOLE } : range);
}

function timeseries({ queries, formulas }: QueryRequest): EmulatorResponse {
  const series = formulas.flatMap(({ text, limit }, index) =>
    topGroups(results(text, queries), limit).map((group) => ({ ...group, index })),
  );
  const times = [...new Set(series.flatMap(({ values }) => [...values.keys()]))].toSorted((a, b) => a - b);
  const attributes = {
    series: series.map(({ tags, index }) => ({ group_tags: tags, query_index: index, unit: null })),
    times,
    values: series.map(({ values }) => times.map((time) => values.get(time) ?? null)),
  };
  return json(200, { data: { id: '0', type: 'timeseries_response', attributes } });
}

/** Answers with a column for each group key and for each formula; the rows are the groups. */
function scalar({ queries, formulas }: QueryRequest): EmulatorResponse {
  const single = queries.map((query) => ({
    ...query,
    groups: query.groups.map((g) => singleValue(g, query)),
  }));
  const found = formulas.map(({ text, limit }) => topGroups(results(text, single), limit));
  const rows = new Map(found.flat().map(({ tags }) => [tags.join(), tags]));
  const grouped = [...rows.values()].find((tags) => tags.length > 0) ?? [];
  const keys = grouped.map((tag) => tag.slice(0, tag.indexOf(':')));
  const groupColumns = keys.map((name, at) => ({
    name,
    values: [...rows.values()].map((tags) => [tags[at]?.slice(name.length + 1) ?? 'N/A']),
    type: 'group',
  }));
  const columns = formulas.map(({ text }, index) => {
    const byRow = new Map(found[index]?.map(({ tags, values }) => [tags.join(), values.get(0)]));
    return {
      name: text,
      values: [...rows.keys()].map((row) => byRow.get(row) ?? null),
      type: 'number',
      meta: { unit: null },
    };
  });
  const attributes = { columns: [...groupColumns, ...columns] };
  return json(200, { data: { id: '0', type: 'scalar_response', attributes } });
}

function singleValue({ tags, values }: GroupValues, { aggregator }: Query): GroupValues {
  const value = aggregate(aggregator, [...values.values()]);
  return { tags, values: new Map(value === undefined ? [] : [[0, value]]) };
}

function results(text: string, queries: readonly Query[]): readonly GroupValues[] {
  const formula = parseFormula(text);
  if (!formula) throw badQuery(text);
  const byName = new Map(queries.map(({ name, groups }) => [name, groups]));
  const unknown = formula.names.find((name) => !byName.has(name));
  if (unknown !== undefined) throw invalid(`Formula "${text}" names no query: ${unknown}.`);
  return evaluate(formula, byName);
}

/** Returns the groups with the highest or lowest mean values. */
function topGroups(groups: readonly GroupValues[], limit: RawObject | undefined): readonly GroupValues[] {
  if (!limit) return groups;
  const mean = ({ values }: GroupValues) => aggregate('avg', [...values.values()]) ?? 0;
  const order = limit['order'] === 'asc' ? 1 : -1;
  return groups
    .toSorted((a, b) => order * (mean(a) - mean(b)))
    .slice(0, toNumber(limit['count']) ?? groups.length);
}

function invalid(message: string): DatadogError {
  return new DatadogError(400, `API input validation failed: ${message}`);
}
