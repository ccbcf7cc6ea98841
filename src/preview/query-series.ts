import type { Points } from '../evaluate/samples.ts';
import type { SeriesPart, SeriesQuery } from './ports.ts';

/** Steps of a query, from `firstStep` to before `endStep`. */
export interface StepRange {
  readonly firstStep: number;
  readonly endStep: number;
}

/** The number of values that the series of one fetch may still take. */
export interface ValueBudget {
  left: number;
}

/** The points of one query over a range of steps, which are added in parts. */
export class QuerySeries implements StepRange {
  readonly query: SeriesQuery;
  readonly firstStep: number;
  readonly endStep: number;
  /** How many groups are left out, at least. */
  cutGroups = 0;
  /** Whether the budget did not suffice. Then the series has no points, and all of it is missing. */
  isTooLarge = false;
  readonly #maxGroups: number;
  readonly #budget: ValueBudget;
  readonly #groups = new Map<string, Float64Array>();
  /** 1 for each step that was added. */
  readonly #covered: Uint8Array;

  /** Keeps the first `maxGroups` groups in alphabetical order. */
  constructor(
    query: SeriesQuery,
    { firstStep, endStep }: StepRange,
    maxGroups: number,
    budget: ValueBudget = { left: Number.POSITIVE_INFINITY },
  ) {
    this.query = query;
    this.firstStep = firstStep;
    this.endStep = endStep;
    this.#maxGroups = maxGroups;
    this.#budget = budget;
    this.#covered = new Uint8Array(endStep - firstStep);
  }

  /** Adds the points of a range. Points outside the range of this series are ignored. */
  add(part: SeriesPart, { firstStep, endStep }: StepRange): void {
    const { length } = this.#covered;
    this.#covered.fill(1, Math.max(0, firstStep - this.firstStep), Math.max(0, endStep - this.firstStep));
    const isKept = this.#keepFirst(part.groups);
    for (const [group, values] of part.groups) {
      if (!isKept(group)) continue;
      const all = this.#valuesOf(group);
      if (!all) return;
      for (let at = 0; at < values.length; at += 1) {
        const index = (part.steps[at] ?? -1) - this.firstStep;
        const value = values[at] ?? Number.NaN;
        if (index >= 0 && index < length && !Number.isNaN(value)) all[index] = value;
      }
    }
    this.cutGroups = Math.max(this.cutGroups, part.cutGroups);
  }

  /** Returns the ranges that were not added, within a range. */
  missing({ firstStep, endStep }: StepRange = this): StepRange[] {
    if (this.isTooLarge) return [{ firstStep, endStep }];
    const ranges: StepRange[] = [];
    const end = Math.min(endStep, this.endStep) - this.firstStep;
    let start = this.#covered.indexOf(0, Math.max(0, firstStep - this.firstStep));
    while (start !== -1 && start < end) {
      const next = this.#covered.indexOf(1, start);
      const stop = next === -1 ? end : Math.min(next, end);
      ranges.push({ firstStep: this.firstStep + start, endStep: this.firstStep + stop });
      start = this.#covered.indexOf(0, stop);
    }
    return ranges;
  }

  /** Returns the points of a range. */
  part({ firstStep, endStep }: StepRange): SeriesPart {
    const [from, to] = [firstStep - this.firstStep, endStep - this.firstStep];
    const own = [...this.#groups].map(([group, values]) => [group, values.subarray(from, to)] as const);
    const sampled = new Uint8Array(to - from);
    for (const [, values] of own)
      for (let at = 0; at < values.length; at += 1) if (!Number.isNaN(values[at])) sampled[at] = 1;
    const offsets = Int32Array.from(sampled.keys().filter((at) => sampled[at] === 1));
    const groups = own.flatMap(([group, values]) => {
      const found = Float64Array.from(offsets, (at) => values[at] ?? Number.NaN);
      return found.every(Number.isNaN) ? [] : [[group, found] as const];
    });
    return {
      steps: Float64Array.from(offsets, (at) => firstStep + at),
      groups: new Map(groups),
      cutGroups: this.cutGroups,
    };
  }

  /** Returns the times of the steps, UNIX seconds. */
  times(): Float64Array {
    const { pointS } = this.query;
    return Float64Array.from(this.#covered, (_, at) => (this.firstStep + at) * pointS);
  }

  /** Returns the points of each group. `times` are those of the steps, which series can share. */
  points(times: Float64Array): ReadonlyMap<string, Points> {
    return new Map([...this.#groups].map(([group, values]) => [group, { times, values }]));
  }

  /** Deletes the groups beyond the limit after `added` are added. Returns which groups are kept. */
  #keepFirst(added: ReadonlyMap<string, unknown>): (group: string) => boolean {
    const all = new Set([...this.#groups.keys(), ...added.keys()]);
    const excess = all.size - this.#maxGroups;
    if (excess <= 0) return () => true;
    this.cutGroups = Math.max(this.cutGroups, excess);
    const kept = new Set([...all].sort().slice(0, this.#maxGroups));
    for (const group of this.#groups.keys()) if (!kept.has(group)) this.#delete(group);
    return (group) => kept.has(group);
  }

  /** Returns the values of a group, which are missing at first; undefined if the budget does not suffice. */
  #valuesOf(group: string): Float64Array | undefined {
    const { length } = this.#covered;
    const before = this.#groups.get(group);
    if (before) return before;
    if (this.isTooLarge || this.#budget.left < length) {
      this.isTooLarge = true;
      for (const one of this.#groups.keys()) this.#delete(one);
      return undefined;
    }
    this.#budget.left -= length;
    const values = new Float64Array(length).fill(Number.NaN);
    this.#groups.set(group, values);
    return values;
  }

  #delete(group: string): void {
    this.#groups.delete(group);
    this.#budget.left += this.#covered.length;
  }
}
