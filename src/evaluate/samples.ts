import type { WindowAggregation } from './condition.ts';

/** Points of one query and group. Times are UNIX seconds in ascending order. A value that is not finite is missing. */
export interface Points {
  readonly times: Float64Array;
  readonly values: Float64Array;
}

/** Steps of equal length. Step `k` starts at `startS + k * stepS`. */
export interface Grid {
  readonly startS: number;
  readonly stepS: number;
  readonly length: number;
}

/** Returns the index of the first step that starts at a time or later. */
export function stepFrom({ startS, stepS }: Grid, timeS: number): number {
  return Math.ceil((timeS - startS) / stepS);
}

/** The points of one query and group, aggregated by step. Only points before a moment are known at that moment. */
export class Samples {
  readonly grid: Grid;
  /** The value of each step with all of its points; NaN without points. */
  readonly values: Float64Array;
  /** The time of the first point (UNIX seconds), or infinity. */
  readonly firstPointS: number;
  readonly #points: Points;
  readonly #aggregation: WindowAggregation;
  /** The first and last point of each step, as indexes. The last is -1 without points. */
  readonly #firstPoints: Int32Array;
  readonly #lastPoints: Int32Array;
  /** The last step with a point up to each step, or -1. */
  readonly #lastSampled: Int32Array;
  /** The number of steps with a point before each step. */
  readonly #sampledBefore: Int32Array;

  constructor(grid: Grid, aggregation: WindowAggregation, points: Points) {
    const { length, startS, stepS } = grid;
    this.grid = grid;
    this.#points = points;
    this.#aggregation = aggregation;
    this.values = new Float64Array(length).fill(Number.NaN);
    this.#firstPoints = new Int32Array(length);
    this.#lastPoints = new Int32Array(length).fill(-1);
    this.#lastSampled = new Int32Array(length).fill(-1);
    this.#sampledBefore = new Int32Array(length + 1);
    let firstPointS = Number.POSITIVE_INFINITY;
    for (let at = 0; at < points.times.length; at += 1) {
      const time = points.times[at] ?? Number.NaN;
      if (!Number.isFinite(points.values[at])) continue;
      if (firstPointS === Number.POSITIVE_INFINITY) firstPointS = time;
      const step = Math.floor((time - startS) / stepS);
      if (step < 0 || step >= length) continue;
      if (this.#lastPoints[step] === -1) this.#firstPoints[step] = at;
      this.#lastPoints[step] = at;
    }
    this.firstPointS = firstPointS;
    let last = -1;
    for (let step = 0; step < length; step += 1) {
      if (this.#lastPoints[step] !== -1) {
        last = step;
        this.values[step] = this.#aggregate(step, Number.POSITIVE_INFINITY);
      }
      this.#lastSampled[step] = last;
      this.#sampledBefore[step + 1] = (this.#sampledBefore[step] ?? 0) + (last === step ? 1 : 0);
    }
  }

  /** Returns the value of a step from the points before `nowS`, or NaN. */
  valueAt(step: number, nowS: number): number {
    const value = this.values[step] ?? Number.NaN;
    return this.#isComplete(step, nowS) ? value : this.#aggregate(step, nowS);
  }

  /** Returns the step that has points at `nowS` or later although it starts before; otherwise the length of the grid. */
  openStep(nowS: number): number {
    const { length } = this.grid;
    const step = stepFrom(this.grid, nowS) - 1;
    return step < 0 || step >= length || this.#isComplete(step, nowS) ? length : step;
  }

  /** Returns whether a step from `from` to before `to` has a point that is known at `nowS`. */
  hasSample(from: number, to: number, nowS: number): boolean {
    const end = this.#knownEnd(to, nowS);
    return end > from && (this.#sampledBefore[end] ?? 0) > (this.#sampledBefore[Math.max(0, from)] ?? 0);
  }

  /** Returns the number of points in the steps from `from` to before `to` that are known at `nowS`. */
  pointCount(from: number, to: number, nowS: number): number {
    const { times, values } = this.#points;
    let count = 0;
    for (let step = Math.max(0, from); step < to; step += 1)
      for (let at = this.#firstPoints[step] ?? 0; at <= (this.#lastPoints[step] ?? -1); at += 1)
        if ((times[at] ?? nowS) < nowS && Number.isFinite(values[at])) count += 1;
    return count;
  }

  /** Returns whether each step from `from` to before `to` has a point that is known at `nowS`. */
  isDense(from: number, to: number, nowS: number): boolean {
    if (from < 0 || this.#knownEnd(to, nowS) !== to) return false;
    return (this.#sampledBefore[to] ?? 0) - (this.#sampledBefore[from] ?? 0) === to - from;
  }

  /** Returns the start of the last step with a point that is known at `nowS` (UNIX seconds), or minus infinity. */
  lastSampleS(nowS: number): number {
    const { startS, stepS, length } = this.grid;
    const end = this.#knownEnd(Math.min(length, stepFrom(this.grid, nowS)), nowS);
    const step = end > 0 ? (this.#lastSampled[end - 1] ?? -1) : -1;
    return step === -1 ? Number.NEGATIVE_INFINITY : startS + step * stepS;
  }

  /** Returns `to`, or one less if the last step has no point that is known at `nowS`. */
  #knownEnd(to: number, nowS: number): number {
    const first = this.#points.times[this.#firstPoints[to - 1] ?? 0] ?? 0;
    return to > 0 && this.#lastPoints[to - 1] !== -1 && first >= nowS ? to - 1 : to;
  }

  #isComplete(step: number, nowS: number): boolean {
    const last = this.#lastPoints[step] ?? -1;
    return last === -1 || (this.#points.times[last] ?? 0) < nowS;
  }

  #aggregate(step: number, beforeS: number): number {
    const { times, values } = this.#points;
    const first = this.#firstPoints[step] ?? 0;
    const last = this.#lastPoints[step] ?? -1;
    if (first === last && (times[first] ?? 0) < beforeS) return values[first] ?? Number.NaN;
    const total = new Total();
    for (let at = first; at <= last; at += 1) {
      if ((times[at] ?? 0) >= beforeS) break;
      total.add(values[at] ?? Number.NaN);
    }
    return total.result(this.#aggregation);
  }
}

/** Aggregates values in their order. A value that is not finite is left out. */
export class Total {
  #sum = 0;
  #count = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;

  add(value: number): void {
    if (!Number.isFinite(value)) return;
    this.#sum += value;
    this.#count += 1;
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
  }

  addAll(values: Float64Array, from: number, to: number): void {
    let [sum, count, min, max] = [this.#sum, this.#count, this.#min, this.#max];
    for (let at = from; at < to; at += 1) {
      const value = values[at] ?? Number.NaN;
      if (!Number.isFinite(value)) continue;
      sum += value;
      count += 1;
      if (value < min) min = value;
      if (value > max) max = value;
    }
    this.#sum = sum;
    this.#count = count;
    this.#min = min;
    this.#max = max;
  }

  /** Returns NaN without values. */
  result(aggregation: WindowAggregation): number {
    if (this.#count === 0) return Number.NaN;
    switch (aggregation) {
      case 'avg':
        return this.#sum / this.#count;
      case 'sum':
        return this.#sum;
      case 'min':
        return this.#min;
      case 'max':
        return this.#max;
    }
  }
}
