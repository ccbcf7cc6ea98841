import type { WindowAggregation } from './condition.ts';

/** Ranges up to this length are added up directly. */
const DIRECT_LENGTH = 64;

interface Sums {
  /** The sum of the values before each index. */
  readonly before: Float64Array;
  /** The number of finite values before each index. */
  readonly counts: Int32Array;
  /** How far a difference of two sums may be from the sum of the values in order. 0 for whole numbers. */
  readonly error: number;
}

/**
 * Aggregates ranges of values in constant time on average if the ranges move forward: with prefix sums, and with a monotone
 * queue for the minimum and maximum. Values that are not finite are left out.
 */
export class RangeAggregates {
  readonly #values: Float64Array;
  #sums: Sums | undefined;
  #min: MonotoneQueue | undefined;
  #max: MonotoneQueue | undefined;

  constructor(values: Float64Array) {
    this.#values = values;
  }

  /** Returns the aggregate of a range, or NaN without values. If `mayRound`, a sum or average may be off by `error`. */
  aggregate(aggregation: WindowAggregation, from: number, to: number, mayRound: boolean): number {
    if (to - from > DIRECT_LENGTH) {
      if (aggregation === 'min') return (this.#min ??= new MonotoneQueue(this.#values, -1)).best(from, to);
      if (aggregation === 'max') return (this.#max ??= new MonotoneQueue(this.#values, 1)).best(from, to);
      this.#sums ??= sumsOf(this.#values);
      const { before, counts, error } = this.#sums;
      if (mayRound || error === 0) {
        const count = (counts[to] ?? 0) - (counts[from] ?? 0);
        const sum = (before[to] ?? 0) - (before[from] ?? 0);
        return count === 0 ? Number.NaN : aggregation === 'sum' ? sum : sum / count;
      }
    }
    return aggregation === 'avg' || aggregation === 'sum'
      ? addUp(this.#values, from, to, aggregation === 'avg')
      : bestOf(this.#values, from, to, aggregation === 'max' ? 1 : -1);
  }

  /** How far a rounded sum or average may be from the one in order; 0 if no long range was added up. */
  get error(): number {
    return this.#sums?.error ?? 0;
  }
}

/** Returns the sum or average of a range in order, or NaN without values. A Total takes longer, because it keeps all aggregates. */
function addUp(values: Float64Array, from: number, to: number, isAverage: boolean): number {
  let [sum, count] = [0, 0];
  for (let at = from; at < to; at += 1) {
    const value = values[at] ?? Number.NaN;
    if (!Number.isFinite(value)) continue;
    sum += value;
    count += 1;
  }
  if (count === 0) return Number.NaN;
  return isAverage ? sum / count : sum;
}

/** Returns the greatest value of a range (sign 1), or the least (sign -1); NaN without values. */
function bestOf(values: Float64Array, from: number, to: number, sign: 1 | -1): number {
  let best = Number.NaN;
  for (let at = from; at < to; at += 1) {
    const value = values[at] ?? Number.NaN;
    if (Number.isFinite(value) && !(value * sign <= best * sign)) best = value;
  }
  return best;
}

function sumsOf(values: Float64Array): Sums {
  const before = new Float64Array(values.length + 1);
  const counts = new Int32Array(values.length + 1);
  let [sum, total, count, isWhole] = [0, 0, 0, true];
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at] ?? Number.NaN;
    if (Number.isFinite(value)) {
      sum += value;
      total += Math.abs(value);
      count += 1;
      isWhole &&= Number.isInteger(value);
    }
    before[at + 1] = sum;
    counts[at + 1] = count;
  }
  const isExact = isWhole && total <= Number.MAX_SAFE_INTEGER;
  return { before, counts, error: isExact ? 0 : 4 * (count + 1) * Number.EPSILON * total };
}

/** The greatest value of ranges that move forward (sign 1), or the least (sign -1). */
class MonotoneQueue {
  readonly #values: Float64Array;
  readonly #sign: 1 | -1;
  /** Indexes whose values are ever less, the best first. */
  readonly #queue: Int32Array;
  #head = 0;
  #tail = 0;
  #from = 0;
  #to = 0;

  constructor(values: Float64Array, sign: 1 | -1) {
    this.#values = values;
    this.#sign = sign;
    this.#queue = new Int32Array(values.length);
  }

  /** Returns the best value of a range, or NaN without values. */
  best(from: number, to: number): number {
    if (from < this.#from || to < this.#to) this.#restart(from);
    this.#from = from;
    const [values, queue] = [this.#values, this.#queue];
    for (; this.#to < to; this.#to += 1) {
      const value = (values[this.#to] ?? Number.NaN) * this.#sign;
      if (!Number.isFinite(value)) continue;
      while (this.#tail > this.#head && (values[queue[this.#tail - 1] ?? 0] ?? 0) * this.#sign <= value)
        this.#tail -= 1;
      queue[this.#tail] = this.#to;
      this.#tail += 1;
    }
    while (this.#head < this.#tail && (queue[this.#head] ?? 0) < from) this.#head += 1;
    return this.#head < this.#tail ? (values[queue[this.#head] ?? 0] ?? Number.NaN) : Number.NaN;
  }

  #restart(from: number): void {
    this.#head = 0;
    this.#tail = 0;
    this.#to = from;
  }
}
