import { FULL_WINDOW_BUCKETS_S, MAX_EMPTY_BUCKETS } from './choices.ts';
import { type Samples, stepFrom } from './samples.ts';

export interface EmptyBuckets {
  readonly bucketS: number;
  /** Ascending. The last is the one that makes the window not full, if it is not full. */
  readonly empty: readonly number[];
}

/** The buckets of a full window. */
export class FullWindow {
  readonly #bucketS: number;

  /** `unit` is the unit of the window as written, and `stepS` the longest step. */
  constructor(unit: string, stepS: number) {
    this.#bucketS = Math.max(FULL_WINDOW_BUCKETS_S.get(unit) ?? 60, stepS);
  }

  /**
   * Returns whether a window is full: the first bucket has points, and few others have none. `required` are the samples that
   * must each have a point in a bucket; if there are none, any of `others` is enough.
   */
  isFull(
    required: readonly (Samples | undefined)[],
    others: readonly (Samples | undefined)[],
    startS: number,
    endS: number,
    nowS: number,
  ): boolean {
    // Windows without any gap are frequent.
    const dense = (samples: Samples | undefined) => isDense(samples, startS, endS, nowS);
    if (required.length > 0 ? required.every(dense) : others.some(dense)) return true;
    const { empty } = this.buckets(required, others, startS, endS, nowS);
    return empty[0] !== startS && empty.length <= MAX_EMPTY_BUCKETS;
  }

  /** Returns the length of the buckets, and the start of each empty one. Seconds and UNIX seconds. */
  buckets(
    required: readonly (Samples | undefined)[],
    others: readonly (Samples | undefined)[],
    startS: number,
    endS: number,
    nowS: number,
  ): EmptyBuckets {
    const empty: number[] = [];
    for (let bucketS = startS; bucketS < endS; bucketS += this.#bucketS) {
      const toS = Math.min(bucketS + this.#bucketS, endS);
      const hasPoint = (samples: Samples | undefined) => {
        if (!samples) return false;
        const [from, to] = [stepFrom(samples.grid, bucketS), stepFrom(samples.grid, toS)];
        return samples.hasSample(from, to, nowS);
      };
      if (required.length > 0 ? required.every(hasPoint) : others.some(hasPoint)) continue;
      empty.push(bucketS);
      // More do not matter.
      if (bucketS === startS || empty.length > MAX_EMPTY_BUCKETS) break;
    }
    return { bucketS: this.#bucketS, empty };
  }
}

function isDense(samples: Samples | undefined, startS: number, endS: number, nowS: number): boolean {
  return samples?.isDense(stepFrom(samples.grid, startS), stepFrom(samples.grid, endS), nowS) === true;
}
