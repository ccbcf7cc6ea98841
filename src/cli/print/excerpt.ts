import { visible, widthOf } from './visible.ts';

const TAB_WIDTH = 4;
/** Of a longer line, only this many characters are shown, starting `CONTEXT_BEFORE` characters before the range. */
const MAX_LINE_LENGTH = 160;
const CONTEXT_BEFORE = 60;

/** Returns a line as it is shown and the marks below it, from column `from` to column `to` (UTF-16 code units, from 1). */
export function excerpt(
  line: string,
  from: number,
  to: number | undefined,
): { shown: string; marks: string } {
  const [first, last] = windowOf(line, from - 1);
  const start = from - 1;
  const end = Math.max(start + 1, (to ?? 0) - 1);
  let shown = first > 0 ? '…' : '';
  let [width, before, marked, at] = [shown.length, shown.length, 0, first];
  for (const char of line.slice(first, last)) {
    const rendered = char === '\t' ? ' '.repeat(TAB_WIDTH - (width % TAB_WIDTH)) : visible(char);
    const columns = char === '\t' ? rendered.length : widthOf(rendered);
    shown += rendered;
    width += columns;
    if (at + char.length <= start) before = width;
    else if (at < end) marked += columns;
    at += char.length;
  }
  if (last < line.length) shown += '…';
  return { shown, marks: `${' '.repeat(before)}^${'~'.repeat(Math.max(0, marked - 1))}` };
}

function windowOf(line: string, at: number): [number, number] {
  if (line.length <= MAX_LINE_LENGTH) return [0, line.length];
  const first = Math.max(0, Math.min(at - CONTEXT_BEFORE, line.length - MAX_LINE_LENGTH));
  return [characterStart(line, first), characterStart(line, Math.min(line.length, first + MAX_LINE_LENGTH))];
}

/** Returns an offset that does not split a surrogate pair. */
function characterStart(line: string, at: number): number {
  const code = line.charCodeAt(at);
  return at > 0 && code >= 0xdc00 && code < 0xe000 ? at - 1 : at;
}
