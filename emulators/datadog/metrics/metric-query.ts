import { DatadogError } from '../datadog-error.ts';
import { parseQuery } from '../events/event-query.ts';
import type { PointSource } from './series.ts';

/** The values of one group, by time in epoch milliseconds. */
export interface GroupValues {
  /** The tags of the group, in the order of the query; empty without `by`. */
  readonly tags: readonly string[];
  readonly values: ReadonlyMap<number, number>;
}

/** A query for one metric: `avg:web.requests{env:prod} by {host}.as_count()`. */
export interface MetricQuery {
  readonly aggregator: string;
  readonly metric: string;
  readonly scope: string;
  readonly by: readonly string[];
  /** The aggregation over time, if the query specifies one. */
  readonly rollup: string | undefined;
  /** The interval in seconds, if the query specifies one. */
  readonly interval: number | undefined;
  readonly perSecond: boolean;
  /** True for `.as_count()`. */
  readonly counted: boolean;
  readonly fill: Fill | undefined;
}

/** `.fill(last, 600)`: how steps without a value are filled, up to `limit` seconds after a value. */
export interface Fill {
  readonly method: string;
  readonly limit: number;
}

const FILL_LIMIT_SECONDS = 300;
const FORM = /^(?:(\w+):)?([A-Za-z][\w.]*)\{([^{}]*)\}(?:\s*by\s*\{([^{}]*)\})?((?:\.\w+\([^()]*\))*)$/;
const MODIFIER = /\.(\w+)\(([^()]*)\)/g;

type Aggregator = (values: readonly number[]) => number;
const AGGREGATORS = new Map(
  Object.entries<Aggregator>({
    avg: (values) => total(values) / values.length,
    mean: (values) => total(values) / values.length,
    sum: (values) => total(values),
    min: (values) => values.reduce((a, b) => Math.min(a, b)),
    max: (values) => values.reduce((a, b) => Math.max(a, b)),
    count: (values) => values.length,
    last: (values) => values.at(-1) ?? Number.NaN,
    l2norm: (values) => Math.sqrt(total(values.map((v) => v * v))),
    area: (values) => total(values),
  }),
);

function total(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

/** Aggregates values; returns undefined for an unknown aggregator and for no values. */
export function aggregate(aggregator: string, values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : AGGREGATORS.get(aggregator)?.(values);
}

/** Parses a query for one metric; returns undefined for any other form. */
export function parseMetricQuery(text: string): MetricQuery | undefined {
  const [found, aggregator = 'avg', metric = '', scope = '', by = '', modifiers = ''] =
    FORM.exec(text.trim()) ?? [];
  if (found === undefined) return undefined;
  const functions = new Map(
    [...modifiers.matchAll(MODIFIER)].map(([, name = '', given = '']) => [name, given]),
  );
  const [method, seconds] = (functions.get('rollup') ?? '').split(',').map((part) => part.trim());
  return {
    aggregator,
    metric,
    scope,
    by: by
      .split(',')
      .map((key) => key.trim())
      .filter((key) => key !== ''),
    rollup: method || (functions.has('as_count') || functions.has('as_rate') ? 'sum' : undefined),
    interval: Number(seconds) > 0 ? Number(seconds) : undefined,
    perSecond: functions.has('as_rate'),
    counted: functions.has('as_count'),
    fill: fillOf(functions.get('fill')),
  };
}

function fillOf(given: string | undefined): Fill | undefined {
  const [method = '', limit] = (given ?? '').split(',').map((part) => part.trim());
  if (method === '' || method === 'null') return undefined;
  return { method, limit: limit === undefined ? FILL_LIMIT_SECONDS : Number(limit) };
}

/** The times of the points that a query reads, and the interval of its answer; in epoch milliseconds. */
export interface Range {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  readonly step: number;
}

/** Evaluates a query over series. */
export function valuesOf(query: MetricQuery, sources: readonly PointSource[], range: Range): GroupValues[] {
  const inScope = scopeCondition(query.scope);
  const own = sources.filter(({ metric, tags }) => metric === query.metric && inScope(tags));
  const groups = Map.groupBy(
    own.flatMap((source) => {
      const tags = [...source.tags, ...missingTags(query.by, source.tags)];
      return groupsOf(query.by, tags).map((group) => ({ source, tags: group }));
    }),
    ({ tags }) => tags.join(),
  );
  return [...groups.values()].flatMap((group) => {
    const steps = new StepLists(range);
    for (const { source } of group) addSeries(steps, source, query, range);
    const values = new Map<number, number>();
    steps.aggregate(query.aggregator, (at, value) => values.set(at, value));
    return values.size === 0 ? [] : [{ tags: group[0]?.tags ?? [], values }];
  });
}

/** Adds one value of a series per interval: by default the sum of a count, the average of any other type. */
function addSeries(
  steps: StepLists,
  { type, each }: PointSource,
  { rollup, perSecond }: MetricQuery,
  range: Range,
): void {
  const own = new StepLists(range);
  each(range.from / 1000, range.to / 1000, (at, value) => own.add(at * 1000, value));
  const seconds = perSecond && type !== 'rate' ? range.step / 1000 : 1;
  own.aggregate(rollup ?? (type === 'count' ? 'sum' : 'avg'), (at, value) => steps.add(at, value / seconds));
}

/** The values in each interval of a range. Times are in epoch milliseconds. */
class StepLists {
  readonly #step: number;
  readonly #first: number;
  readonly #lists: number[][] = [];

  constructor({ from, step }: Range) {
    this.#step = step;
    this.#first = Math.floor(from / step);
  }

  add(at: number, value: number): void {
    const index = Math.floor(at / this.#step) - this.#first;
    const list = this.#lists[index];
    if (list) list.push(value);
    else this.#lists[index] = [value];
  }

  /** Calls `visit` with each interval that has a value, in order of time. */
  aggregate(aggregator: string, visit: (at: number, value: number) => void): void {
    for (const [index, list] of this.#lists.entries()) {
      const value = list && aggregate(aggregator, list);
      if (value !== undefined) visit((this.#first + index) * this.#step, value);
    }
  }
}

/** Parses `env:prod,!host:a`, `env:prod AND (host:a OR host:b)` or `host IN (a, b)`; `*` matches everything. */
export function scopeCondition(scope: string): (tags: readonly string[]) => boolean {
  const query = scope
    .replace(
      /(?<![\w.-])([\w.-]+)\s+(NOT\s+)?IN\s*\(([^()]*)\)/gi,
      (_, key: string, not: string | undefined, list: string) =>
        `${not === undefined ? '' : 'NOT '}${anyOf(key, list)}`,
    )
    .replaceAll(',', ' AND ')
    .replaceAll('!', ' NOT ');
  return parseQuery(
    query,
    (tags, { key, isWhole }) =>
      tags.some((tag) =>
        key === undefined ? isWhole(tag) : tag.startsWith(`${key}:`) && isWhole(tag.slice(key.length + 1)),
      ),
    (message) => badQuery(`${scope}: ${message}`),
  );
}

function anyOf(key: string, list: string): string {
  return `${key}:(${list.split(',').join(' OR ')})`;
}

/** Creates the error for a query that cannot be parsed. */
export function badQuery(message: string): DatadogError {
  return new DatadogError(400, `Error parsing query: unable to parse ${message}`);
}

/** Returns the tags in whose group a query shows a series without a tag. Monitors do not see such series. */
function missingTags(by: readonly string[], tags: readonly string[]): string[] {
  return by.filter((key) => !tags.some((tag) => tag.startsWith(`${key}:`))).map((key) => `${key}:N/A`);
}

/** Returns the groups of a series: one for each combination of its values of the keys; none if it lacks a key. */
export function groupsOf(by: readonly string[], tags: readonly string[]): string[][] {
  return by.reduce<string[][]>(
    (groups, key) => {
      const own = tags.filter((tag) => tag.startsWith(`${key}:`));
      return groups.flatMap((group) => own.map((tag) => [...group, tag]));
    },
    [[]],
  );
}
