import type { Violation, RuleEdit } from './rule.ts';

/** The maximum edit distance of a typo. */
export const MAX_DISTANCE = 2;
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
export function distanceWithin(a: string, b: string, bound: number): number {
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

/** The minimum length of a word that gets a suggestion. Shorter words are similar to too many others. */
const MIN_LENGTH = 3;
/** The minimum length of a user-defined name that gets a fix. Shorter names are often similar by chance. */
const MIN_NAME_LENGTH = 5;
/** The maximum number of names that are compared with an unknown one. */
const MAX_NAMES = 100;

/** Returns the known word of which a word is certainly a typo, or undefined. Numbers must match: `2h` is not a typo of `1h`. */
export function suggestWord(word: string, known: Iterable<string>): string | undefined {
  const meant = word.length < MIN_LENGTH ? undefined : nearest(word, known);
  return meant === undefined || digitsOf(meant) !== digitsOf(word) ? undefined : meant;
}

/** Returns a hint that suggests a user-defined name, and a fix if the unknown name is long enough. */
export function didYouMean(
  word: string,
  known: Iterable<string>,
  edit: (meant: string) => RuleEdit,
  prefix = '',
): Pick<Violation, 'hint' | 'fix'> {
  const names: string[] = [];
  for (const name of known) if (names.push(name) >= MAX_NAMES) break;
  const meant = suggestWord(word, names);
  if (meant === undefined) return {};
  const hint = `Did you mean ${prefix}${meant}?`;
  if (word.length < MIN_NAME_LENGTH) return { hint };
  return { hint, fix: { title: `Change to ${prefix}${meant}`, edits: [edit(meant)] } };
}

/** Returns the numbers in a word. Words with different numbers are no typos of each other. */
export function digitsOf(word: string): string {
  return word.replace(/\D+/g, ' ').trim();
}
