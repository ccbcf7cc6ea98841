import { aggregate, groupsOf, scopeCondition } from '../metrics/metric-query.ts';
import type { Series } from '../metrics/series.ts';
import type { Term } from './expression.ts';

type Point = readonly [seconds: number, value: number];

interface Source {
  readonly type: string;
  /** The points by the start of their step. */
  readonly steps: ReadonlyMap<number, readonly Point[]>;
}

/** The group of a query without `by`. */
export const WHOLE = '*';
/** `default_zero` first fills a gauge linearly, for this many seconds. */
const LINEAR_BEFORE_ZERO = { method: 'linear', limit: 300 };

/** The values of one query in one group, as known at each time. Times are epoch seconds. */
export class StepValues {
  readonly #term: Term;
  readonly #sources: readonly Source[];
  readonly #starts: readonly number[];
  /** The samples of steps whose points were all known. */
  readonly #complete = new Map<number, number | undefined>();
  /** The length of a step in seconds. */
  readonly step: number;

  constructor(term: Term, series: readonly Series[], step: number) {
    this.#term = term;
    this.step = step;
    this.#sources = series.map(({ type, points }) => ({
      type: type ?? 'gauge',
      steps: Map.groupBy(
        points.flatMap(([at, value]): Point[] =>
          value !== null && Number.isFinite(value) ? [[at, value]] : [],
        ),
        ([at]) => at - (at % step),
      ),
    }));
    this.#starts = [...new Set(this.#sources.flatMap(({ steps }) => [...steps.keys()]))].toSorted(
      (a, b) => a - b,
    );
  }

  /** True if missing values are 0 where another query has a value. */
  get alignsAsZero(): boolean {
    return this.#term.counted || this.#term.perSecond;
  }

  /** Returns the value of the points of a step that were known at `now`. */
  sample(start: number, now: number): number | undefined {
    if (now < start + this.step) return this.#sampleOf(start, now);
    if (!this.#complete.has(start)) this.#complete.set(start, this.#sampleOf(start, now));
    return this.#complete.get(start);
  }

  #sampleOf(start: number, now: number): number | undefined {
    const values = this.#sources.flatMap(({ type, steps }) => {
      const known = (steps.get(start) ?? []).filter(([at]) => at < now).toSorted(([a], [b]) => a - b);
      const value = aggregate(
        this.#term.rollup ?? (type === 'count' ? 'sum' : 'avg'),
        known.map(([, v]) => v),
      );
      if (value === undefined) return [];
      return [this.#term.perSecond && type === 'count' ? value / this.step : value];
    });
    return aggregate(this.#term.aggregator, values);
  }

  /** Returns the value of a step: its sample, or what the query fills in. */
  value(start: number, now: number): number | undefined {
    const own = this.sample(start, now) ?? this.#filled(start, now);
    return own ?? (this.#term.zeroed ? 0 : undefined);
  }

  /** Returns the start of the last step with a point known at `now`. */
  last(now: number): number | undefined {
    return this.#lastSample(now, now);
  }

  /** Returns the start of the last step before `before` with a point known at `now`. */
  #lastSample(before: number, now: number): number | undefined {
    for (let at = this.#indexFrom(before) - 1; at >= 0; at -= 1) {
      const start = this.#starts[at];
      if (start !== undefined && this.sample(start, now) !== undefined) return start;
    }
    return undefined;
  }

  /** Returns the index of the first step with a point that starts at `start` or later. */
  #indexFrom(start: number): number {
    let [low, high] = [0, this.#starts.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#starts[middle] ?? 0) < start) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #filled(start: number, now: number): number | undefined {
    const zeroed = this.#term.zeroed && !this.alignsAsZero ? LINEAR_BEFORE_ZERO : undefined;
    const fill = this.#term.fill ?? zeroed;
    if (!fill) return undefined;
    const before = this.#lastSample(start, now);
    if (before === undefined || start - before > fill.limit) return undefined;
    if (fill.method === 'zero') return 0;
    const from = this.sample(before, now) ?? 0;
    const after = fill.method === 'linear' ? this.#starts[this.#indexFrom(start + 1)] : undefined;
    if (after === undefined || this.sample(after, now) === undefined) return from;
    const to = this.sample(after, now) ?? 0;
    return from + ((to - from) * (start - before)) / (after - before);
  }
}

/** Returns the values of a query by group: `tag:value`, several joined by `,`, or `*`. */
export function groupsOfTerm(term: Term, series: readonly Series[], step: number): Map<string, StepValues> {
  const inScope = scopeCondition(term.scope);
  const own = series
    .filter(({ metric, tags }) => metric === term.metric && inScope(tags))
    .flatMap((one) => groupsOf(term.by, [...one.tags]).map((tags) => ({ one, key: tags.join() || WHOLE })));
  const groups = Map.groupBy(own, ({ key }) => key);
  if (term.by.length === 0 && groups.size === 0) groups.set(WHOLE, []);
  return new Map(
    [...groups].map(([key, list]) => [
      key,
      new StepValues(
        term,
        list.map(({ one }) => one),
        step,
      ),
    ]),
  );
}
