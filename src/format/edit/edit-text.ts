import { lineStart } from '../blanks.ts';
import { beforeNewlines, text as blockText } from '../encode-yaml.ts';
import { StringOffsets } from '../text-offset.ts';
import type { Site, Source } from './site.ts';
import type { Splice } from '../../domain/splice.ts';
import { onOneLine, pieceIn, standsPlain, styleAt, type TextStyle } from './text-style.ts';
import { quoted } from './print-value.ts';

/** A replaced range of a string, in UTF-16 units of its value. */
export interface Range {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** A string before and after a change, and the changed ranges, last first. */
export interface TextChange {
  readonly before: string;
  readonly after: string;
  readonly ranges: readonly Range[];
}

/** Edits a string in its current style if that can express the change, else rewrites it. */
export function editText(source: Source, site: Site, change: TextChange): Splice[] | undefined {
  if (!site.place) return undefined;
  const style = styleAt(source.format, source.text, site.place.offset);
  return (
    (keepsStyle(style, change, site.flow) && inPlace(source, site, change, style)) || [
      rewritten(source, site, change, style),
    ]
  );
}

/** Rewrites a string in double quotes on one line, which can express every string. */
export function requoted(
  { text, newline }: Source,
  { place }: Site,
  { after }: TextChange,
): Splice[] | undefined {
  if (!place) return undefined;
  const lost = '|>'.includes(text.charAt(place.offset)) && text.slice(0, place.end).endsWith('\n');
  return [{ from: place.offset, to: place.end, text: `${quoted(after)}${lost ? newline : ''}` }];
}

function inPlace(
  source: Source,
  { place }: Site,
  change: TextChange,
  style: TextStyle,
): Splice[] | undefined {
  if (!place) return undefined;
  const { text, format, newline } = source;
  const offsets = new StringOffsets({ source: text, format, start: place.offset, value: change.before });
  const splices: Splice[] = [];
  for (const { from, to, text: piece } of change.ranges) {
    const [start, end] = [from, to].map((at) => offsets.inSource(at));
    if (start === undefined || end === undefined || start < place.offset || end < start) return undefined;
    // Only lines of a block need their indentation. Finding it reads the whole line, so other styles skip it.
    const indent = style === 'literal' ? indentAt(text, start) : '';
    const put = pieceIn(style, piece, newline, indent);
    if (put === undefined) return undefined;
    splices.push({ from: start, to: end, text: put });
  }
  return splices;
}

function indentAt(text: string, offset: number): string {
  const line = lineStart(text, offset);
  let end = line;
  while (end < offset && text.charAt(end) === ' ') end++;
  return text.slice(line, end);
}

/** Returns whether the changed string can keep its style. */
function keepsStyle(style: TextStyle, { before, after, ranges }: TextChange, flow: boolean): boolean {
  if (style === 'plain') return standsPlain(after.replaceAll('\n', ' '), flow);
  if (style === 'literal') return /^\S/.test(after) && endOf(after) === endOf(before);
  if (style === 'folded')
    return (
      /^\S/.test(after) &&
      endOf(after) === endOf(before) &&
      !ranges.some(({ from, to }) => before.slice(from, to).includes('\n'))
    );
  return true;
}

function endOf(value: string): string {
  return value.slice(beforeNewlines(value));
}

function rewritten(source: Source, { place, flow }: Site, { after }: TextChange, style: TextStyle): Splice {
  const { text, format, newline } = source;
  const at = place ?? source.root;
  const several = after.includes('\n');
  const indent = ' '.repeat(at.name - lineStart(text, at.name) + 2);
  const put =
    several && format === 'yaml' && !flow && style !== 'double'
      ? blockText(after, indent).replaceAll('\n', newline)
      : onOneLine(format, style, after, flow);
  return { from: at.offset, to: at.end, text: put };
}
