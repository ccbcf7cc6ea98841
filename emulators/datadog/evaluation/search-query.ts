import type { Term } from './expression.ts';

/** The search of a monitor of logs or other events: one term, how its window is aggregated, and the window as a query has it. */
export interface SearchQuery {
  readonly term: Term;
  readonly aggregator: string;
  readonly window: string;
}

/** The sources of events, by how monitors name them. */
const SOURCES = new Map(
  Object.entries({
    logs: 'logs',
    'trace-analytics': 'spans',
    rum: 'rum',
    audits: 'audit',
    events: 'events',
    'ci-pipelines': 'ci_pipelines',
    'ci-tests': 'ci_tests',
  }),
);
/** How the values of steps make that of a window, by aggregation. Others, such as cardinality, do not add up. */
const ADDED_UP = new Map(Object.entries({ count: 'sum', sum: 'sum', min: 'min', max: 'max' }));
const CALL = /\.?([\w-]+)\(((?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^()"'])*)\)\s*/y;
const TEXT = /"((?:[^"\\]|\\[\s\S]?)*)"?|'((?:[^'\\]|\\[\s\S]?)*)'?/g;

/**
 * Reads `logs("service:shop").index("*").rollup("count").by("host").last("5m")`. Returns undefined for other queries, and the
 * reason, a text, if the search is not evaluated.
 */
export function readSearchQuery(body: string): SearchQuery | string | undefined {
  const [head, ...methods] = callsIn(body.trim()) ?? [];
  const source = SOURCES.get(head?.name ?? '');
  if (!head || source === undefined) return undefined;
  const textsOf = (name: string) => methods.find((method) => method.name === name)?.texts ?? [];
  const [aggregation = 'count', measure] = textsOf('rollup');
  const aggregator = ADDED_UP.get(aggregation);
  if (aggregator === undefined) return `the ${aggregation} of events is not evaluated`;
  const [last] = textsOf('last');
  const [current] = textsOf('current');
  const by = textsOf('by').flatMap((text) => text.split(',').map((facet) => facet.trim()));
  const compute = { aggregation, measure };
  const search = {
    ...compute,
    source,
    search: head.texts[0] ?? '*',
    groupBy: by.map((facet) => ({ ...compute, facet, limit: Number.POSITIVE_INFINITY, ascending: false })),
  };
  return {
    aggregator,
    window: last === undefined ? `current_${current ?? ''}` : `last_${last}`,
    term: {
      aggregator: 'sum',
      metric: source,
      scope: '*',
      by,
      rollup: aggregator,
      interval: undefined,
      perSecond: false,
      counted: aggregation === 'count',
      fill: undefined,
      zeroed: false,
      search,
    },
  };
}

/** Splits calls that follow each other; returns undefined for any other text. */
function callsIn(text: string): { readonly name: string; readonly texts: string[] }[] | undefined {
  const calls: { name: string; texts: string[] }[] = [];
  for (CALL.lastIndex = 0; CALL.lastIndex < text.length; ) {
    const [found, name = '', given = ''] = CALL.exec(text) ?? [];
    if (found === undefined) return undefined;
    const texts = [...given.matchAll(TEXT)].map(([, double, single]) =>
      (double ?? single ?? '').replaceAll(/\\(["'\\])/g, '$1'),
    );
    calls.push({ name, texts });
  }
  return calls;
}
