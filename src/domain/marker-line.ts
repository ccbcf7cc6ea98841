import { lowerCase, visible } from './normalised-tag.ts';

const LINE = 'Managed by Birddog: ';
/** What separates it from the description. */
const GAP = '\n\n';
/** What a line that could be taken for the marker's begins with, in lower case and without blanks. */
const LOOK_ALIKE = 'managedbybirddog:';
const LINE_BREAK = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/;
/** How much of a line (UTF-16 units) is examined: a marker is shorter. */
const MAX_EXAMINED = 400;

/** The description of a dashboard with the marker's line at its end. */
export function withMarkerLine(description: string, mark: string): string {
  return `${description === '' ? '' : `${description}${GAP}`}${LINE}${mark}`;
}

/** What the last line says, where the description ends exactly as `withMarkerLine` makes it. */
export function markedLine(description: string): string | undefined {
  const at = markedFrom(description);
  return at === undefined ? undefined : description.slice(at + LINE.length);
}

/** The description without the marker lines that it ends with. */
export function withoutMarkerLine(description: string): string {
  let text = description;
  for (let at = markedFrom(text); at !== undefined; at = markedFrom(text))
    text = text.slice(0, Math.max(0, at - GAP.length));
  return text;
}

/** Where the marker's line begins. */
function markedFrom(text: string): number | undefined {
  const at = text.lastIndexOf('\n') + 1;
  return text.startsWith(LINE, at) && (at === 0 || text.endsWith(GAP, at)) ? at : undefined;
}

/**
 * Returns what the lines say that a description ends with and that are a marker or look like one, the last one first.
 * Case, blanks and invisible characters make no difference, nor do blank lines at the end or between: Datadog, or a person
 * who edits the text, may remove them.
 */
export function markerLinesAtEnd(description: string): string[] {
  const said: string[] = [];
  for (const line of description.split(LINE_BREAK).toReversed()) {
    const trimmed = line.trim();
    const text = trimmed === '' ? '' : compact(trimmed.slice(0, MAX_EXAMINED));
    if (text === '') continue;
    if (!text.startsWith(LOOK_ALIKE)) break;
    said.push(text.slice(LOOK_ALIKE.length));
  }
  return said;
}

function compact(line: string): string {
  return lowerCase(visible(line.normalize('NFKC')).replace(/\s+/gu, ''));
}
