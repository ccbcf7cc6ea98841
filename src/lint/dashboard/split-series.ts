const OPENING = new Set(['(', '{', '[']);
const CLOSING = new Set([')', '}', ']']);

/** Splits the older field `q` into its queries at commas outside brackets and quotes. */
export function splitSeries(text: string): { readonly at: number; readonly text: string }[] {
  const parts: { at: number; text: string }[] = [];
  let from = 0;
  let depth = 0;
  let quote = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (quote !== '') {
      if (character === '\\') at += 1;
      else if (character === quote) quote = '';
    } else if (character === '"' || character === "'") quote = character;
    else if (OPENING.has(character)) depth += 1;
    else if (CLOSING.has(character)) depth = Math.max(0, depth - 1);
    else if (character === ',' && depth === 0) {
      parts.push({ at: from, text: text.slice(from, at) });
      from = at + 1;
    }
  }
  return [...parts, { at: from, text: text.slice(from) }];
}
