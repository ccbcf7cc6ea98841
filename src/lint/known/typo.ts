import { digitsOf, distanceWithin, MAX_DISTANCE } from '../nearest.ts';
import type { Violation } from '../rule.ts';
import type { NearName } from './name-index.ts';

/** A word has more letters than this for each edit: `fsx` is not a typo of `efs`. */
const LETTERS_PER_EDIT = 3;

/** The minimum length of the word that an edit changes, by the number of edits: `sol` is not a typo of `slo`. */
const MIN_LETTERS: readonly number[] = [0, 4, 5];

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
  const { edits, letters, end } = differenceOf(name, known, distance);
  const group = name.indexOf('.', name.length - end);
  if (group !== -1 && hasGroup(name.slice(0, group))) return false;
  return letters > LETTERS_PER_EDIT * edits;
}

/** Returns whether a word is a typo of a known one: `prot` or `ports` of `port`. */
export function isTypoOfWord(word: string, known: string): boolean {
  if (Math.abs(word.length - known.length) > MAX_DISTANCE) return false;
  const distance = distanceWithin(word, known, MAX_DISTANCE);
  return distance <= MAX_DISTANCE && isTypo(word, { name: known, distance }, () => false);
}

/**
 * Returns whether a word is within two edits of a known one and long enough not to be another name. Case and separators do
 * not matter; numbers must match. Unlike `isTypoOfWord`, it is meant for short tables of names that users rarely invent.
 */
function isMisspelt(word: string, known: string): boolean {
  if (Math.abs(word.length - known.length) > MAX_DISTANCE || digitsOf(word) !== digitsOf(known)) return false;
  const [a, b] = [word.toLowerCase(), known.toLowerCase()];
  const distance = distanceWithin(a, b, MAX_DISTANCE);
  if (distance > MAX_DISTANCE) return false;
  if (withoutSeparators(a) === withoutSeparators(b)) return true;
  const { edits, letters } = differenceOf(a, b, distance);
  return letters >= (MIN_LETTERS[edits] ?? 0);
}

/** Returns the severity `warning` for a word that may be newer than Birddog rather than a typo of the closest known one. */
export function warningUnlessMisspelt(
  word: string,
  closest: string | undefined,
): Pick<Violation, 'severity'> {
  return closest !== undefined && isMisspelt(word, closest) ? {} : { severity: 'warning' };
}

/**
 * Returns how a name differs from a known one: the edits, of which a swap of two letters is one; the letters of the known words that
 * they change; and the length of the common end.
 */
function differenceOf(name: string, known: string, distance: number) {
  const from = commonPrefix(name, known);
  const end = commonSuffix(name, known, from);
  const isSwapped = isSwap(name.slice(from, name.length - end), known.slice(from, known.length - end));
  return {
    edits: isSwapped ? 1 : distance,
    letters: wordAround(known, from, known.length - end),
    end,
  };
}

/** Returns whether two strings are two letters in different order. */
function isSwap(a: string, b: string): boolean {
  return a.length === 2 && b.length === 2 && a.charAt(0) === b.charAt(1) && a.charAt(1) === b.charAt(0);
}

function withoutSeparators(name: string): string {
  return name.replace(/[._ -]/g, '').toLowerCase();
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
  return character === '.' || character === '_' || character === ' ' || character === '-';
}
