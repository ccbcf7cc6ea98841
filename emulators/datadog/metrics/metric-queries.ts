import { json, type EmulatorResponse } from '../../server/emulator-server.ts';
import type { Organisation } from '../organisation.ts';
import { DatadogError } from '../datadog-error.ts';
import type { Call, EndpointGroup } from '../route.ts';
import { formulaOf, workedOut } from './formula.ts';
import { badQuery, type GroupValues, type MetricQuery, metricQuery, valuesOf } from './metric-query.ts';
import { queryV2Routes } from './queries-v2.ts';
import { stepFor } from './steps.ts';

/** What follows the name of a metric: its scope, groups and functions. */
const AFTER_METRIC = /\{[^{}]*\}(?:\s*by\s*\{[^{}]*\})?(?:\.\w+\([^()]*\))*/g;
const IN_METRIC = /[\w.:]/;

/**
 * Queries for metric values, v1 and v2, of what was sent in: scopes, groups, rollups and arithmetic. A function that is
 * not worked out, and a source other than metrics, give no series.
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
  const sent = organisation.collection('metrics').all();
  const series = expressionsIn(text ?? '').flatMap((expression, index) => {
    const { formula, queries } = parsed(expression);
    const asked = [...queries.values()];
    const step = (asked.find(({ interval }) => interval)?.interval ?? stepFor(start, end)) * 1000;
    const values = new Map(
      [...queries].map(([name, one]) => [
        name,
        valuesOf(one, sent, { from: Math.ceil(start / step) * step, to: end, step }),
      ]),
    );
    return workedOut(formula, values).map((group) => shownSeries(group, { expression, asked, step, index }));
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

interface Shown {
  readonly expression: string;
  readonly asked: readonly MetricQuery[];
  /** Milliseconds. */
  readonly step: number;
  readonly index: number;
}

function shownSeries({ tags, values }: GroupValues, { expression, asked, step, index }: Shown) {
  const [first] = asked;
  const name = asked.length === 1 && first ? first.metric : expression;
  const times = [...values.keys()];
  const scopes = [first?.scope ?? '*', ...tags].filter((tag) => tag !== '*' && tag !== '');
  return {
    // The last second of the last step.
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

function parsed(expression: string) {
  const queries = new Map<string, MetricQuery>();
  let text = '';
  let end = 0;
  for (const { 0: after, index } of expression.matchAll(AFTER_METRIC)) {
    let start = index;
    while (start > end && IN_METRIC.test(expression.charAt(start - 1))) start -= 1;
    const query = metricQuery(expression.slice(start, index + after.length));
    if (!query) throw badQuery(expression);
    const name = `query${queries.size}`;
    queries.set(name, query);
    text += `${expression.slice(end, start)}${name}`;
    end = index + after.length;
  }
  const formula = formulaOf(`${text}${expression.slice(end)}`);
  if (!formula || formula.names.some((name) => !queries.has(name))) throw badQuery(expression);
  return { formula, queries };
}

function groupKeys(expression: string): readonly string[] {
  return [...parsed(expression).queries.values()].flatMap(({ by }) => by);
}

/** What is between commas that are not inside brackets. */
function expressionsIn(query: string): string[] {
  let depth = 0;
  const parts = [''];
  for (const letter of query) {
    if ('{('.includes(letter)) depth += 1;
    if ('})'.includes(letter)) depth -= 1;
    if (letter === ',' && depth === 0) parts.push('');
    else parts.push(`${parts.pop() ?? ''}${letter}`);
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
