import { digitsOf, distanceWithin, MAX_DISTANCE } from '../nearest.ts';
import type { NearName } from './name-index.ts';

/** A word has more letters than this for each edit: `fsx` is not a typo of `efs`. */
const LETTERS_PER_EDIT = 3;

/**
 * Returns whether a name within two edits of a known one is a typo of it rather than another name. It is not if the numbers
 * differ (`p95`, `p99`), if the words that differ are short (`rx`, `tx`), or if the differing part of the name is a group
 * that other names belong to.
 */
export function isTypo(
  name: string,
  { name: known, distance }: NearName,
  hasGroup: (group: string) => boolean,
): boolean {
  if (digitsOf(name) !== digitsOf(known)) return false;
  if (withoutSeparators(name) === withoutSeparators(known)) return true;
  const from = commonPrefix(name, known);
  const end = commonSuffix(name, known, from);
  const group = name.indexOf('.', name.length - end);
  if (group !== -1 && hasGroup(name.slice(0, group))) return false;
  const edits = isSwap(name.slice(from, name.length - end), known.slice(from, known.length - end))
    ? 1
    : distance;
  return wordAround(known, from, known.length - end) > LETTERS_PER_EDIT * edits;
}

/** Returns whether a word is a typo of a known one: `prot` or `ports` of `port`. */
export function isTypoOfWord(word: string, known: string): boolean {
  if (Math.abs(word.length - known.length) > MAX_DISTANCE) return false;
  const distance = distanceWithin(word, known, MAX_DISTANCE);
  return distance <= MAX_DISTANCE && isTypo(word, { name: known, distance }, () => false);
}

/** Returns whether two strings are two letters in different order. */
function isSwap(a: string, b: string): boolean {
  return a.length === 2 && b.length === 2 && a.charAt(0) === b.charAt(1) && a.charAt(1) === b.charAt(0);
}

function withoutSeparators(name: string): string {
  return name.replace(/[._]/g, '').toLowerCase();
}

function commonPrefix(a: string, b: string): number {
  let at = 0;
  while (at < a.length && at < b.length && a.charCodeAt(at) === b.charCodeAt(at)) at += 1;
  return at;
}

/** Returns the length of the common end of two names, not counting the first `from` characters. */
function commonSuffix(a: string, b: string, from: number): number {
  let length = 0;
  while (
    length < a.length - from &&
    length < b.length - from &&
    a.charCodeAt(a.length - 1 - length) === b.charCodeAt(b.length - 1 - length)
  )
    length += 1;
  return length;
}

/** Returns the number of letters of the words that a range touches. */
function wordAround(name: string, from: number, to: number): number {
  let [start, end] = [from, to];
  while (start > 0 && !isSeparator(name.charAt(start - 1))) start -= 1;
  while (end < name.length && !isSeparator(name.charAt(end))) end += 1;
  return withoutSeparators(name.slice(start, end)).length;
}

function isSeparator(character: string): boolean {
  return character === '.' || character === '_';
}
