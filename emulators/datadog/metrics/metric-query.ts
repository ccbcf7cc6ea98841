import { toNumber, type RawObject } from '../raw-json.ts';
import { DatadogError } from '../datadog-error.ts';
import { conditionOf } from '../events/event-query.ts';

/** Values of one group of a query, by their time in epoch milliseconds. */
export interface GroupValues {
  /** Tags of the group, in the order of the query; none without `by`. */
  readonly tags: readonly string[];
  readonly values: ReadonlyMap<number, number>;
}

/** A query for one metric: `avg:web.requests{env:prod} by {host}.as_count()`. */
export interface MetricQuery {
  readonly aggregator: string;
  readonly metric: string;
  readonly scope: string;
  readonly by: readonly string[];
  /** How values of one time are joined, where the query tells. */
  readonly rollup: string | undefined;
  /** Seconds, where the query tells. */
  readonly interval: number | undefined;
  readonly perSecond: boolean;
}

const FORM = /^(?:(\w+):)?([A-Za-z][\w.]*)\{([^{}]*)\}(?:\s*by\s*\{([^{}]*)\})?((?:\.\w+\([^()]*\))*)$/;
const MODIFIER = /\.(\w+)\(([^()]*)\)/g;

type Join = (values: readonly number[]) => number;
const JOINS: Readonly<Record<string, Join>> = {
  avg: (values) => total(values) / values.length,
  mean: (values) => total(values) / values.length,
  sum: (values) => total(values),
  min: (values) => values.reduce((a, b) => Math.min(a, b)),
  max: (values) => values.reduce((a, b) => Math.max(a, b)),
  count: (values) => values.length,
  last: (values) => values.at(-1) ?? Number.NaN,
  l2norm: (values) => Math.sqrt(total(values.map((v) => v * v))),
  area: (values) => total(values),
};

function total(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

/** Joins values as an aggregator says; undefined for one that is not known, and where there are none. */
export function joined(aggregator: string, values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : JOINS[aggregator]?.(values);
}

/** Reads a query for one metric; undefined where it is of another form. */
export function metricQuery(text: string): MetricQuery | undefined {
  const [found, aggregator = 'avg', metric = '', scope = '', by = '', modifiers = ''] =
    FORM.exec(text.trim()) ?? [];
  if (found === undefined) return undefined;
  const calls = new Map([...modifiers.matchAll(MODIFIER)].map(([, name = '', given = '']) => [name, given]));
  const [method, seconds] = (calls.get('rollup') ?? '').split(',').map((part) => part.trim());
  return {
    aggregator,
    metric,
    scope,
    by: by
      .split(',')
      .map((key) => key.trim())
      .filter((key) => key !== ''),
    rollup: method || (calls.has('as_count') || calls.has('as_rate') ? 'sum' : undefined),
    interval: Number(seconds) > 0 ? Number(seconds) : undefined,
    perSecond: calls.has('as_rate'),
  };
}

/** The values of what was sent in, from `from` to `to` in epoch milliseconds, in steps of `step` milliseconds. */
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
  return [...groups.values()].flatMap((members) => {
    const steps = members.flatMap(({ one }) => stepsOf(one, query, { from, to, step }));
    const values = [...Map.groupBy(steps, ([at]) => at)]
      .flatMap(([at, list]): [number, number][] => {
        const value = joined(
          query.aggregator,
          list.map(([, v]) => v),
        );
        return value === undefined ? [] : [[at, value]];
      })
      .toSorted(([a], [b]) => a - b);
    return values.length === 0 ? [] : [{ tags: members[0]?.tags ?? [], values: new Map(values) }];
  });
}

/** One value of a series for each step: counts are added up, the others averaged. */
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
  const join = rollup ?? (type === 'count' ? 'sum' : 'avg');
  return [...Map.groupBy(within, ([at]) => at)].flatMap(([at, list]): [number, number][] => {
    const value = joined(
      join,
      list.map(([, v]) => v),
    );
    return value === undefined ? [] : [[at, perSecond ? value / (step / 1000) : value]];
  });
}

/** `env:prod,!host:a`, `env:prod AND (host:a OR host:b)`, `host IN (a, b)`; `*` is everything. */
function scopeCondition(scope: string): (tags: readonly string[]) => boolean {
  const query = scope
    .replace(
      /(?<![\w.-])([\w.-]+)\s+(NOT\s+)?IN\s*\(([^()]*)\)/gi,
      (_, key: string, not: string | undefined, list: string) =>
        `${not === undefined ? '' : 'NOT '}${anyOf(key, list)}`,
    )
    .replaceAll(',', ' AND ')
    .replaceAll('!', ' NOT ');
  return conditionOf(
    query,
    (tags, { key, isWhole }) =>
      tags.some((tag) =>
        key === undefined ? isWhole(tag) : tag.startsWith(`${key}:`) && isWhole(tag.slice(key.length + 1)),
      ),
    (words) => badQuery(`${scope}: ${words}`),
  );
}

function anyOf(key: string, list: string): string {
  return `${key}:(${list.split(',').join(' OR ')})`;
}

/** A refusal of a query that cannot be read. */
export function badQuery(words: string): DatadogError {
  return new DatadogError(400, `Error parsing query: unable to parse ${words}`);
}

/** The groups a series is in: one for each value that it has of each key; none where it lacks a key. */
function groupsOf(by: readonly string[], tags: readonly string[]): string[][] {
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
