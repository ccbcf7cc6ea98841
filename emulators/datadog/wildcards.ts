/** One place of a pattern: a character, any one character, or any number of them. */
export type WildcardPart = { readonly character: string } | 'one' | 'many';

/** Which part of a text must match: all of it, a run of whole words, or any part. */
export type WildcardScope = 'whole' | 'words' | 'anywhere';

const WORD = /\w/;

/** Reads `*` and `?` as wildcards, and any other character as itself. */
export function wildcardParts(pattern: string): WildcardPart[] {
  return [...pattern].flatMap((character) =>
    character === '*' ? ['many'] : character === '?' ? ['one'] : plainParts(character),
  );
}

/** The characters of a text, none of them a wildcard. */
export function plainParts(text: string): WildcardPart[] {
  return text.split('').map((character) => ({ character }));
}

/**
 * Whether a text matches a pattern; case counts. All states of the pattern are followed at once, so the time grows with
 * the product of both lengths, and not with a power of the text's length as that of a regular expression with several `.*`.
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
