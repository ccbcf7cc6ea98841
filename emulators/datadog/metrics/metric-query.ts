import { toNumber, type RawObject } from '../raw-json.ts';
import { DatadogError } from '../datadog-error.ts';
import { parseQuery } from '../events/event-query.ts';

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

/** Evaluates a query over the stored series, from `from` to `to` (epoch milliseconds), at an interval of `step` ms. */
export function valuesOf(
  query: MetricQuery,
  sent: readonly RawObject[],
  { from, to, step }: { from: number; to: number; step: number },
): GroupValues[] {
  const inScope = scopeCondition(query.scope);
  const series = sent.filter((one) => one['metric'] === query.metric && inScope(tagsOf(one)));
  const groups = Map.groupBy(
    series.flatMap((one) => groupsOf(query.by, tagsOf(one)).map((tags) => ({ one, tags }))),
    ({ tags }) => tags.join(),
  );
  return [...groups.values()].flatMap((group) => {
    const steps = group.flatMap(({ one }) => stepsOf(one, query, { from, to, step }));
    const values = [...Map.groupBy(steps, ([at]) => at)]
      .flatMap(([at, list]): [number, number][] => {
        const value = aggregate(
          query.aggregator,
          list.map(([, v]) => v),
        );
        return value === undefined ? [] : [[at, value]];
      })
      .toSorted(([a], [b]) => a - b);
    return values.length === 0 ? [] : [{ tags: group[0]?.tags ?? [], values: new Map(values) }];
  });
}

/** Returns one value of a series per interval: the sum of a count, the average of any other type. */
function stepsOf(
  { points, type }: RawObject,
  { rollup, perSecond }: MetricQuery,
  { from, to, step }: { from: number; to: number; step: number },
): [number, number][] {
  const within = (Array.isArray(points) ? points : []).flatMap((point: unknown): [number, number][] => {
    const [seconds, value] = Array.isArray(point) ? [toNumber(point[0]), toNumber(point[1])] : [];
    if (seconds === undefined || value === undefined) return [];
    const ms = seconds * 1000;
    return ms >= from && ms <= to ? [[Math.floor(ms / step) * step, value]] : [];
  });
  const aggregator = rollup ?? (type === 'count' ? 'sum' : 'avg');
  return [...Map.groupBy(within, ([at]) => at)].flatMap(([at, list]): [number, number][] => {
    const value = aggregate(
      aggregator,
      list.map(([, v]) => v),
    );
    return value === undefined ? [] : [[at, perSecond ? value / (step / 1000) : value]];
  });
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

function tagsOf({ tags }: RawObject): string[] {
  return Array.isArray(tags) ? tags.map(String) : [];
}
