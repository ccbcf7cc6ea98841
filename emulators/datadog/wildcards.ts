/** One element of a pattern: a character, any single character, or any number of characters. */
export type WildcardPart = { readonly character: string } | 'one' | 'many';

/** Which part of a string must match: all of it, whole words, or any part. */
export type WildcardScope = 'whole' | 'words' | 'anywhere';

const WORD = /\w/;

/** Parses `*` and `?` as wildcards and any other character literally. */
export function wildcardParts(pattern: string): WildcardPart[] {
  return [...pattern].flatMap((character) =>
    character === '*' ? ['many'] : character === '?' ? ['one'] : plainParts(character),
  );
}

/** Returns the characters of a string, none of them as a wildcard. */
export function plainParts(text: string): WildcardPart[] {
  return text.split('').map((character) => ({ character }));
}

/**
 * Matches a string against a pattern; case matters. It tracks all states of the pattern at once, so the time grows with
 * the product of both lengths. A regular expression with several `.*` backtracks, at a power of the string's length.
 */
export function matchesWildcards(
  parts: readonly WildcardPart[],
  text: string,
  scope: WildcardScope,
): boolean {
  let states = new Set<number>();
  for (let at = 0; at <= text.length; at += 1) {
    if (mayBegin(text, at, scope)) states.add(0);
    for (const state of states) if (parts[state] === 'many') states.add(state + 1);
    if (states.has(parts.length) && mayEnd(text, at, scope)) return true;
    const next = new Set<number>();
    for (const state of states) {
      const part = parts[state];
      if (part === 'many') next.add(state);
      else if (part === 'one' || (part !== undefined && part.character === text[at])) next.add(state + 1);
    }
    states = next;
  }
  return false;
}

function mayBegin(text: string, at: number, scope: WildcardScope): boolean {
  if (scope === 'whole') return at === 0;
  return scope === 'anywhere' || at === 0 || !WORD.test(text.charAt(at - 1));
}

function mayEnd(text: string, at: number, scope: WildcardScope): boolean {
  if (scope === 'whole') return at === text.length;
  return scope === 'anywhere' || at === text.length || !WORD.test(text.charAt(at));
}
