/** A part of a text, and its first line, counted from 0. */
export interface TextPart {
  readonly text: string;
  readonly line: number;
}

/** A document marker. YAML does not allow one inside quotes. */
const MARKER = /(?<=^|[\r\n])(---|\.\.\.)(?=[ \t\r\n]|$)/g;
/** Content other than white space, comments, directives and markers. */
const CONTENT = /(?:^|[\r\n])(?!(?:---|\.\.\.)[ \t]*(?:[\r\n]|$|(?<=[ \t])#)|%)[ \t]*[^\s#]/;

/**
 * Splits a YAML stream into its documents, each starting with its marker. The joined parts equal the text.
 */
export function splitYaml(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let [start, line, opened] = [0, 0, false];
  const end = (at: number) => {
    if (at === start) return;
    const part = text.slice(start, at);
    parts.push({ text: part, line });
    line += part.match(/\r\n|\n|\r/g)?.length ?? 0;
    start = at;
  };
  for (const { 1: marker, index } of text.matchAll(MARKER)) {
    if (marker === '...') {
      const next = /\r\n|\n|\r/g;
      next.lastIndex = index;
      end(next.exec(text) ? next.lastIndex : text.length);
      opened = false;
      continue;
    }
    if (opened || CONTENT.test(text.slice(start, index))) end(index);
    opened = true;
  }
  end(text.length);
  return parts.length === 0 ? [{ text, line: 0 }] : parts;
}

/** Returns whether a part of a stream contains a value. */
export function hasContent(part: string): boolean {
  return CONTENT.test(part);
}
