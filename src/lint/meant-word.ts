import { nearest } from './nearest.ts';
import type { Hit, RuleEdit } from './rule.ts';

/** Shorter words are similar to too many others. */
const SHORTEST = 3;
/** Shorter user-defined names are often similar by chance. */
const SHORTEST_NAME = 5;
/** With more names, no suggestion is made. */
const MAX_NAMES = 100;

/** Returns the known word that was certainly meant, or undefined. Words that differ only in numbers do not count: `2h` is not a typo of `1h`. */
export function meantWord(word: string, known: Iterable<string>): string | undefined {
  const meant = word.length < SHORTEST ? undefined : nearest(word, known);
  return meant === undefined || digitsOf(meant) !== digitsOf(word) ? undefined : meant;
}

/** Returns a hint with the user-defined name that was probably meant, and a fix if it is the only candidate. */
export function didYouMean(
  word: string,
  known: Iterable<string>,
  edit: (meant: string) => RuleEdit,
  sign = '',
): Pick<Hit, 'hint' | 'fix'> {
  const names: string[] = [];
  for (const name of known) if (names.push(name) >= MAX_NAMES) break;
  const meant = meantWord(word, names);
  if (meant === undefined) return {};
  const hint = `Did you mean ${sign}${meant}?`;
  if (word.length < SHORTEST_NAME) return { hint };
  return { hint, fix: { title: `Change to ${sign}${meant}`, edits: [edit(meant)] } };
}

function digitsOf(word: string): string {
  return word.replace(/\D+/g, ' ').trim();
}
