import { z } from 'zod';
import type { JsonObject } from '../../domain/json.ts';
import { text } from '../../domain/schema-parts.ts';
import { defined, type Reading, type Report, type SignalKind, signalKind, unless } from '../kinds.ts';
import { isQuotable, quoted, unquoted, unquotedList } from './quoted.ts';

/** A source of events that an alert can search. */
export interface SearchSource {
  /** The member of a signal that contains the search. */
  readonly name: string;
  readonly what: string;
  /** The type of its monitors. */
  readonly type: string;
  /** The function in their queries. */
  readonly head: string;
  /** Its name in the variables of a formula. Undefined if a formula cannot search it. */
  readonly dataSource?: string;
  readonly examples: readonly JsonObject[];
  readonly evidence?: 'specification only';
}

export const SEARCH_SOURCES: readonly SearchSource[] = [
  {
    name: 'logs',
    what: 'logs',
    type: 'log alert',
    head: 'logs',
    dataSource: 'logs',
    examples: [
      { logs: 'service:shop status:error' },
      { logs: 'service:shop "out of memory"', index: 'main', by: ['service', '@region'] },
      { logs: 'service:shop', measure: '@duration', aggregate: 'p95' },
    ],
  },
  {
    name: 'events',
    what: 'events',
    type: 'event-v2 alert',
    head: 'events',
    dataSource: 'events',
    examples: [{ events: 'source:kubernetes status:error', by: ['kube_cluster_name'] }],
  },
  {
    name: 'spans',
    what: 'spans',
    type: 'trace-analytics alert',
    head: 'trace-analytics',
    dataSource: 'spans',
    examples: [{ spans: 'service:shop @http.status_code:500', by: ['env', 'service'] }],
  },
  {
    name: 'rum',
    what: 'RUM events',
    type: 'rum alert',
    head: 'rum',
    dataSource: 'rum',
    examples: [{ rum: '@type:view service:shop', measure: '@view.loading_time', aggregate: 'p75' }],
  },
  {
    name: 'audit',
    what: 'events of the audit trail',
    type: 'audit alert',
    head: 'audits',
    dataSource: 'audit',
    examples: [{ audit: 'status:error', measure: '@usr.id', aggregate: 'cardinality' }],
    evidence: 'specification only',
  },
  {
    name: 'ci_pipelines',
    what: 'CI pipelines',
    type: 'ci-pipelines alert',
    head: 'ci-pipelines',
    dataSource: 'ci_pipelines',
    examples: [{ ci_pipelines: 'ci_level:pipeline @ci.status:error', by: ['@ci.pipeline.name'] }],
  },
  {
    name: 'ci_tests',
    what: 'CI tests',
    type: 'ci-tests alert',
    head: 'ci-tests',
    dataSource: 'ci_tests',
    examples: [{ ci_tests: 'type:test @test.status:fail', by: ['@test.name'] }],
  },
  {
    name: 'error_tracking',
    what: 'issues of Error Tracking',
    type: 'error-tracking alert',
    head: 'error-tracking-rum',
    examples: [{ error_tracking: 'service:shop', by: ['@issue.id'] }],
  },
  {
    name: 'llm_observability',
    what: 'LLM Observability',
    type: 'llm-observability alert',
    head: 'llm-observability',
    examples: [{ llm_observability: '*' }],
  },
];

/** The aggregations of Datadog by their names in an alert. */
const AGGREGATIONS: ReadonlyMap<string, string> = new Map([
  ...['count', 'cardinality', 'avg', 'sum', 'min', 'max', 'median'].map((name) => [name, name] as const),
  ...['75', '90', '95', '98', '99'].map((n) => [`p${n}`, `pc${n}`] as const),
]);
/** The maximum number of facets that a search is grouped by. */
const MAX_FACETS = 4;
/** The number of groups that Datadog evaluates by default, by the number of facets. */
const GROUP_LIMITS: readonly number[] = [1000, 30, 10, 5];

/** What would end a quoted facet or index, or separate two. */
const UNQUOTABLE = 'must not be empty, nor contain quotes, commas or backslashes';
const facet = text
  .regex(/^[^",\\\s](?:[^",\\]*[^",\\\s])?$/, `${UNQUOTABLE}, nor begin or end with a blank`)
  .meta({ pattern: '^[^",\\\\\\s](?:[^",\\\\]*[^",\\\\\\s])?$' });
const indexName = text.regex(/^[^",\\]+$/, UNQUOTABLE).meta({ pattern: '^[^",\\\\]+$' });

const MEMBERS = {
  measure: facet
    .meta({
      description: 'The attribute that `aggregate` is computed from. Default: the events are counted.',
      examples: ['@duration'],
    })
    .optional(),
  aggregate: z
    .enum([...AGGREGATIONS.keys()])
    .meta({
      description:
        'For a search: how the events of one group are combined. Default: `count`, and with `measure` `avg`. `count` takes no measure.',
      examples: ['p95', 'cardinality'],
    })
    .optional(),
  by: z
    .array(
      z.union([
        facet,
        z.strictObject({
          facet: facet.meta({ description: 'The tag or facet.' }),
          limit: z.int().min(1).max(10_000).meta({ description: 'The maximum number of groups.' }),
        }),
      ]),
    )
    .min(1, 'must contain at least one facet; omit it to group by nothing')
    .meta({
      description:
        'For a search: the tags and facets whose values each have a state of their own, at most 4. In a formula, an entry may be `{facet, limit}`.',
      examples: [['service', '@region']],
    })
    .optional(),
};
const INDEX = z
  .union([indexName, z.array(indexName).min(1)])
  .meta({ description: 'The log index, or several.', default: '*', examples: ['main'] })
  .optional();
const PARTS = z.object({ ...MEMBERS, index: INDEX });

/** The members of a signal that matches the schema. */
type SearchMembers = Readonly<Record<string, unknown>>;

/** A search without abbreviations. */
export interface Search {
  readonly text: string;
  readonly indexes: readonly string[];
  readonly measure: string | undefined;
  readonly aggregate: string;
  readonly by: readonly { readonly facet: string; readonly limit: number }[];
}

/** Returns the parts of a search, with defaults. */
export function searchOf({ name }: SearchSource, signal: SearchMembers): Search {
  const { measure, aggregate = defaultAggregate(measure), by = [], index = '*' } = PARTS.parse(signal);
  const limit = GROUP_LIMITS[by.length - 1] ?? 1;
  const searched = signal[name];
  return {
    text: typeof searched === 'string' ? searched : '',
    indexes: typeof index === 'string' ? [index] : index,
    measure,
    aggregate,
    by: by.map((entry) => (typeof entry === 'string' ? { facet: entry, limit } : entry)),
  };
}

function defaultAggregate(measure: string | undefined): string {
  return measure === undefined ? 'count' : 'avg';
}

/** Returns a search as a signal without defaults. Inverse of `searchOf`. */
export function searchSignal({ name }: SearchSource, search: Search): JsonObject {
  const { text: searched, indexes, measure, aggregate, by } = search;
  const [index = '*', ...more] = indexes;
  const defaultLimit = GROUP_LIMITS[by.length - 1];
  return defined({
    [name]: searched,
    index: more.length > 0 ? [...indexes] : unless(index, '*'),
    measure,
    aggregate: unless(aggregate, defaultAggregate(measure)),
    by: by.length === 0 ? undefined : by.map((one) => (one.limit === defaultLimit ? one.facet : { ...one })),
  });
}

/** Returns the name of an aggregation in Datadog. */
export function aggregationOf({ aggregate }: Search): string {
  return AGGREGATIONS.get(aggregate) ?? aggregate;
}

/** Returns the name of an aggregation in an alert, or undefined if Datadog has no such aggregation. */
export function aggregateFrom(aggregation: string): string | undefined {
  return [...AGGREGATIONS].find(([, name]) => name === aggregation)?.[0];
}

function searchKind(source: SearchSource): SignalKind {
  const { name, what, type, examples, evidence } = source;
  return signalKind({
    name,
    schema: z.strictObject({
      [name]: text.meta({
        description: `A search in ${what}, in Datadog's search syntax.`,
        examples: examples.flatMap((example) => example[name] ?? []),
      }),
      ...MEMBERS,
      ...(name === 'logs' ? { index: INDEX } : {}),
    }),
    compile: (signal) => {
      const search = searchOf(source, signal);
      const by = search.by.map((one) => one.facet);
      return { form: 'search', type, query: queryOf(source, search), options: {}, by };
    },
    read: (reading) => readSearch(source, reading),
    canonical: (signal) => searchSignal(source, searchOf(source, signal)),
    check: (signal, report) => {
      checkSearch(source, signal, report);
      const { by = [] } = PARTS.parse(signal);
      for (const [at, entry] of by.entries()) {
        if (typeof entry !== 'string')
          report(
            ['by', at],
            `The limit of ${entry.limit} groups needs a formula: the query of a single search has no limit.`,
            `Write "${entry.facet}" without a limit.`,
          );
      }
      if (name === 'error_tracking' && !by.includes('@issue.id'))
        report(
          ['by'],
          'Datadog rejects the monitor: issues must be grouped by "@issue.id".',
          'Add "@issue.id" to "by".',
        );
    },
    examples: examples.map((signal) => ({
      signal,
      condition: name === 'error_tracking' ? { over: '1h', at_least: 1 } : { over: '5m', above: 10 },
    })),
    evidence,
  });
}

function queryOf({ name, head }: SearchSource, search: Search): string {
  const { text: searched, indexes, measure, by } = search;
  const index = name === 'logs' ? `.index(${indexes.map(quoted).join(', ')})` : '';
  const rollup = [aggregationOf(search), ...(measure === undefined ? [] : [measure])].map(quoted).join(', ');
  const group = by.length === 0 ? '' : `.by(${quoted(by.map((one) => one.facet).join(','))})`;
  return `${head}(${quoted(searched)})${index}.rollup(${rollup})${group}`;
}

function readSearch(source: SearchSource, reading: Reading): JsonObject | undefined {
  if (reading.form !== 'search' || reading.type !== source.type) return undefined;
  const { name, args, methods } = reading.head;
  const searched = args.length === 1 ? unquoted(args[0]) : undefined;
  if (name.text !== source.head || searched === undefined) return undefined;
  const parts = new Map<string, readonly string[]>();
  for (const method of methods) {
    const texts = unquotedList(method.args);
    if (!texts || parts.has(method.name.text)) return undefined;
    parts.set(method.name.text, texts);
  }
  const [rollup, indexes = ['*'], by] = ['rollup', 'index', 'by'].map((part) => parts.get(part));
  const [aggregation = '', measure] = rollup ?? [];
  const aggregate = aggregateFrom(aggregation);
  if (aggregate === undefined || (by && by.length !== 1)) return undefined;
  const facets = by?.[0]?.split(',') ?? [];
  const limit = GROUP_LIMITS[facets.length - 1] ?? 1;
  return searchSignal(source, {
    text: searched,
    indexes,
    measure,
    aggregate,
    by: facets.map((key) => ({ facet: key, limit })),
  });
}

/** Reports mistakes of a search, alone or in a formula. */
export function checkSearch(source: SearchSource, signal: SearchMembers, report: Report): void {
  const { text: searched, measure, aggregate, by } = searchOf(source, signal);
  if (!isQuotable(searched))
    report(
      [source.name],
      'The search contains a backslash before a quote, or at its end, which a query cannot contain.',
      'Quote the words with " instead, or replace the quote by the wildcard ?.',
    );
  if (aggregate !== 'count' && measure === undefined)
    report(
      ['aggregate'],
      `"${aggregate}" needs an attribute to compute it from.`,
      'Add "measure", for example measure: "@duration".',
    );
  if (aggregate === 'count' && measure !== undefined)
    report(
      ['measure'],
      '"count" counts events, so it takes no measure.',
      'Remove "measure", or use another aggregate, for example "cardinality".',
    );
  if (by.length > MAX_FACETS)
    report(['by'], `Datadog groups a search by at most ${MAX_FACETS} facets, not ${by.length}.`);
  const facets = new Set<string>();
  for (const [at, one] of by.entries()) {
    if (facets.has(one.facet)) report(['by', at], `The search is already grouped by "${one.facet}".`);
    facets.add(one.facet);
  }
}

/** The rows of the searches in the table of signals. */
export const SEARCHES: readonly SignalKind[] = SEARCH_SOURCES.map(searchKind);
