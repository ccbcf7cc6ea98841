/** The maximum edit distance of a typo. */
const MAX_DISTANCE = 2;
/** Longer words are user-defined names: they get no suggestion, and comparing them is slow. */
const MAX_WORD_LENGTH = 100;

/** Returns the known word closest to an unknown one, or undefined if none is close. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  if (word.length > MAX_WORD_LENGTH) return undefined;
  const lowerCase = word.toLowerCase();
  let best: string | undefined;
  let bound = MAX_DISTANCE;
  for (const candidate of known) {
    if (Math.abs(candidate.length - lowerCase.length) > bound) continue;
    const distance = distanceWithin(lowerCase, candidate.toLowerCase(), bound);
    if (distance > bound || distance >= candidate.length) continue;
    best = candidate;
    bound = distance - 1;
    if (bound < 0) break;
  }
  return best;
}

/**
 * Returns the edit distance of two words, or more than `bound` if it exceeds `bound`. The common prefix and suffix
 * are skipped, which leaves little to compare.
 */
function distanceWithin(a: string, b: string, bound: number): number {
  let from = 0;
  while (from < a.length && from < b.length && a.charCodeAt(from) === b.charCodeAt(from)) from += 1;
  let [aEnd, bEnd] = [a.length, b.length];
  while (aEnd > from && bEnd > from && a.charCodeAt(aEnd - 1) === b.charCodeAt(bEnd - 1)) {
    aEnd -= 1;
    bEnd -= 1;
  }
  const longest = Math.max(aEnd, bEnd) - from;
  if (aEnd === from || bEnd === from || bound <= 0) return longest;
  const [left, right] = [a.slice(from, aEnd), b.slice(from, bEnd)];
  const substituted = distanceWithin(left.slice(1), right.slice(1), bound - 1);
  const deleted = distanceWithin(left.slice(1), right, bound - 1);
  const inserted = distanceWithin(left, right.slice(1), bound - 1);
  return 1 + Math.min(substituted, deleted, inserted);
}
