import type { RequestContext } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import { type Deadline, deadlineAfter } from '../domain/deadline.ts';
import type { Points } from '../evaluate/samples.ts';
import { CachedDays, type SeriesCache, seriesKey } from './cached-days.ts';
import { type Failure, MAX_GROUPS, type SeriesPort, type SeriesQuery } from './ports.ts';
import { QuerySeries, type StepRange, type ValueBudget } from './query-series.ts';
import { SeriesRequests, StepWidths } from './series-requests.ts';

/** Points that an evaluation requires: from `from` to before `to`, UNIX seconds. */
export interface WantedSeries {
  readonly query: SeriesQuery;
  readonly from: number;
  readonly to: number;
}

/** A part of a series that could not be fetched. UNIX seconds. */
export interface MissingPart extends Failure {
  readonly from: number;
  readonly to: number;
}

export interface FetchedSeries {
  /** Returns the points of each group. They may begin before `from`, and NaN is a missing point. Series share their times. */
  seriesOf(query: SeriesQuery): ReadonlyMap<string, Points>;
  /** Returns what is missing, and why. */
  missingOf(query: SeriesQuery): readonly MissingPart[];
  /** Returns how many groups are left out because there are too many, at least. */
  cutOf(query: SeriesQuery): number;
  /** The requests to Datadog. */
  readonly requests: number;
  /** The days of queries that came from the cache. */
  readonly cached: number;
}

/** Fetches series. Throws nothing because of Datadog: what cannot be had is missing. */
export type FetchSeries = (
  wanted: readonly WantedSeries[],
  context: RequestContext,
) => Promise<FetchedSeries>;

export interface FetchOptions {
  readonly series: SeriesPort;
  readonly cache: SeriesCache;
  readonly clock: Clock;
  /** The maximum number of values of a fetch, which take 8 bytes each. */
  readonly maxValues?: number;
}

/** The share of the remaining time that a fetch may take. The rest is for the evaluation. */
const TIME_SHARE = 0.6;
/** The default: 256 MiB. */
const MAX_VALUES = 32 * 1024 * 1024;
/** The limits on groups of a query, so that a fetch of many queries stays below that. Few limits, because the cache depends on them. */
const GROUP_LIMITS: readonly number[] = [MAX_GROUPS, 300, 100, 50, 20];
const MIN_GROUPS = 10;

/** A range of steps of one query. */
interface QueryRange extends StepRange {
  readonly key: string;
  readonly query: SeriesQuery;
}

interface Loaded {
  readonly series: QuerySeries;
  readonly failure: Failure | undefined;
}

/** A fetch in progress. Its result is undefined if it failed unexpectedly. */
interface Flight extends StepRange {
  readonly loaded: Promise<Loaded | undefined>;
}

/**
 * Creates the function that fetches series, once for each process: fetches of the same query at the same time share their
 * requests. Complete days come from the cache and go into it, also if the rest of a fetch fails.
 */
export function createFetchSeries({
  series: port,
  cache,
  clock,
  maxValues = MAX_VALUES,
}: FetchOptions): FetchSeries {
  const flights = new Map<string, Flight>();
  const widths = new StepWidths(clock);

  return async (wanted, context) => {
    const deadline = deadlineAfter(context.deadline.left() * TIME_SHARE, clock, context.deadline.signal);
    const background: RequestContext = { ...context, lane: 'background', deadline };
    const requests = new SeriesRequests(port, widths, background);
    const loaded = new Map<string, Loaded>();
    const budget: ValueBudget = { left: maxValues };
    let cached = 0;

    /** Loads ranges, and lets other fetches share them meanwhile. */
    async function loadOwn(ranges: readonly QueryRange[]): Promise<void> {
      const maxGroups = groupLimit(ranges, maxValues);
      const days = new CachedDays(cache, clock.now() / 1000);
      const all = ranges.map((range) => new QuerySeries(range.query, range, maxGroups, budget));
      const found = await Promise.all(all.map((one) => days.read(one, maxGroups)));
      for (const count of found) cached += count;
      await requests.fill(all);
      for (const one of all)
        loaded.set(seriesKey(one.query), { series: one, failure: requests.failureOf(one) });
      await Promise.all(all.map((one) => days.write(one, maxGroups)));
    }

    async function shareOwn(ranges: readonly QueryRange[]): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>();
      const own = ranges.filter(({ key }) => !flights.has(key));
      for (const { key, firstStep, endStep } of own)
        flights.set(key, { firstStep, endStep, loaded: promise.then(() => loaded.get(key)) });
      try {
        await loadOwn(ranges);
      } finally {
        for (const { key } of own) flights.delete(key);
        resolve();
      }
    }

    /** Waits for the fetch of another request. Returns false if this one must fetch for itself. */
    async function join(range: QueryRange, flight: Flight): Promise<boolean> {
      const other = await untilDeadline(flight.loaded, deadline);
      const isComplete = other !== undefined && other.series.missing(range).length === 0;
      if (isComplete) loaded.set(range.key, other);
      return isComplete;
    }

    const ranges = rangesOf(wanted, clock.now() / 1000);
    try {
      const joined = ranges.flatMap((range) => {
        const flight = flights.get(range.key);
        return flight && covers(flight, range) ? [{ range, flight }] : [];
      });
      const others = new Set(joined.map(({ range }) => range));
      await shareOwn(ranges.filter((range) => !others.has(range)));
      const done = await Promise.all(joined.map(({ range, flight }) => join(range, flight)));
      const left = joined.flatMap(({ range }, at) => (done[at] === true ? [] : [range]));
      if (left.length > 0) await shareOwn(left);
    } finally {
      deadline.close();
    }
    return fetchedSeries(loaded, requests.count, cached);
  };
}

/** Returns one range for each distinct query. Nothing is asked about the future. */
function rangesOf(wanted: readonly WantedSeries[], nowS: number): QueryRange[] {
  const ranges = new Map<string, QueryRange>();
  for (const { query, from, to } of wanted) {
    const key = seriesKey(query);
    const firstStep = Math.floor(from / query.pointS);
    const endStep = Math.max(firstStep, Math.ceil(Math.min(to, nowS) / query.pointS));
    const before = ranges.get(key);
    ranges.set(key, {
      key,
      query,
      firstStep: Math.min(firstStep, before?.firstStep ?? firstStep),
      endStep: Math.max(endStep, before?.endStep ?? endStep),
    });
  }
  return [...ranges.values()];
}

function groupLimit(ranges: readonly StepRange[], maxValues: number): number {
  let steps = 1;
  for (const { firstStep, endStep } of ranges) steps += endStep - firstStep;
  return GROUP_LIMITS.find((limit) => limit * steps <= maxValues) ?? MIN_GROUPS;
}

function covers(flight: StepRange, range: StepRange): boolean {
  return flight.firstStep <= range.firstStep && flight.endStep >= range.endStep;
}

function untilDeadline<T>(work: Promise<T>, { signal }: Deadline): Promise<T | undefined> {
  const late = new Promise<undefined>((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  return Promise.race([work, late]);
}

function fetchedSeries(loaded: ReadonlyMap<string, Loaded>, requests: number, cached: number): FetchedSeries {
  const times = new Map<string, Float64Array>();
  return {
    seriesOf(query) {
      const series = loaded.get(seriesKey(query))?.series;
      if (!series) return new Map<string, Points>();
      const range = `${series.firstStep} ${series.endStep} ${query.pointS}`;
      const shared = times.get(range) ?? series.times();
      times.set(range, shared);
      return series.points(shared);
    },
    missingOf(query) {
      const { series, failure } = loaded.get(seriesKey(query)) ?? {};
      return (series?.missing() ?? []).map(({ firstStep, endStep }) => ({
        from: firstStep * query.pointS,
        to: endStep * query.pointS,
        ...(failure ?? { reason: 'deadline', detail: '' }),
      }));
    },
    cutOf: (query) => loaded.get(seriesKey(query))?.series.cutGroups ?? 0,
    requests,
    cached,
  };
}
