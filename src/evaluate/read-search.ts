import { isObject, type Json, type JsonObject, own, textOf } from '../domain/json.ts';
import type { ChainQuery } from '../language/query/syntax.ts';
import { argumentText } from '../lint/monitor/argument-text.ts';
import { alignTerms } from './align-terms.ts';
import type { Formula, QueryPlan, Refusal, WindowAggregation } from './condition.ts';
import { readNamedFormula, refuse } from './read-formula.ts';

/** A query of a search, before its window is known. */
export type ReadSearchQuery = Omit<QueryPlan, 'stepS' | 'pointS' | 'isAligned'>;

export interface ReadSearch {
  readonly kind: 'search';
  readonly formula: Formula;
  readonly queries: readonly ReadSearchQuery[];
  /** `last_5m`, `current_1h` */
  readonly window: string;
}

/** The data source of each kind of search: Datadog API v2, EventsDataSource. */
const SOURCES: ReadonlyMap<string, string> = new Map([
  ['logs', 'logs'],
  ['trace-analytics', 'spans'],
  ['rum', 'rum'],
  ['audits', 'audit'],
  ['events', 'events'],
  ['ci-pipelines', 'ci_pipelines'],
  ['ci-tests', 'ci_tests'],
  ['network-performance', 'network'],
]);
/** Aggregations whose windows follow from their steps. Others, such as cardinality, do not add up. */
const ADDING_UP: ReadonlyMap<string, WindowAggregation> = new Map([
  ['count', 'sum'],
  ['sum', 'sum'],
  ['min', 'min'],
  ['max', 'max'],
]);

/** Reads a search, or a formula over searches in `options.variables`. */
export function readSearch(query: ChainQuery, options: JsonObject): ReadSearch | Refusal {
  const { head } = query;
  let window = '';
  let by: readonly string[] = [];
  let indexes: readonly string[] = [];
  let rollup: readonly string[] = [];
  for (const { name, args } of head.methods) {
    const texts = args.map((argument) => unescaped(argumentText(argument) ?? ''));
    if (name.text === 'last' || name.text === 'current') window = `${name.text}_${texts[0] ?? ''}`;
    else if (name.text === 'by') by = texts.flatMap((text) => text.split(',')).map((key) => key.trim());
    else if (name.text === 'index') indexes = texts;
    else if (name.text === 'rollup') rollup = texts;
    else return refuse(`method:${name.text}`, `The method ${name.text} is not reproduced.`);
  }
  if (head.name.text === 'formula')
    return readVariables(unescaped(argumentText(head.args[0]) ?? ''), window, options);
  const source = SOURCES.get(head.name.text);
  if (source === undefined) return refuse('source', `There are no series of ${head.name.text}.`);
  const [aggregation = 'count', measure] = rollup;
  const text = unescaped(argumentText(head.args[0]) ?? '');
  const read = searchOf({ name: 'a', source, text, by, indexes, aggregation, measure });
  if ('kind' in read) return read;
  return { kind: 'search', formula: { kind: 'query', query: 0 }, queries: [read], window };
}

/** The text between the quotes, without the backslashes of quotes. */
function unescaped(raw: string): string {
  return raw.replaceAll(/\\(["'\\])/g, '$1');
}

interface Searched {
  readonly name: string;
  readonly source: string;
  readonly text: string;
  readonly by: readonly string[];
  readonly indexes: readonly string[];
  readonly aggregation: string;
  readonly measure: string | undefined;
}

function searchOf({ aggregation, measure, ...search }: Searched): ReadSearchQuery | Refusal {
  const windowAggregation = ADDING_UP.get(aggregation);
  if (windowAggregation === undefined)
    return refuse(
      `search:${aggregation}`,
      `The ${aggregation} of a search over a window does not follow from the ${aggregation} of its parts.`,
    );
  return {
    ...search,
    method: aggregation,
    ...(measure === undefined ? {} : { measure }),
    aggregation: windowAggregation,
    windowAggregation,
    modifier: aggregation === 'count' ? 'count' : 'none',
  };
}

function readVariables(text: string, window: string, options: JsonObject): ReadSearch | Refusal {
  const variables = options['variables'];
  const queries: ReadSearchQuery[] = [];
  const names = new Map<string, number>();
  for (const variable of Array.isArray(variables) ? variables : []) {
    const read = isObject(variable)
      ? readVariable(variable)
      : refuse('variable', 'A variable is not an object.');
    if ('kind' in read) return read;
    names.set(read.name, queries.push(read) - 1);
  }
  const formula = readNamedFormula(text, names);
  if (formula.kind === 'refused') return formula;
  return {
    kind: 'search',
    formula: alignTerms(formula.formula, (at) => queries[at]?.modifier === 'count'),
    queries,
    window,
  };
}

function readVariable(variable: JsonObject): ReadSearchQuery | Refusal {
  const text = (value: Json | undefined) => textOf(value ?? '');
  const name = text(own(variable, 'name'));
  const source = text(own(variable, 'data_source'));
  const search = own(variable, 'search');
  const compute = own(variable, 'compute');
  const groups = own(variable, 'group_by');
  const indexes = own(variable, 'indexes');
  if (![...SOURCES.values()].includes(source))
    return refuse(
      'variable',
      `The data source "${source}" of the query ${name} is not reproduced in a formula.`,
    );
  if (!isObject(compute)) return refuse('variable', `The query ${name} has no compute.`);
  const measure = own(compute, 'metric');
  return searchOf({
    name,
    source,
    text: isObject(search) ? text(own(search, 'query')) : '',
    by: (Array.isArray(groups) ? groups : []).flatMap((group) =>
      isObject(group) ? [text(own(group, 'facet'))] : [],
    ),
    indexes: (Array.isArray(indexes) ? indexes : []).map(text),
    aggregation: text(own(compute, 'aggregation')) || 'count',
    measure: typeof measure === 'string' ? measure : undefined,
  });
}
