import { nearest } from './nearest.ts';
import type { Hit, RuleEdit } from './rule.ts';

/** Shorter words are near to too many others. */
const SHORTEST = 3;
/** A name somebody gave may be near to another one by chance where it is shorter. */
const SHORTEST_NAME = 5;
/** Among more names nobody looks for a slip. */
const MOST_NAMES = 100;

/** The word of a vocabulary that was meant for certain; undefined where none is near, or where only numbers differ: `2h` is no slip of `1h`. */
export function meantWord(word: string, known: Iterable<string>): string | undefined {
  const meant = word.length < SHORTEST ? undefined : nearest(word, known);
  return meant === undefined || digitsOf(meant) !== digitsOf(word) ? undefined : meant;
}

/** What to say where one of the names that somebody gave was probably meant: with a fix where nothing else can have been. */
export function didYouMean(
  word: string,
  known: Iterable<string>,
  edit: (meant: string) => RuleEdit,
  sign = '',
): Pick<Hit, 'hint' | 'fix'> {
  const names: string[] = [];
  for (const name of known) if (names.push(name) >= MOST_NAMES) break;
  const meant = meantWord(word, names);
  if (meant === undefined) return {};
  const hint = `Did you mean ${sign}${meant}?`;
  if (word.length < SHORTEST_NAME) return { hint };
  return { hint, fix: { title: `Write ${sign}${meant}`, edits: [edit(meant)] } };
}

function digitsOf(word: string): string {
  return word.replace(/\D+/g, ' ').trim();
}
