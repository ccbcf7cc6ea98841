import { onlyQueryOf, type Term, termsOf } from './align-terms.ts';
import type { Condition, Formula } from './condition.ts';
import { FullWindow } from './full-window.ts';
import { type Grid, type Points, Samples, Total } from './samples.ts';
import { type EvaluationSpan, type Schedule, scheduleOf } from './schedule.ts';
import { calculate, finite, StepValues } from './step-values.ts';

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
}

/** The windows of every group. They do not depend on thresholds, so that one result serves many. */
export interface Windows {
  readonly schedule: Schedule;
  readonly groups: ReadonlyMap<string, GroupWindows>;
}

const NO_POINTS: Points = { times: new Float64Array(), values: new Float64Array() };

/** Computes the value of every window of every group, in time linear in the number of steps and evaluations. */
export function windowsOf(condition: Condition, series: Series, span: EvaluationSpan): Windows {
  const schedule = scheduleOf(condition, span);
  const groups = new Map<string, GroupWindows>();
  for (const [group, points] of groupedPoints(condition, series))
    groups.set(group, new WindowedGroup(condition, schedule, group, points).windows());
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
      const sorted = isReordered || queries.length > 1 ? group.split(',').sort().join() : group;
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
  readonly #steps: ReadonlyMap<number, StepValues>;
  readonly #fullWindow: FullWindow | undefined;
  /** When the group begins to exist (UNIX seconds). */
  readonly #existsFromS: number;

  constructor(
    condition: Condition,
    schedule: Schedule,
    group: string,
    points: readonly (Points | undefined)[],
  ) {
    const { queries, formula, window, requiresFullWindow } = condition;
    this.#condition = condition;
    this.#schedule = schedule;
    this.#terms = termsOf(formula);
    this.#samples = queries.map(
      ({ stepS, aggregation }, at) => new Samples(this.#gridOf(stepS), aggregation, points[at] ?? NO_POINTS),
    );
    this.#required = this.#samples.filter((_, at) => queries[at]?.isAligned === false);
    const nodes = this.#terms.map(({ node }) => node);
    const isAligned = (query: number) => queries[query]?.isAligned === true;
    this.#steps = new Map(
      queries.map(({ stepS }) => [
        stepS,
        new StepValues(this.#gridOf(stepS), this.#samples, nodes, isAligned),
      ]),
    );
    this.#fullWindow =
      requiresFullWindow && window.kind === 'rolling'
        ? new FullWindow(window.unit, Math.max(...queries.map(({ stepS }) => stepS)))
        : undefined;
    const grouped = this.#samples.filter((_, at) => (queries[at]?.by.length ?? 0) > 0);
    this.#existsFromS =
      group === '*' ? Number.NEGATIVE_INFINITY : Math.min(...grouped.map(({ firstPointS }) => firstPointS));
  }

  windows(): GroupWindows {
    const { times, starts, ends } = this.#schedule;
    const outcomes = new Uint8Array(times.length);
    const values = new Float64Array(times.length).fill(Number.NaN);
    const lastPoints = new Float64Array(times.length).fill(Number.NaN);
    for (let at = 0; at < times.length; at += 1) {
      const [nowS = 0, startS = 0, endS = 0] = [times[at], starts[at], ends[at]];
      if (this.#isEmpty(startS, endS, nowS)) {
        lastPoints[at] = this.#lastPoint(nowS);
        continue;
      }
      const value = this.#value(startS, endS, nowS);
      if (!Number.isFinite(value)) outcomes[at] = NO_FINITE_VALUE;
      else if (this.#fullWindow?.isFull(this.#required, this.#samples, startS, endS, nowS) === false)
        outcomes[at] = WINDOW_NOT_FULL;
      else {
        outcomes[at] = VALUE;
        values[at] = value;
      }
    }
    return { outcomes, values, lastPoints };
  }

  #gridOf(stepS: number): Grid {
    const { times } = this.#schedule;
    const startS = Math.floor(((times[0] ?? 0) - this.#condition.historyS) / stepS) * stepS;
    return { startS, stepS, length: Math.max(0, Math.ceil(((times.at(-1) ?? 0) - startS) / stepS)) };
  }

  #stepsOf(query: number): StepValues | undefined {
    return this.#steps.get(this.#condition.queries[query]?.stepS ?? 0);
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
      const hasValue = isNeverEmpty || this.#stepsOf(query)?.hasValue(node, startS, endS, nowS) === true;
      if (!hasValue && this.#condition.queries[query]?.isAligned === false) return true;
      hasAny ||= hasValue;
    }
    return !hasAny;
  }

  /** The oldest among the queries that are not aligned as 0; if all are, the newest. */
  #lastPoint(nowS: number): number {
    return this.#required.length > 0
      ? Math.min(...this.#required.map((samples) => samples.lastSampleS(nowS)))
      : Math.max(...this.#samples.map((samples) => samples.lastSampleS(nowS)));
  }

  #value(startS: number, endS: number, nowS: number): number {
    const { formula, aggregatesFirst, change, queries } = this.#condition;
    const [{ windowAggregation, stepS } = { windowAggregation: 'avg' as const, stepS: 60 }] = queries;
    if (aggregatesFirst) {
      const value = this.#valueOf(formula, startS, endS, nowS);
      if (!change) return value;
      const { shiftS, isPercent } = change;
      return difference(value, this.#valueOf(formula, startS - shiftS, endS - shiftS, nowS), isPercent);
    }
    const steps = this.#steps.get(stepS);
    if (!steps) return Number.NaN;
    if (!change) return steps.aggregate(formula, windowAggregation, startS, endS, nowS);
    const { shiftS, isPercent } = change;
    const values = steps.valuesIn(formula, startS, endS, nowS);
    const before = steps.valuesIn(formula, startS - shiftS, endS - shiftS, nowS);
    const total = new Total();
    for (const [at, value] of values.entries())
      total.add(difference(value, before[at] ?? Number.NaN, isPercent));
    return total.result(windowAggregation);
  }

  /** Aggregates each term over the window, then calculates. */
  #valueOf(node: Formula, startS: number, endS: number, nowS: number): number {
    if (node.kind === 'aligned') return orZero(this.#valueOf(node.inner, startS, endS, nowS));
    const query = onlyQueryOf(node);
    if (query !== undefined) {
      const aggregation = this.#condition.queries[query]?.windowAggregation ?? 'sum';
      return this.#stepsOf(query)?.aggregate(node, aggregation, startS, endS, nowS) ?? Number.NaN;
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
        return Number.NaN;
    }
  }
}

/** Returns how much a value changed, as a difference or in percent of the earlier value. */
function difference(value: number, before: number, isPercent: boolean): number {
  return finite(isPercent ? ((value - before) / before) * 100 : value - before);
}

function orZero(value: number): number {
  return Number.isFinite(value) ? value : 0;
}
