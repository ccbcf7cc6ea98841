import { visible, widthOf } from './visible.ts';

const TAB = 4;
/** Of a line longer than `LONGEST` a stretch is shown, from so much before the place. */
const LONGEST = 160;
const BEFORE = 60;

/** A line as it is shown, and the marks below it from one column to another (UTF-16 units, from 1). */
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
    const piece = char === '\t' ? ' '.repeat(TAB - (width % TAB)) : visible(char);
    const wide = char === '\t' ? piece.length : widthOf(piece);
    shown += piece;
    width += wide;
    if (at + char.length <= start) before = width;
    else if (at < end) marked += wide;
    at += char.length;
  }
  if (last < line.length) shown += '…';
  return { shown, marks: `${' '.repeat(before)}^${'~'.repeat(Math.max(0, marked - 1))}` };
}

function windowOf(line: string, at: number): [number, number] {
  if (line.length <= LONGEST) return [0, line.length];
  const first = Math.max(0, Math.min(at - BEFORE, line.length - LONGEST));
  return [whole(line, first), whole(line, Math.min(line.length, first + LONGEST))];
}

/** An offset that is not within a pair of surrogates. */
function whole(line: string, at: number): number {
  const code = line.charCodeAt(at);
  return at > 0 && code >= 0xdc00 && code < 0xe000 ? at - 1 : at;
}
