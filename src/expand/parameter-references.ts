/** A part of a text: literal characters, or the name of a parameter in `${name}`. `from` and `to` are offsets in UTF-16 units. */
export type TextPart =
  | { readonly text: string }
  | { readonly name: string; readonly from: number; readonly to: number };

/** The names of parameters and variants. */
export const PARAMETER_NAME = /^[A-Za-z_][A-Za-z0-9_-]{0,79}$/;

/**
 * `$${` is an escape for `${`. A reference to an object (`${monitor:key}`) has a colon and names no parameter. Excludes `$` and
 * braces from names, so that the search for a closing brace stays linear.
 */
const PARTS = /\$\$\{|\$\{([^{}$:]*)\}/g;

/** Returns whether a text contains a reference to a parameter, or an escape. */
export function hasParts(text: string): boolean {
  return text.includes('${') && text.search(PARTS) >= 0;
}

/** Splits a text into its literal parts, without escapes, and its references to parameters. */
export function partsOfText(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const found of text.matchAll(PARTS)) {
    const [written, name] = found;
    const literal = text.slice(end, found.index) + (name === undefined ? '${' : '');
    if (literal !== '') parts.push({ text: literal });
    end = found.index + written.length;
    if (name !== undefined) parts.push({ name: name.trim(), from: found.index, to: end });
  }
  if (end < text.length) parts.push({ text: text.slice(end) });
  return parts;
}

/** Returns the name of the parameter if a text is only a reference to it. */
export function parameterIn(text: string): string | undefined {
  const [part, ...more] = partsOfText(text);
  return part && 'name' in part && more.length === 0 ? part.name : undefined;
}
