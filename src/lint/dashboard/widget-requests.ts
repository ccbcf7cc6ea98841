import { append } from '../../domain/append.ts';
import { isObject, type Json, type JsonObject } from '../../domain/json.ts';
import { parseMetricQuery } from '../../language/query/parse-query.ts';
import type { Call, Expression, Method, Series, SyntaxFault, Word } from '../../language/query/syntax.ts';
import { partsIn } from '../../language/query/walk-query.ts';
import { queryNamesIn } from '../formula-names.ts';
import type { Path } from '../rule.ts';
import type { Definition } from './placed-widget.ts';

/** A request of a widget: an element of a list, or the value of a role (`x`, `size`) of a map. */
export interface PlacedRequest {
  readonly path: Path;
  readonly request: JsonObject;
  /** The type of the widget. */
  readonly type: string;
  /** The elements of `queries`. */
  readonly queries: readonly PlacedQuery[];
  /** The names of the queries; undefined if one has no name. */
  readonly names: ReadonlySet<string> | undefined;
}

/** A named query of a request. */
export interface PlacedQuery {
  readonly path: Path;
  readonly query: JsonObject;
}

/** One expression of a string. Its spans are relative to `at`. */
export interface ParsedExpressionAt {
  readonly at: number;
  readonly expression: Expression;
  /** Every call, series and method, from left to right. */
  readonly parts: readonly (Call | Series | Method)[];
  readonly faults: readonly SyntaxFault[];
}

/** A metric query of a request. The older `q` may contain several, separated by commas. */
export interface WidgetQuery {
  readonly path: Path;
  readonly text: string;
  readonly source: string;
  readonly expressions: readonly ParsedExpressionAt[];
}

/** A formula over the queries of its request. */
export interface WidgetFormula {
  readonly path: Path;
  readonly text: string;
  readonly request: PlacedRequest;
  readonly parsed: ParsedExpressionAt;
  /** The words that are query names. */
  readonly names: readonly Word[];
}

/** The keys of a map of requests: Datadog's OpenAPI document, `HostMap*` and `ScatterPlot*`. */
const ROLES = ['fill', 'size', 'x', 'y', 'table'];
const METRIC_SOURCES: ReadonlySet<string> = new Set(['metrics', 'cloud_cost']);

/** Returns the requests of a widget; none if its type has none. */
export function requestsOf({ path, definition, type }: Definition): PlacedRequest[] {
  const { requests } = definition;
  if (Array.isArray(requests)) {
    return requests.flatMap((request, at) =>
      isObject(request) ? [requestAt([...path, 'requests', at], request, type)] : [],
    );
  }
  if (!isObject(requests)) return [];
  return ROLES.flatMap((role) => {
    const request = requests[role];
    return isObject(request) ? [requestAt([...path, 'requests', role], request, type)] : [];
  });
}

function requestAt(path: Path, request: JsonObject, type: string): PlacedRequest {
  const queries = objectsIn(request['queries']).map(({ at, object }) => ({
    path: [...path, 'queries', at],
    query: object,
  }));
  return { path, request, type, queries, names: namesOf(queries) };
}

function namesOf(queries: readonly PlacedQuery[]): ReadonlySet<string> | undefined {
  const names = new Set<string>();
  for (const { query } of queries) {
    if (typeof query['name'] !== 'string') return undefined;
    names.add(query['name']);
  }
  return names;
}

export function queriesOf(placed: PlacedRequest): WidgetQuery[] {
  const { path, request } = placed;
  const queries = placed.queries.flatMap((named) => metricQuery(named.path, named.query));
  if (isObject(request['query'])) append(queries, metricQuery([...path, 'query'], request['query']));
  const { q } = request;
  if (typeof q === 'string') {
    const expressions = splitSeries(q).map(({ at, text }) => parseExpressionAt(at, text));
    queries.push({ path: [...path, 'q'], text: q, source: 'q', expressions });
  }
  return queries;
}

function metricQuery(path: Path, { data_source: source, query }: JsonObject): WidgetQuery[] {
  if (typeof source !== 'string' || !METRIC_SOURCES.has(source) || typeof query !== 'string') return [];
  const expressions = [parseExpressionAt(0, query)];
  return [{ path: [...path, 'query'], text: query, source, expressions }];
}

export function formulasOf(request: PlacedRequest): WidgetFormula[] {
  return objectsIn(request.request['formulas']).flatMap(({ at, object: { formula } }) => {
    if (typeof formula !== 'string') return [];
    const parsed = parseExpressionAt(0, withoutScopes(formula));
    const names = queryNamesIn(parsed.expression);
    return [{ path: [...request.path, 'formulas', at, 'formula'], text: formula, request, parsed, names }];
  });
}

/** Replaces scopes in arguments, as the app writes them in `percentile(query1, 'p90', { * })`, with strings of the same length. */
function withoutScopes(formula: string): string {
  return formula.replace(
    /(,\s{0,10})\{([^{}'"]*)\}/g,
    (_, before: string, scope: string) => `${before}'${scope.replaceAll('\\', ' ')}'`,
  );
}

function parseExpressionAt(at: number, text: string): ParsedExpressionAt {
  const { expression, faults } = parseMetricQuery(text);
  return { at, expression, parts: partsIn(expression), faults };
}

function objectsIn(list: Json | undefined): { at: number; object: JsonObject }[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((object, at) => (isObject(object) ? [{ at, object }] : []));
}

const OPENING = new Set(['(', '{', '[']);
const CLOSING = new Set([')', '}', ']']);

/** Splits the older field `q` into its queries at commas outside brackets and quotes. */
export function splitSeries(text: string): { readonly at: number; readonly text: string }[] {
  const parts: { at: number; text: string }[] = [];
  let from = 0;
  let depth = 0;
  let quote = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (quote !== '') {
      if (character === '\\') at += 1;
      else if (character === quote) quote = '';
    } else if (character === '"' || character === "'") quote = character;
    else if (OPENING.has(character)) depth += 1;
    else if (CLOSING.has(character)) depth = Math.max(0, depth - 1);
    else if (character === ',' && depth === 0) {
      parts.push({ at: from, text: text.slice(from, at) });
      from = at + 1;
    }
  }
  return [...parts, { at: from, text: text.slice(from) }];
}
