import { json, type EmulatorResponse } from '../../server/emulator-server.ts';
import type { Organisation } from '../organisation.ts';
import { DatadogError } from '../datadog-error.ts';
import type { Call, EndpointGroup } from '../route.ts';
import { parseFormula, evaluate } from './formula.ts';
import { badQuery, type GroupValues, type MetricQuery, parseMetricQuery, valuesOf } from './metric-query.ts';
import { queryV2Routes } from './queries-v2.ts';
import { sourcesOf } from './series.ts';
import { stepFor, widenedStep } from './steps.ts';

/** The part of a query after the name of the metric: scope, groups and functions. */
const AFTER_METRIC = /\{[^{}]*\}(?:\s*by\s*\{[^{}]*\})?(?:\.\w+\([^()]*\))*/g;
const IN_METRIC = /[\w.:]/;

/**
 * Serves queries, v1 and v2, over submitted and generated series, and v2 queries of events: scopes, groups, rollups and
 * arithmetic. Unsupported functions and sources return no series.
 */
export function metricQueries(organisation: Organisation): EndpointGroup {
  return {
    routes: [
      {
        method: 'GET',
        path: '/api/v1/query',
        limit: 'query',
        run: (call) => queryV1(organisation, call),
      },
      ...queryV2Routes(organisation),
    ],
    seeds: {},
  };
}

function queryV1(organisation: Organisation, { query }: Call): EmulatorResponse {
  const [from, to, text] = ['from', 'to', 'query'].map((name) => required(query, name));
  const [start, end] = [milliseconds('from', from), milliseconds('to', to)];
  const series = expressionsIn(text ?? '').flatMap((expression, index) => {
    const { formula, queries } = parseExpression(expression);
    const list = [...queries.values()];
    const requested = list.find(({ interval }) => interval)?.interval;
    const step = (requested ? widenedStep(start, end, requested) : stepFor(start, end)) * 1000;
    const values = new Map(
      [...queries].map(([name, one]) => [
        name,
        // The end is inclusive.
        valuesOf(one, sourcesOf(organisation, [one.metric]), {
          from: Math.ceil(start / step) * step,
          to: end + 1000,
          step,
        }),
      ]),
    );
    return evaluate(formula, values).map((group) =>
      seriesView(group, { expression, queries: list, step, index }),
    );
  });
  return json(200, {
    status: 'ok',
    resp_version: 1,
    res_type: 'time_series',
    query: text,
    from_date: start,
    to_date: end,
    series,
    values: [],
    times: [],
    message: '',
    group_by: [...new Set(expressionsIn(text ?? '').flatMap(groupKeys))],
  });
}

interface SeriesContext {
  readonly expression: string;
  readonly queries: readonly MetricQuery[];
  /** Milliseconds. */
  readonly step: number;
  readonly index: number;
}

function seriesView({ tags, values }: GroupValues, { expression, queries, step, index }: SeriesContext) {
  const [first] = queries;
  const name = queries.length === 1 && first ? first.metric : expression;
  const times = [...values.keys()];
  const scopes = [first?.scope ?? '*', ...tags].filter((tag) => tag !== '*' && tag !== '');
  return {
    // The last second of the last interval.
    end: (times.at(-1) ?? 0) + step - 1000,
    attributes: {},
    metric: name,
    interval: step / 1000,
    tag_set: tags,
    start: times[0] ?? 0,
    length: times.length,
    query_index: index,
    aggr: null,
    scope: scopes.join() || '*',
    pointlist: [...values],
    expression,
    unit: null,
    display_name: name,
  };
}

function parseExpression(expression: string) {
  const queries = new Map<string, MetricQuery>();
  let text = '';
  let end = 0;
  for (const { 0: after, index } of expression.matchAll(AFTER_METRIC)) {
    let start = index;
    while (start > end && IN_METRIC.test(expression.charAt(start - 1))) start -= 1;
    const query = parseMetricQuery(expression.slice(start, index + after.length));
    if (!query) throw badQuery(expression);
    const name = `query${queries.size}`;
    queries.set(name, query);
    text += `${expression.slice(end, start)}${name}`;
    end = index + after.length;
  }
  const formula = parseFormula(`${text}${expression.slice(end)}`);
  if (!formula || formula.names.some((name) => !queries.has(name))) throw badQuery(expression);
  return { formula, queries };
}

function groupKeys(expression: string): readonly string[] {
  return [...parseExpression(expression).queries.values()].flatMap(({ by }) => by);
}

/** Splits a query at the commas outside brackets. */
function expressionsIn(query: string): string[] {
  let depth = 0;
  const parts = [''];
  for (const character of query) {
    if ('{('.includes(character)) depth += 1;
    if ('})'.includes(character)) depth -= 1;
    if (character === ',' && depth === 0) parts.push('');
    else parts.push(`${parts.pop() ?? ''}${character}`);
  }
  return parts.map((part) => part.trim());
}

function required(query: URLSearchParams, name: string): string {
  const text = query.get(name);
  if (text === null || text === '') throw new DatadogError(400, `Missing required parameter: '${name}'`);
  return text;
}

function milliseconds(name: string, text: string | undefined): number {
  if (text === undefined || !/^\d+$/.test(text))
    throw new DatadogError(400, `The value provided for parameter '${name}' is invalid`);
  return Number(text) * 1000;
}
