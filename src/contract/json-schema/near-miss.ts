/** In names of at least this length, a character that is replaced by two others is a misspelling too. */
const MIN_LONG = 6;

/**
 * Returns a pattern that matches the misspellings of names: one character is missing, added or wrong, or two adjacent ones are
 * swapped; in long names, one is replaced by two. It may match the names themselves. It has no lookaround and no unlimited
 * repetition, so that every dialect of regular expressions supports it, in linear time. The names have no special characters.
 */
export function nearMisses(names: Iterable<string>): string {
  const patterns = [...names]
    .filter((name) => name.length > 1)
    .map((name) => misspelt(name, name.length >= MIN_LONG));
  return `^(?:${patterns.join('|')})$`;
}

/** Returns the pattern of the ends of a name with one mistake: the mistake is at the first character, or in the rest. */
function misspelt(end: string, isLong: boolean): string {
  const [first, rest] = [end.charAt(0), end.slice(1)];
  const atFirst = isLong ? [`.{0,2}${rest}`] : [`.?${rest}`, `.${end}`];
  if (rest === '') return `(?:${[...atFirst, ...(isLong ? [] : [`${first}.`])].join('|')})`;
  const second = rest.charAt(0);
  const swapped = first === second ? [] : [second + first + rest.slice(1)];
  return `(?:${[...atFirst, ...swapped, first + misspelt(rest, isLong)].join('|')})`;
}
