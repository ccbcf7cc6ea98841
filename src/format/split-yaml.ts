/** A part of a text: from where, in UTF-16 units, and on which line, from 0. */
export interface TextPart {
  readonly text: string;
  readonly line: number;
}

/** A line that begins or ends a document, wherever it stands but in quotes, where YAML forbids it. */
const MARKER = /(?<=^|[\r\n])(---|\.\.\.)(?=[ \t\r\n]|$)/g;
/** Something else than blanks, comments, directives and the markers themselves. */
const CONTENT = /(?:^|[\r\n])(?!(?:---|\.\.\.)[ \t]*(?:[\r\n]|$|(?<=[ \t])#)|%)[ \t]*[^\s#]/;

/**
 * The documents of a YAML stream, as they stand, each from its marker on.
 * Joined, all parts are the text again.
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

/** Whether a part of a stream has a value written in it. */
export function hasContent(part: string): boolean {
  return CONTENT.test(part);
}
