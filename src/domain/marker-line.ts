import { lowerCase, visible } from './normalised-tag.ts';

const LINE = 'Managed by Birddog: ';
/** Separates the marker line from the description. */
const GAP = '\n\n';
/** The beginning of a line that could be mistaken for the marker, in lower case and without spaces. */
const LOOK_ALIKE = 'managedbybirddog:';
const LINE_BREAK = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/;
/** Maximum length (UTF-16 units) of the examined part of a line. A marker is shorter. */
const MAX_EXAMINED = 400;

/** Appends the marker line to the description of a dashboard. */
export function withMarkerLine(description: string, mark: string): string {
  return `${description === '' ? '' : `${description}${GAP}`}${LINE}${mark}`;
}

/** Returns the marker in the last line if the description ends exactly as `withMarkerLine` writes it. */
export function markedLine(description: string): string | undefined {
  const at = markedFrom(description);
  return at === undefined ? undefined : description.slice(at + LINE.length);
}

/** Removes all marker lines from the end of a description. */
export function withoutMarkerLine(description: string): string {
  let text = description;
  for (let at = markedFrom(text); at !== undefined; at = markedFrom(text))
    text = text.slice(0, Math.max(0, at - GAP.length));
  return text;
}

/** Returns the offset of the marker line. */
function markedFrom(text: string): number | undefined {
  const at = text.lastIndexOf('\n') + 1;
  return text.startsWith(LINE, at) && (at === 0 || text.endsWith(GAP, at)) ? at : undefined;
}

/**
 * Returns the markers in the lines at the end of a description that are or look like marker lines, the last one first.
 * Ignores case, spaces, invisible characters and blank lines, because Datadog or a person who edits the text may change
 * them.
 */
export function markerLinesAtEnd(description: string): string[] {
  const marks: string[] = [];
  for (const line of description.split(LINE_BREAK).toReversed()) {
    const trimmed = line.trim();
    const text = trimmed === '' ? '' : compact(trimmed.slice(0, MAX_EXAMINED));
    if (text === '') continue;
    if (!text.startsWith(LOOK_ALIKE)) break;
    marks.push(text.slice(LOOK_ALIKE.length));
  }
  return marks;
}

function compact(line: string): string {
  return lowerCase(visible(line.normalize('NFKC')).replace(/\s+/gu, ''));
}
