import { isObject, type Json, type JsonObject } from '../../domain/json.ts';
import { parseMetricQuery } from '../../language/query/parse-query.ts';
import type { Expression, SyntaxFault } from '../../language/query/syntax.ts';
import type { Path } from '../rule.ts';
import type { Definition } from './placed-widget.ts';
import { splitSeries } from './split-series.ts';

/** One request of a widget: an item of a list, or what fills one role (`x`, `size`) of a map. */
export interface PlacedRequest {
  readonly path: Path;
  readonly request: JsonObject;
  /** The type of the widget. */
  readonly type: string;
  /** What its queries are called; undefined where one goes without a name. */
  readonly names: ReadonlySet<string> | undefined;
}

/** One expression of a text; spans within it count from `at`. */
export interface ReadExpression {
  readonly at: number;
  readonly expression: Expression;
  readonly faults: readonly SyntaxFault[];
}

/** A metric query of a request. The older `q` may hold several, with commas between. */
export interface WidgetQuery {
  readonly path: Path;
  readonly text: string;
  readonly source: string;
  readonly expressions: readonly ReadExpression[];
}

/** A formula over the queries of its request. */
export interface WidgetFormula {
  readonly path: Path;
  readonly text: string;
  readonly request: PlacedRequest;
  readonly read: ReadExpression;
}

/** What a map of requests calls them: Datadog's OpenAPI document, `HostMap*` and `ScatterPlot*`. */
const ROLES = ['fill', 'size', 'x', 'y', 'table'];
const METRIC_SOURCES: ReadonlySet<string> = new Set(['metrics', 'cloud_cost']);

/** The requests of a widget; none where its type has none. */
export function requestsOf({ path, definition, type }: Definition): PlacedRequest[] {
  const { requests } = definition;
  if (Array.isArray(requests)) {
    return requests.flatMap((request, at) =>
      isObject(request) ? [placedAt([...path, 'requests', at], request, type)] : [],
    );
  }
  if (!isObject(requests)) return [];
  return ROLES.flatMap((role) => {
    const request = requests[role];
    return isObject(request) ? [placedAt([...path, 'requests', role], request, type)] : [];
  });
}

function placedAt(path: Path, request: JsonObject, type: string): PlacedRequest {
  const names = new Set<string>();
  for (const { object } of objectsIn(request['queries'])) {
    if (typeof object['name'] !== 'string') return { path, request, type, names: undefined };
    names.add(object['name']);
  }
  return { path, request, type, names };
}

/** The queries and their places that a request names: items of `queries`. */
export function namedQueries({
  path,
  request,
}: Pick<PlacedRequest, 'path' | 'request'>): { path: Path; query: JsonObject }[] {
  return objectsIn(request['queries']).map(({ at, object }) => ({
    path: [...path, 'queries', at],
    query: object,
  }));
}

export function queriesOf(placed: PlacedRequest): WidgetQuery[] {
  const { path, request } = placed;
  const queries = namedQueries(placed).flatMap((named) => metricQuery(named.path, named.query));
  if (isObject(request['query'])) queries.push(...metricQuery([...path, 'query'], request['query']));
  const { q } = request;
  if (typeof q === 'string') {
    const expressions = splitSeries(q).map(({ at, text }) => ({ at, ...parseMetricQuery(text) }));
    queries.push({ path: [...path, 'q'], text: q, source: 'q', expressions });
  }
  return queries;
}

function metricQuery(path: Path, { data_source: source, query }: JsonObject): WidgetQuery[] {
  if (typeof source !== 'string' || !METRIC_SOURCES.has(source) || typeof query !== 'string') return [];
  const expressions = [{ at: 0, ...parseMetricQuery(query) }];
  return [{ path: [...path, 'query'], text: query, source, expressions }];
}

export function formulasOf(request: PlacedRequest): WidgetFormula[] {
  return objectsIn(request.request['formulas']).flatMap(({ at, object: { formula } }) => {
    if (typeof formula !== 'string') return [];
    const read = { at: 0, ...parseMetricQuery(withoutScopes(formula)) };
    return [{ path: [...request.path, 'formulas', at, 'formula'], text: formula, request, read }];
  });
}

/** The app writes a scope as an argument, `percentile(query1, 'p90', { * })`: a text of the same length stands in for it. */
function withoutScopes(formula: string): string {
  return formula.replace(
    /(?<=,\s{0,10})\{[^{}'"]*\}/g,
    (scope) => `'${scope.slice(1, -1).replaceAll('\\', ' ')}'`,
  );
}

function objectsIn(list: Json | undefined): { at: number; object: JsonObject }[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((object, at) => (isObject(object) ? [{ at, object }] : []));
}
