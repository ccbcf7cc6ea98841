import { nearest } from './nearest.ts';
import type { Violation, RuleEdit } from './rule.ts';

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

function digitsOf(word: string): string {
  return word.replace(/\D+/g, ' ').trim();
}
