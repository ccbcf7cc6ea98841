/** Pseudo-random choices; the same seed and case always give the same choices. */
export interface Random {
  /** Returns a whole number from 0 up to, not including, `end`. */
  below(end: number): number;
  /** Returns a whole number from `min` to `max`, both included. */
  between(min: number, max: number): number;
  chance(probability: number): boolean;
  /** Returns one element. Throws RangeError if the list is empty. */
  pick<T>(list: readonly T[]): T;
  /** Returns one value, with a probability proportional to its weight. */
  weighted<T>(choices: readonly (readonly [weight: number, value: T])[]): T;
}

/** Returns the choices of case `k` of a seed: a pure function of both. */
export function randomOf(seed: number, k: number): Random {
  const next = sfc32(seed, k);
  const below = (end: number) => Math.floor(next() * end);
  const pick = <T>(list: readonly T[]): T => {
    const at = below(list.length);
    for (const element of list.slice(at, at + 1)) return element;
    throw new RangeError('nothing to pick from');
  };
  return {
    below,
    between: (min, max) => min + below(max - min + 1),
    chance: (probability) => next() < probability,
    pick,
    weighted(choices) {
      let left = next() * choices.reduce((sum, [weight]) => sum + weight, 0);
      for (const [weight, value] of choices) {
        left -= weight;
        if (left < 0) return value;
      }
      return pick(choices)[1];
    },
  };
}

/** The generator "sfc32" (Doty-Humphrey, PractRand): 128 bits of state, 0 <= x < 1. */
function sfc32(seed: number, k: number): () => number {
  let a = seed | 0;
  let b = Math.floor(seed / 2 ** 32) | 0;
  let c = k | 0;
  let counter = 1;
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let warmUp = 0; warmUp < 16; warmUp += 1) next();
  return next;
}
