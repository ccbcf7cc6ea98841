import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { parseSearch } from '../language/search/parse-search.ts';
import { parseMetricQuery } from '../language/query/parse-query.ts';
import type { ChainQuery, Method } from '../language/query/syntax.ts';
import { partsIn } from '../language/query/walk-query.ts';
import { type GraphQuery, type GraphRequest, type ScopeTag, scopeTag } from './graph.ts';
import { scopeIn } from './metric-graph.ts';
import { secondsOf } from '../alerts/durations.ts';

/** The data sources of widgets, by the head of a monitor's search. Heads that are not here have no graph. */
const SOURCES: ReadonlyMap<string, string> = new Map([
  ['logs', 'logs'],
  ['events', 'events'],
  ['trace-analytics', 'spans'],
  ['rum', 'rum'],
  ['audits', 'audit'],
  ['ci-pipelines', 'ci_pipelines'],
  ['ci-tests', 'ci_tests'],
  ['llm-observability', 'llm_observability'],
]);
const EVENT_SOURCES: ReadonlySet<string> = new Set(SOURCES.values());
const AGGREGATIONS: ReadonlySet<string> = new Set(
  'count cardinality median pc75 pc90 pc95 pc98 pc99 sum min max avg'.split(' '),
);
/** The maximum number of groups of a graph. */
const MAX_GROUPS = 10;

/** Returns the graph of a search, or of a formula of searches. Undefined if widgets do not have its source or aggregation. */
export function searchGraph({ head }: ChainQuery, options: JsonObject): GraphRequest | undefined {
  const last = argumentsOf(head.methods, 'last')[0] ?? '';
  const seconds = secondsOf(last);
  const interval: JsonObject = seconds === undefined ? {} : { interval: seconds * 1000 };
  const text = stringIn(head.args[0]);
  if (text === undefined) return undefined;
  if (head.name.text === 'formula') return formulaGraph(text, options['variables'], interval);
  const source = SOURCES.get(head.name.text);
  const [aggregation = 'count', metric] = argumentsOf(head.methods, 'rollup');
  if (source === undefined || !AGGREGATIONS.has(aggregation)) return undefined;
  const compute = { aggregation, ...(metric === undefined ? {} : { metric }) };
  const facets = (argumentsOf(head.methods, 'by')[0] ?? '').split(',').filter((facet) => facet !== '');
  const indexes = argumentsOf(head.methods, 'index').filter((index) => index !== '*');
  const query: GraphQuery = {
    text,
    tags: tagsOf(text),
    scope: [],
    request: (put) => ({
      data_source: source,
      name: 'query1',
      search: { query: put },
      indexes: indexes.length === 0 ? ['*'] : indexes,
      compute: { ...compute, ...interval },
      group_by: facets.map((facet) => ({ facet, limit: MAX_GROUPS, sort: { ...compute, order: 'desc' } })),
    }),
  };
  return graphOf([query], 'query1', aggregation === 'count' ? 'bars' : 'line');
}

/** Returns the graph of a formula. Its queries are in the option `variables` of the monitor. */
function formulaGraph(
  formula: string,
  variables: Json | undefined,
  interval: JsonObject,
): GraphRequest | undefined {
  if (!Array.isArray(variables)) return undefined;
  const queries: GraphQuery[] = [];
  for (const variable of variables) {
    const query = isObject(variable) ? variableQuery(variable, interval) : undefined;
    if (!query) return undefined;
    queries.push(query);
  }
  return queries.length === 0 ? undefined : graphOf(queries, formula, 'line');
}

function variableQuery(variable: JsonObject, interval: JsonObject): GraphQuery | undefined {
  const { data_source: source, name, query: metrics, search, compute } = variable;
  if (typeof source !== 'string' || typeof name !== 'string') return undefined;
  if (source === 'metrics' && typeof metrics === 'string') {
    const series = partsIn(parseMetricQuery(metrics).expression).filter((part) => part.kind === 'series');
    const parts = series.map((one) => scopeIn(one, metrics, 0));
    return {
      text: metrics,
      tags: parts.flatMap(({ tags }) => tags),
      scope: parts.flatMap(({ scope }) => scope),
      request: (query) => ({ ...variable, query }),
    };
  }
  const text = isObject(search) ? search['query'] : undefined;
  if (!EVENT_SOURCES.has(source) || typeof text !== 'string' || !isObject(compute)) return undefined;
  return {
    text,
    tags: tagsOf(text),
    scope: [],
    request: (query) => ({ ...variable, search: { query }, compute: { ...compute, ...interval } }),
  };
}

function graphOf(queries: readonly GraphQuery[], formula: string, display: string): GraphRequest {
  return {
    queries,
    request: { response_format: 'timeseries', display_type: display, formulas: [{ formula }] },
  };
}

/** Tags of metrics and of all kinds of events. Other words of a search say what it is about, and no variable replaces them. */
const SHARED_TAGS: ReadonlySet<string> = new Set(['env', 'service', 'version', 'team', 'host']);

/** Returns the tags that every event of a search has: none if it contains alternatives. */
function tagsOf(text: string): ScopeTag[] {
  const { terms, faults } = parseSearch(text);
  if (faults.length > 0 || /[()]|\b(?:OR|NOT)\b|\|\|/.test(text)) return [];
  return terms.flatMap(({ text: term, quoted, span }) => {
    const tag = quoted ? undefined : scopeTag(term, span.from);
    return tag && SHARED_TAGS.has(tag.key) && text.slice(tag.from, tag.to) === term ? [tag] : [];
  });
}

/** Returns the strings in the arguments of a method. */
export function argumentsOf(methods: readonly Method[], name: string): string[] {
  const method = methods.find((one) => one.name.text === name);
  return (method?.args ?? []).flatMap((argument) => stringIn(argument) ?? []);
}

/** Returns the content of a string of a query: only its quotes are escaped. */
function stringIn(argument: Method['args'][number] | undefined): string | undefined {
  return argument?.kind === 'string'
    ? argument.raw.replaceAll(`\\${argument.quote}`, argument.quote)
    : undefined;
}
