import { parseQuery } from '../events/event-query.ts';
import type { Organisation } from '../organisation.ts';
import { isRawObject, type RawObject, toNumber } from '../raw-json.ts';
import { type EventRow, eventRows } from './event-rows.ts';
import { badQuery, type GroupValues, type Range } from './metric-query.ts';
import type { Series } from './series.ts';

/** What is computed of the events of one interval: `count`, or an aggregation of the values of a measure. */
interface Compute {
  readonly aggregation: string;
  readonly measure: string | undefined;
}

/** A query of events: logs, spans, RUM and others. */
export interface EventQuery extends Compute {
  readonly source: string;
  readonly search: string;
  readonly groupBy: readonly GroupBy[];
}

/** The values of a facet that are groups: the first `limit` of them, in an order. */
interface GroupBy extends Compute {
  readonly facet: string;
  readonly limit: number;
  readonly ascending: boolean;
}

/** The events of one interval, or of several. */
interface Events {
  count: number;
  /** The values of the measure, each with the number of its events. */
  readonly values: { readonly value: unknown; readonly count: number }[];
}

interface Group {
  readonly tags: readonly string[];
  readonly rows: readonly EventRow[];
}

/** The step of a range whose whole is one interval. */
export const WHOLE = Number.MAX_SAFE_INTEGER;
const DEFAULT_LIMIT = 10;
const COMPUTED = new Map(
  Object.entries<(events: Events) => number | undefined>({
    count: ({ count }) => count,
    cardinality: ({ values }) => new Set(values.map(({ value }) => value)).size,
    sum: (events) => sumOf(events),
    avg: (events) => sumOf(events) / numberOf(events),
    min: ({ values }) => values.reduce((a, { value }) => Math.min(a, Number(value)), Infinity),
    max: ({ values }) => values.reduce((a, { value }) => Math.max(a, Number(value)), -Infinity),
    median: (events) => percentile(events, 50),
    ...Object.fromEntries(
      [75, 90, 95, 98, 99].map((rank) => [`pc${rank}`, (events: Events) => percentile(events, rank)]),
    ),
  }),
);

/** Reads a query of a source of events as v2 requests contain it; undefined if it has no search or an unknown aggregation. */
export function readEventQuery({
  data_source,
  search,
  compute,
  group_by,
}: RawObject): EventQuery | undefined {
  if (typeof data_source !== 'string' || !isRawObject(compute)) return undefined;
  const own = computeIn(compute, { aggregation: 'count', measure: undefined });
  if (!COMPUTED.has(own.aggregation)) return undefined;
  const groups = Array.isArray(group_by) ? group_by.filter(isRawObject) : [];
  return {
    ...own,
    source: data_source,
    search: isRawObject(search) ? String(search['query'] ?? '*') : '*',
    groupBy: groups.map(({ facet, limit, sort }) => ({
      facet: String(facet),
      limit: toNumber(limit) ?? DEFAULT_LIMIT,
      ascending: isRawObject(sort) && sort['order'] === 'asc',
      ...computeIn(isRawObject(sort) ? sort : {}, own),
    })),
  };
}

function computeIn({ aggregation, metric }: RawObject, byDefault: Compute): Compute {
  if (aggregation === undefined) return byDefault;
  return { aggregation: String(aggregation), measure: typeof metric === 'string' ? metric : undefined };
}

/** Evaluates a query of events. Intervals without events have no value. Throws DatadogError for an invalid search. */
export function eventValues(organisation: Organisation, query: EventQuery, range: Range): GroupValues[] {
  const isMatch = parseQuery<EventRow>(
    query.search,
    (row, term) => row.holds(term),
    (message) => badQuery(`${query.search}: ${message}`),
  );
  const rows = eventRows(organisation, query.source).filter(isMatch);
  return firstGroups(groupsOf(rows, query.groupBy), query.groupBy, range).flatMap(({ tags, rows: own }) => {
    const intervals = intervalsOf(own, query.measure, range);
    const values = [...intervals].flatMap(([at, events]): [number, number][] => {
      const value = valueOf(query, events);
      return value === undefined ? [] : [[at, value]];
    });
    return values.length === 0 ? [] : [{ tags, values: new Map(values.toSorted(([a], [b]) => a - b)) }];
  });
}

/** Returns the values of a query of events as series, one for each group, with times in epoch seconds. */
export function eventSeries(
  organisation: Organisation,
  query: EventQuery,
  { from, to, step }: { readonly from: number; readonly to: number; readonly step: number },
): Series[] {
  const type = query.aggregation === 'count' || query.aggregation === 'sum' ? 'count' : 'gauge';
  const range = { from: from * 1000, to: to * 1000, step: step * 1000 };
  return eventValues(organisation, query, range).map(({ tags, values }) => ({
    metric: query.source,
    tags,
    type,
    points: [...values].map(([at, value]) => [at / 1000, value] as const),
  }));
}

/** Returns the groups of events: one for each combination of values of the facets. Events without a facet are in none. */
function groupsOf(rows: readonly EventRow[], groupBy: readonly GroupBy[]): Group[] {
  const grouped = rows.flatMap((row) =>
    groupBy
      .reduce<string[][]>(
        (groups, { facet }) =>
          groups.flatMap((tags) =>
            row.valuesOf(facet).map((value) => [...tags, `${facet}:${String(value)}`]),
          ),
        [[]],
      )
      .map((tags) => ({ row, tags })),
  );
  return [...Map.groupBy(grouped, ({ tags }) => tags.join()).values()].map((list) => ({
    tags: list[0]?.tags ?? [],
    rows: list.map(({ row }) => row),
  }));
}

/** Returns the groups within the limit of each facet, in its order; the limit of an inner facet applies to each outer value. */
function firstGroups(
  groups: readonly Group[],
  groupBy: readonly GroupBy[],
  range: Range,
  level = 0,
): Group[] {
  const by = groupBy[level];
  if (!by) return [...groups];
  const outer = [...Map.groupBy(groups, ({ tags }) => tags[level]).values()].map((list) => ({
    list,
    total: totalOf(list, by, range),
  }));
  return outer
    .toSorted((a, b) => (by.ascending ? 1 : -1) * (a.total - b.total))
    .slice(0, by.limit)
    .flatMap(({ list }) => firstGroups(list, groupBy, range, level + 1));
}

function totalOf(groups: readonly Group[], by: GroupBy, range: Range): number {
  const rows = groups.flatMap((group) => group.rows);
  const intervals = intervalsOf(rows, by.measure, { ...range, step: WHOLE });
  const [events] = intervals.values();
  return (events && valueOf(by, events)) ?? 0;
}

/** Returns the events of each interval that has any, by its start. */
function intervalsOf(
  rows: readonly EventRow[],
  measure: string | undefined,
  range: Range,
): Map<number, Events> {
  const intervals = new Map<number, Events>();
  for (const row of rows) {
    row.each(range.from / 1000, range.to / 1000, (at, count) => {
      const start = Math.floor((at * 1000) / range.step) * range.step;
      const events = intervals.get(start) ?? { count: 0, values: [] };
      intervals.set(start, events);
      events.count += count;
      if (measure === undefined) return;
      const value = row.measureAt(measure, at) ?? row.valuesOf(measure)[0];
      if (value !== undefined) events.values.push({ value, count });
    });
  }
  return intervals;
}

function valueOf({ aggregation }: Compute, events: Events): number | undefined {
  if (aggregation !== 'count' && events.values.length === 0) return undefined;
  const value = COMPUTED.get(aggregation)?.(events);
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}

function sumOf({ values }: Events): number {
  return values.reduce((sum, { value, count }) => sum + Number(value) * count, 0);
}

function numberOf({ values }: Events): number {
  return values.reduce((sum, { count }) => sum + count, 0);
}

/** Returns the smallest value that is not below `rank` percent of all values. */
function percentile(events: Events, rank: number): number | undefined {
  const wanted = (numberOf(events) * rank) / 100;
  let seen = 0;
  for (const { value, count } of events.values.toSorted((a, b) => Number(a.value) - Number(b.value))) {
    seen += count;
    if (seen >= wanted) return Number(value);
  }
  return undefined;
}
