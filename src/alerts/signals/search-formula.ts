import { isObject, type Json, type JsonObject, toNumber } from '../../domain/json.ts';
import { parseMetricQuery } from '../../language/query/parse-query.ts';
import { printExpression } from '../../language/query/print-query.ts';
import { simplify } from '../../language/query/simplify.ts';
import { defined, type Reading, type Report } from '../kinds.ts';
import type { Formula, FormulaForm, Part } from './formula-form.ts';
import { replaced } from './metric-formula.ts';
import { quoted, unquoted } from './quoted.ts';
import {
  aggregateFrom,
  aggregationOf,
  checkSearch,
  type Search,
  SEARCH_SOURCES,
  type SearchSource,
  searchOf,
  searchSignal,
} from './search.ts';

function searchSourceOf(signal: object): SearchSource | undefined {
  return SEARCH_SOURCES.find(({ name }) => Object.hasOwn(signal, name));
}

/** Formulas of searches: the query names the variables in the options. */
export const SEARCH_FORMULA: FormulaForm = {
  noun: 'searches',
  has: (signal) => searchSourceOf(signal) !== undefined,
  compile({ expr, signals }) {
    const searches = [...signals].flatMap(([name, signal]) => {
      const source = searchSourceOf(signal);
      return source ? [{ name, source, search: searchOf(source, signal) }] : [];
    });
    const facets = searches.flatMap(({ search }) => search.by.map(({ facet }) => facet));
    return {
      form: 'search',
      type: searches[0]?.source.type ?? '',
      query: `formula(${quoted(printExpression(simplify(replaced(expr))))})`,
      options: { variables: searches.map(({ name, source, search }) => variableOf(name, source, search)) },
      by: [...new Set(facets)],
    };
  },
  read: readFormula,
  canonical: ({ expr, signals }) => ({
    expr: simplify(replaced(expr)),
    signals: new Map(
      [...signals].map(([name, signal]) => {
        const source = searchSourceOf(signal);
        return [name, source ? searchSignal(source, searchOf(source, signal)) : signal];
      }),
    ),
  }),
  ratioNames: ['query1', 'query2'],
  canDivide: (of, to) => searchSourceOf(of) === searchSourceOf(to),
  isTransparent: false,
  keepsUnused: true,
  check: checkSearches,
};

function variableOf(name: string, { dataSource = '' }: SearchSource, search: Search): JsonObject {
  const { text, indexes, measure, by } = search;
  const aggregation = aggregationOf(search);
  return {
    data_source: dataSource,
    name,
    indexes: [...indexes],
    compute: defined({ aggregation, metric: measure }),
    search: { query: text },
    group_by: by.map(({ facet, limit }) => ({
      facet,
      limit,
      sort: defined({ aggregation, order: 'desc', metric: measure }),
    })),
  };
}

function readFormula(reading: Reading): Formula | undefined {
  if (reading.form !== 'search' || reading.head.name.text !== 'formula') return undefined;
  const { args, methods } = reading.head;
  const text = args.length === 1 && methods.length === 0 ? unquoted(args[0]) : undefined;
  const { variables } = reading.options;
  if (text === undefined || !Array.isArray(variables)) return undefined;
  const { expression, faults } = parseMetricQuery(text);
  if (faults.length > 0) return undefined;
  const signals = new Map<string, JsonObject>();
  for (const variable of variables) {
    const read = isObject(variable) ? readVariable(variable, reading.type) : undefined;
    if (!read || signals.has(read.name)) return undefined;
    signals.set(read.name, read.signal);
  }
  return { expr: expression, signals };
}

function readVariable(
  { name, data_source: dataSource, indexes, compute, search, group_by: groups = [] }: JsonObject,
  type: string,
): { readonly name: string; readonly signal: JsonObject } | undefined {
  const source = SEARCH_SOURCES.find((one) => one.dataSource === dataSource && one.type === type);
  if (!source || typeof name !== 'string' || !isObject(compute) || !isObject(search)) return undefined;
  const aggregate = typeof compute['aggregation'] === 'string' ? aggregateFrom(compute['aggregation']) : '';
  const measure = compute['metric'];
  const { query: text } = search;
  const by = Array.isArray(groups) ? groups.flatMap((group) => readGroup(group) ?? []) : undefined;
  if (!aggregate || typeof text !== 'string' || !by || (measure != null && typeof measure !== 'string'))
    return undefined;
  const names = Array.isArray(indexes) ? indexes.filter((index) => typeof index === 'string') : [];
  const read = {
    text,
    indexes: names.length === 0 ? ['*'] : names,
    measure: measure ?? undefined,
    aggregate,
    by,
  };
  return { name, signal: searchSignal(source, read) };
}

function readGroup(group: Json): { facet: string; limit: number } | undefined {
  if (!isObject(group)) return undefined;
  const { facet, limit } = group;
  const count = toNumber(limit);
  return typeof facet === 'string' && count !== undefined ? { facet, limit: count } : undefined;
}

/** The maximum number of searches in a formula of a source: Datadog docs, monitors/types/ci. */
const MAX_SEARCHES: ReadonlyMap<string, number> = new Map([
  ['ci_pipelines', 2],
  ['ci_tests', 2],
]);

/** Reports mistakes of the searches of a formula or ratio, and searches in different sources. */
function checkSearches(parts: readonly Part[], report: Report): void {
  let first: SearchSource | undefined;
  for (const [at, [path, signal]] of parts.entries()) {
    const source = searchSourceOf(signal);
    if (!source) continue;
    const { name, what, dataSource } = source;
    first ??= source;
    const max = MAX_SEARCHES.get(name) ?? Number.POSITIVE_INFINITY;
    if (dataSource === undefined)
      report([...path, name], `Datadog has no formulas of searches in ${what}.`, 'Use a single search.');
    else if (first !== source)
      report(
        [...path, name],
        `All searches of a formula are in one source, here in ${first.what}, not in ${what}.`,
        `Search in ${first.what} too: use "${first.name}".`,
      );
    else if (at >= max)
      report(path, `A formula of searches in ${what} has at most ${max} searches, not ${parts.length}.`);
    checkSearch(source, signal, (below, ...rest) => {
      report([...path, ...below], ...rest);
    });
  }
}
