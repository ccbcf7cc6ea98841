import { smallest } from '../domain/append.ts';
import { hasFill, queriesOf } from './align-terms.ts';
import { DEFAULT_FILL_S } from './choices.ts';
import type { Formula, WindowAggregation } from './condition.ts';
import { RangeAggregates } from './range-aggregates.ts';
import { type Grid, type Samples, stepFrom, Total } from './samples.ts';

/** The values of one part of a formula at every step, when all points are known. */
interface FinalValues {
  readonly values: Float64Array;
  /** The last step with a value up to each step, or -1. */
  readonly lastPresent: Int32Array;
  readonly aggregates: RangeAggregates;
}

/** Values by step: the start of each (UNIX seconds), and its value or NaN. */
export interface StepSeries {
  readonly times: Float64Array;
  readonly values: Float64Array;
}

/**
 * The values of a formula for one group, by step. What is known changes with the moment of an evaluation: a bucket may be
 * incomplete, and interpolation depends on the next point. So the values of the last steps are computed again at those moments.
 */
export class StepValues {
  readonly #grid: Grid;
  readonly #samples: readonly (Samples | undefined)[];
  readonly #terms: readonly Formula[];
  readonly #isAligned: (query: number) => boolean;
  readonly #final = new Map<Formula, FinalValues>();

  /** `samples` are by query. `terms` are the queries of the formula with their functions. */
  constructor(
    grid: Grid,
    samples: readonly (Samples | undefined)[],
    terms: readonly Formula[],
    isAligned: (query: number) => boolean,
  ) {
    this.#grid = grid;
    this.#samples = samples;
    this.#terms = terms;
    this.#isAligned = isAligned;
  }

  /** Returns whether a part has a value at a step that starts within a window. */
  hasValue(node: Formula, startS: number, endS: number, nowS: number): boolean {
    const from = this.#indexOf(startS);
    const to = this.#indexOf(endS);
    const open = this.#openStep(node, nowS);
    const { lastPresent } = this.#finalOf(node);
    if (open > from && (lastPresent[Math.min(open, to) - 1] ?? -1) >= from) return true;
    return to > open && this.#range(node, nowS, Math.max(open, from), to).some(Number.isFinite);
  }

  /**
   * Returns the aggregate of a part over the steps that start within a window, or NaN without values. If `mayRound`, it may be
   * off by `errorOf` the part.
   */
  aggregate(
    node: Formula,
    aggregation: WindowAggregation,
    startS: number,
    endS: number,
    nowS: number,
    mayRound = false,
  ): number {
    const from = this.#indexOf(startS);
    const to = this.#indexOf(endS);
    const open = this.#openStep(node, nowS);
    const { values, aggregates } = this.#finalOf(node);
    if (open >= to) return aggregates.aggregate(aggregation, from, to, mayRound);
    const total = new Total();
    total.addAll(values, from, open);
    const latest = this.#range(node, nowS, Math.max(open, from), to);
    total.addAll(latest, 0, latest.length);
    return total.result(aggregation);
  }

  /** Returns the value of a part at each step that starts within a window; NaN without one. */
  steps(node: Formula, startS: number, endS: number, nowS: number): StepSeries {
    const from = this.#indexOf(startS);
    const values = this.#range(node, nowS, from, this.#indexOf(endS));
    const { startS: originS, stepS } = this.#grid;
    return { times: values.map((_, at) => originS + (from + at) * stepS), values };
  }

  /** Returns how far a rounded aggregate of a part may be from the one in order. */
  errorOf(node: Formula): number {
    return this.#finalOf(node).aggregates.error;
  }

  /** Returns the index of the first step that starts at a time or later, within the grid. */
  #indexOf(timeS: number): number {
    return Math.max(0, Math.min(this.#grid.length, stepFrom(this.#grid, timeS)));
  }

  #finalOf(node: Formula): FinalValues {
    const known = this.#final.get(node);
    if (known) return known;
    const { length } = this.#grid;
    const values = this.#range(node, Number.POSITIVE_INFINITY, 0, length);
    const lastPresent = new Int32Array(length);
    let last = -1;
    for (let step = 0; step < length; step += 1) {
      if (Number.isFinite(values[step])) last = step;
      lastPresent[step] = last;
    }
    const final = { values, lastPresent, aggregates: new RangeAggregates(values) };
    this.#final.set(node, final);
    return final;
  }

  /** Returns the first step whose value at `nowS` may differ from the final one. */
  #openStep(node: Formula, nowS: number): number {
    const { length } = this.#grid;
    switch (node.kind) {
      case 'constant':
        return length;
      case 'query':
        return this.#samples[node.query]?.openStep(nowS) ?? length;
      case 'binary':
        return Math.min(this.#openStep(node.left, nowS), this.#openStep(node.right, nowS));
      case 'aligned':
        return smallest(this.#terms.map((term) => this.#openStep(term, nowS)));
      case 'fill':
        return node.mode === 'linear' ? this.#openLinear(node.inner, nowS) : this.#openStep(node.inner, nowS);
      case 'default_zero':
        return this.#interpolates(node.inner)
          ? this.#openLinear(node.inner, nowS)
          : this.#openStep(node.inner, nowS);
      case 'function':
      case 'change':
        return this.#openStep(node.inner, nowS);
    }
  }

  /** Linear interpolation after the last known value is not final. */
  #openLinear(inner: Formula, nowS: number): number {
    const open = Math.min(this.#openStep(inner, nowS), this.#knownEnd(nowS));
    const last = open > 0 ? (this.#finalOf(inner).lastPresent[open - 1] ?? -1) : -1;
    return last + 1;
  }

  /** Returns the index after the last step that starts before `nowS`. */
  #knownEnd(nowS: number): number {
    return Math.min(this.#grid.length, Math.max(0, stepFrom(this.#grid, nowS)));
  }

  /** Returns whether `default_zero` first interpolates a part: a gauge without its own `fill`. */
  #interpolates(inner: Formula): boolean {
    return !hasFill(inner) && queriesOf(inner).some((query) => !this.#isAligned(query));
  }

  /** Returns the values of the steps from `from` to before `to`, as known at `nowS`. */
  #range(node: Formula, nowS: number, from: number, to: number): Float64Array {
    switch (node.kind) {
      case 'constant':
        return new Float64Array(to - from).fill(node.value);
      case 'query':
        return this.#queryRange(this.#samples[node.query], nowS, from, to);
      case 'binary':
        return this.#binaryRange(node, nowS, from, to);
      case 'aligned':
        return this.#alignedRange(node.inner, nowS, from, to);
      case 'fill':
        return this.#fillRange(node, nowS, from, to);
      case 'default_zero': {
        const { inner } = node;
        const filled: Formula = this.#interpolates(inner)
          ? { kind: 'fill', mode: 'linear', limitS: DEFAULT_FILL_S, inner }
          : inner;
        return this.#range(filled, nowS, from, to).map((value) => (Number.isFinite(value) ? value : 0));
      }
      case 'function':
        return this.#range(node.inner, nowS, from, to).map((value) => finite(node.apply(value)));
      case 'change':
        return this.#changeRange(node, nowS, from, to);
    }
  }

  #queryRange(samples: Samples | undefined, nowS: number, from: number, to: number): Float64Array {
    if (!samples) return new Float64Array(to - from).fill(Number.NaN);
    const values = samples.values.slice(from, to);
    for (let step = samples.openStep(nowS); step < to; step += 1)
      if (step >= from) values[step - from] = samples.valueAt(step, nowS);
    return values;
  }

  #binaryRange(
    { operator, left, right }: Formula & { kind: 'binary' },
    nowS: number,
    from: number,
    to: number,
  ): Float64Array {
    const values = this.#range(left, nowS, from, to);
    const others = this.#range(right, nowS, from, to);
    for (let at = 0; at < values.length; at += 1)
      values[at] = calculate(operator, values[at] ?? Number.NaN, others[at] ?? Number.NaN);
    return values;
  }

  #changeRange(
    { shiftS, isPercent, inner }: Formula & { kind: 'change' },
    nowS: number,
    from: number,
    to: number,
  ): Float64Array {
    const shift = shiftS / this.#grid.stepS;
    const values = this.#range(inner, nowS, from, to);
    const first = Math.max(0, from - shift);
    const earlier = this.#range(inner, nowS, first, Math.max(first, to - shift));
    return values.map((value, at) =>
      difference(value, earlier[from + at - shift - first] ?? Number.NaN, isPercent),
    );
  }

  /** A missing value is 0 where another term has a value. */
  #alignedRange(inner: Formula, nowS: number, from: number, to: number): Float64Array {
    const values = this.#range(inner, nowS, from, to);
    if (values.every(Number.isFinite)) return values;
    for (const term of this.#terms) {
      if (term === inner) continue;
      const others = this.#range(term, nowS, from, to);
      for (let at = 0; at < values.length; at += 1)
        if (!Number.isFinite(values[at]) && Number.isFinite(others[at])) values[at] = 0;
    }
    return values;
  }

  #fillRange(
    { mode, limitS, inner }: Formula & { kind: 'fill' },
    nowS: number,
    from: number,
    to: number,
  ): Float64Array {
    const maxSteps = Math.floor(limitS / this.#grid.stepS);
    const first = Math.max(0, from - maxSteps);
    const end = mode === 'linear' ? Math.max(to, this.#knownEnd(nowS)) : to;
    const values = this.#range(inner, nowS, first, end);
    const filled = new Float64Array(to - from).fill(Number.NaN);
    let [last, next] = [-1, -1];
    for (let at = 0; at < to - first; at += 1) {
      const value = values[at] ?? Number.NaN;
      let result = value;
      if (Number.isFinite(value)) last = at;
      else if (last !== -1 && at - last <= maxSteps) {
        const before = values[last] ?? Number.NaN;
        result = mode === 'zero' ? 0 : before;
        if (mode === 'linear') {
          if (next < at) next = nextPresent(values, at + 1);
          const after = values[next] ?? before;
          result = before + ((after - before) * (at - last)) / (next - last);
        }
      }
      if (first + at >= from) filled[first + at - from] = result;
    }
    return filled;
  }
}

/** Returns the index of the next finite value, or the length. */
function nextPresent(values: Float64Array, from: number): number {
  let at = from;
  while (at < values.length && !Number.isFinite(values[at])) at += 1;
  return at;
}

/** Returns how much a value changed, as a difference or in percent of the earlier value. */
export function difference(value: number, before: number, isPercent: boolean): number {
  return finite(isPercent ? ((value - before) / before) * 100 : value - before);
}

/** Calculates with two values. A result that is not finite is missing. */
export function calculate(operator: '+' | '-' | '*' | '/', left: number, right: number): number {
  switch (operator) {
    case '+':
      return finite(left + right);
    case '-':
      return finite(left - right);
    case '*':
      return finite(left * right);
    case '/':
      return finite(left / right);
  }
}

/** Returns a value, or NaN if it is not finite. */
export function finite(value: number): number {
  return Number.isFinite(value) ? value : Number.NaN;
}
