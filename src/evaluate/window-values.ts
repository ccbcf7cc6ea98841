import { largest, smallest } from '../domain/append.ts';
import { runAtOnce, type Steps } from '../domain/steps.ts';
import { onlyQueryOf, type Term, termsOf } from './align-terms.ts';
import type { Condition, Formula } from './condition.ts';
import { type EmptyBuckets, FullWindow } from './full-window.ts';
import { tagsOf } from './group-tags.ts';
import { type Grid, type Points, Samples, stepFrom } from './samples.ts';
import { type EvaluationSpan, type Schedule, scheduleOf } from './schedule.ts';
import { calculate, difference, finite, type StepSeries, StepValues } from './step-values.ts';

/** The points of each query, in the order of `Condition.queries`, by group: `tag:value,...`, or `*` without groups. */
export type Series = readonly ReadonlyMap<string, Points>[];

/** What an evaluation finds in its window. */
export const OUTCOMES = ['empty', 'value', 'no_finite_value', 'window_not_full'] as const;
export const [EMPTY, VALUE, NO_FINITE_VALUE, WINDOW_NOT_FULL] = [0, 1, 2, 3] as const;

/** The windows of one group, by evaluation. */
export interface GroupWindows {
  /** Indexes of OUTCOMES. */
  readonly outcomes: Uint8Array;
  /** NaN if there is no value. */
  readonly values: Float64Array;
  /** The start of the last step with a point, at an empty evaluation (UNIX seconds); otherwise NaN. */
  readonly lastPoints: Float64Array;
  /** The number of evaluations to report, by outcome. */
  readonly counts: readonly number[];
  /** Blocks of BLOCK_LENGTH evaluations. */
  readonly blocks: ValueBlocks;
  /** How far a value may be from the sum of its steps, oldest first, because long windows are added up faster. */
  readonly errors: number;
  /** Returns the value at an evaluation without that error. */
  readonly refine: (at: number) => number;
  /** Returns what the value at an evaluation results from. */
  readonly details: (at: number) => WindowDetails;
}

/** What a window contains. Times are UNIX seconds. */
export interface WindowDetails {
  readonly terms: readonly TermDetails[];
  /** The values of the whole formula by step, unless each query is aggregated first. */
  readonly combined?: StepSeries;
  /** Undefined if the window need not be full. */
  readonly buckets?: EmptyBuckets;
}

/** One query with its functions. */
export interface TermDetails extends StepSeries {
  readonly node: Formula;
  readonly query: number;
  /** The number of points in the window. */
  readonly points: number;
  /** The start of the last step with a point, also before the window. */
  readonly lastPointS: number;
  /** The aggregate over the window, and over the earlier window of a change; NaN without values. */
  readonly value: number;
  readonly earlierValue: number;
}

/** The number of evaluations of a block. */
export const BLOCK_LENGTH = 64;

/** The lowest and the highest value of each complete block in which every evaluation has a value; otherwise NaN. */
export interface ValueBlocks {
  readonly lows: Float64Array;
  readonly highs: Float64Array;
}

/** The windows of every group. They do not depend on thresholds, so that one result serves many. */
export interface Windows {
  readonly schedule: Schedule;
  readonly groups: ReadonlyMap<string, GroupWindows>;
}

const NO_POINTS: Points = { times: new Float64Array(), values: new Float64Array() };

/** Computes the value of every window of every group, in time linear in the number of steps and evaluations. */
export function windowsOf(condition: Condition, series: Series, span: EvaluationSpan): Windows {
  return runAtOnce(computingWindows(condition, series, span));
}

/** Computes windows like `windowsOf`, and yields after each group. */
export function* computingWindows(
  condition: Condition,
  series: Series,
  span: EvaluationSpan,
): Steps<Windows> {
  const schedule = scheduleOf(condition, span);
  const groups = new Map<string, GroupWindows>();
  for (const [group, points] of groupedPoints(condition, series)) {
    groups.set(group, new WindowedGroup(condition, schedule, group, points).windows());
    yield;
  }
  return { schedule, groups };
}

/** Joins the queries by group. A query without groups serves every group. */
function groupedPoints({ by, queries }: Condition, series: Series): Map<string, (Points | undefined)[]> {
  const shared = queries.map(({ by: keys }, at) => (keys.length === 0 ? series[at]?.get('*') : undefined));
  const groups = new Map<string, (Points | undefined)[]>();
  if (by.length === 0) return groups.set('*', shared);
  const spelled = new Map<string, string>();
  for (const [at, { by: keys }] of queries.entries()) {
    if (keys.length === 0) continue;
    const isReordered = keys.join() !== by.join();
    for (const [group, points] of series[at] ?? []) {
      const sorted = isReordered || queries.length > 1 ? tagsOf(group).sort().join() : group;
      const name = spelled.get(sorted) ?? group;
      spelled.set(sorted, name);
      const joined = groups.get(name) ?? [...shared];
      joined[at] = points;
      groups.set(name, joined);
    }
  }
  return groups;
}

/** Computes the windows of one group. */
class WindowedGroup {
  readonly #condition: Condition;
  readonly #schedule: Schedule;
  readonly #terms: readonly Term[];
  readonly #samples: readonly Samples[];
  readonly #required: readonly Samples[];
  /** By query. Queries with equal steps share them. */
  readonly #steps: readonly (StepValues | undefined)[];
  /** The steps of every query if the calculation is done by step, and the formula with the change. */
  readonly #classic: StepValues | undefined;
  readonly #changed: Formula;
  readonly #fullWindow: FullWindow | undefined;
  /** When the group begins to exist (UNIX seconds). */
  readonly #existsFromS: number;

  constructor(
    condition: Condition,
    schedule: Schedule,
    group: string,
    points: readonly (Points | undefined)[],
  ) {
    const { queries, formula, window, change, requiresFullWindow } = condition;
    this.#condition = condition;
    this.#schedule = schedule;
    this.#terms = termsOf(formula);
    this.#samples = queries.map(
      ({ stepS, aggregation }, at) => new Samples(this.#gridOf(stepS), aggregation, points[at] ?? NO_POINTS),
    );
    this.#required = this.#samples.filter((_, at) => queries[at]?.isAligned === false);
    const nodes = this.#terms.map(({ node }) => node);
    const isAligned = (query: number) => queries[query]?.isAligned === true;
    const byLength = new Map(
      queries.map(({ stepS }) => [
        stepS,
        new StepValues(this.#gridOf(stepS), this.#samples, nodes, isAligned),
      ]),
    );
    this.#steps = queries.map(({ stepS }) => byLength.get(stepS));
    this.#classic = this.#steps[0];
    this.#changed = change ? { kind: 'change', ...change, inner: formula } : formula;
    this.#fullWindow =
      requiresFullWindow && window.kind === 'rolling'
        ? new FullWindow(window.unit, largest(queries.map(({ stepS }) => stepS)))
        : undefined;
    const grouped = this.#samples.filter((_, at) => (queries[at]?.by.length ?? 0) > 0);
    this.#existsFromS =
      group === '*' ? Number.NEGATIVE_INFINITY : smallest(grouped.map(({ firstPointS }) => firstPointS));
  }

  windows(): GroupWindows {
    const { times, starts, ends } = this.#schedule;
    const outcomes = new Uint8Array(times.length);
    const values = new Float64Array(times.length).fill(Number.NaN);
    const lastPoints = new Float64Array(times.length).fill(Number.NaN);
    for (let at = 0; at < times.length; at += 1) {
      const nowS = times[at] ?? 0;
      const startS = starts[at] ?? 0;
      const endS = ends[at] ?? 0;
      if (this.#isEmpty(startS, endS, nowS)) {
        lastPoints[at] = this.#lastPoint(nowS);
        continue;
      }
      const value = this.#value(startS, endS, nowS, true);
      if (!Number.isFinite(value)) outcomes[at] = NO_FINITE_VALUE;
      else if (this.#fullWindow?.isFull(this.#required, this.#samples, startS, endS, nowS) === false)
        outcomes[at] = WINDOW_NOT_FULL;
      else {
        outcomes[at] = VALUE;
        values[at] = value;
      }
    }
    const errors = this.#condition.aggregatesFirst ? 0 : (this.#classic?.errorOf(this.#changed) ?? 0);
    const refine = (at: number) => this.#value(starts[at] ?? 0, ends[at] ?? 0, times[at] ?? 0, false);
    const counts = countOutcomes(outcomes, this.#schedule.firstReported);
    const details = (at: number) => this.#details(starts[at] ?? 0, ends[at] ?? 0, times[at] ?? 0);
    return { outcomes, values, lastPoints, counts, blocks: blocksOf(values), errors, refine, details };
  }

  #details(startS: number, endS: number, nowS: number): WindowDetails {
    const { aggregatesFirst, change } = this.#condition;
    const shiftS = change?.shiftS ?? 0;
    const combined = aggregatesFirst ? undefined : this.#classic?.steps(this.#changed, startS, endS, nowS);
    const buckets = this.#fullWindow?.buckets(this.#required, this.#samples, startS, endS, nowS);
    return {
      terms: this.#terms.map(({ node, query }) => {
        const samples = this.#samples[query];
        const grid = samples?.grid ?? { startS: 0, stepS: 1, length: 0 };
        return {
          node,
          query,
          points: samples?.pointCount(stepFrom(grid, startS), stepFrom(grid, endS), nowS) ?? 0,
          lastPointS: samples?.lastSampleS(nowS) ?? Number.NEGATIVE_INFINITY,
          ...(this.#steps[query]?.steps(node, startS, endS, nowS) ?? NO_POINTS),
          value: this.#valueOf(node, startS, endS, nowS),
          earlierValue: this.#valueOf(node, startS - shiftS, endS - shiftS, nowS),
        };
      }),
      ...(combined ? { combined } : {}),
      ...(buckets ? { buckets } : {}),
    };
  }

  #gridOf(stepS: number): Grid {
    const { times } = this.#schedule;
    const startS = Math.floor(((times[0] ?? 0) - this.#condition.historyS) / stepS) * stepS;
    return { startS, stepS, length: Math.max(0, Math.ceil(((times.at(-1) ?? 0) - startS) / stepS)) };
  }

  #isEmpty(startS: number, endS: number, nowS: number): boolean {
    if (this.#existsFromS >= nowS) return true;
    const { change, aggregatesFirst } = this.#condition;
    const isEmpty = this.#isWindowEmpty(startS, endS, nowS);
    if (!change) return isEmpty;
    const { shiftS } = change;
    const isOther = this.#isWindowEmpty(startS - shiftS, endS - shiftS, nowS);
    return aggregatesFirst ? isEmpty && isOther : isEmpty || isOther;
  }

  /** A window is empty if a query that is not aligned as 0 has no value in it, or if no query has one. */
  #isWindowEmpty(startS: number, endS: number, nowS: number): boolean {
    let hasAny = false;
    for (const { node, query, isNeverEmpty } of this.#terms) {
      const hasValue = isNeverEmpty || this.#steps[query]?.hasValue(node, startS, endS, nowS) === true;
      if (!hasValue && this.#condition.queries[query]?.isAligned === false) return true;
      hasAny ||= hasValue;
    }
    return !hasAny;
  }

  /** The oldest among the queries that are not aligned as 0; if all are, the newest. */
  #lastPoint(nowS: number): number {
    return this.#required.length > 0
      ? smallest(this.#required.map((samples) => samples.lastSampleS(nowS)))
      : largest(this.#samples.map((samples) => samples.lastSampleS(nowS)));
  }

  /** Sums may be rounded if the steps are added up after the calculation. */
  #value(startS: number, endS: number, nowS: number, mayRound: boolean): number {
    const { formula, aggregatesFirst, change, queries } = this.#condition;
    if (!aggregatesFirst) {
      const aggregation = queries[0]?.windowAggregation ?? 'avg';
      return this.#classic?.aggregate(this.#changed, aggregation, startS, endS, nowS, mayRound) ?? Number.NaN;
    }
    const value = this.#valueOf(formula, startS, endS, nowS);
    if (!change) return value;
    const { shiftS, isPercent } = change;
    return difference(value, this.#valueOf(formula, startS - shiftS, endS - shiftS, nowS), isPercent);
  }

  /** Aggregates each term over the window, then calculates. */
  #valueOf(node: Formula, startS: number, endS: number, nowS: number): number {
    if (node.kind === 'aligned') return orZero(this.#valueOf(node.inner, startS, endS, nowS));
    const query = onlyQueryOf(node);
    if (query !== undefined) {
      const aggregation = this.#condition.queries[query]?.windowAggregation ?? 'sum';
      return this.#steps[query]?.aggregate(node, aggregation, startS, endS, nowS) ?? Number.NaN;
    }
    switch (node.kind) {
      case 'constant':
        return node.value;
      case 'binary':
        return calculate(
          node.operator,
          this.#valueOf(node.left, startS, endS, nowS),
          this.#valueOf(node.right, startS, endS, nowS),
        );
      case 'function':
        return finite(node.apply(this.#valueOf(node.inner, startS, endS, nowS)));
      case 'default_zero':
        return orZero(this.#valueOf(node.inner, startS, endS, nowS));
      case 'fill':
        return this.#valueOf(node.inner, startS, endS, nowS);
      case 'query':
      case 'change':
        return Number.NaN;
    }
  }
}

function orZero(value: number): number {
  return Number.isFinite(value) ? value : 0;
}

function countOutcomes(outcomes: Uint8Array, from: number): number[] {
  const counts = OUTCOMES.map(() => 0);
  for (let at = from; at < outcomes.length; at += 1) {
    const outcome = outcomes[at] ?? EMPTY;
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return counts;
}

function blocksOf(values: Float64Array): ValueBlocks {
  const lows = new Float64Array(Math.floor(values.length / BLOCK_LENGTH));
  const highs = new Float64Array(lows.length);
  for (let block = 0; block < lows.length; block += 1) {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let at = block * BLOCK_LENGTH; at < (block + 1) * BLOCK_LENGTH; at += 1) {
      const value = values[at] ?? Number.NaN;
      // Math.min and Math.max keep NaN.
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    lows[block] = low;
    highs[block] = high;
  }
  return { lows, highs };
}
