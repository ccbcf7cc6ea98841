import { editedValue } from '../../domain/edits.ts';
import { type Json, sameJson } from '../../domain/json.ts';
import { type Pointer, pointerTo, valueAt } from '../../domain/pointer.ts';
import { afterBlanks, afterLineEnd, afterWhiteSpace, beginsLine, lineStart, restOfLine } from '../blanks.ts';
import { type DecodeLimits, DOCUMENT_LIMITS, type Format } from '../decoded.ts';
import type { Place } from '../place.ts';
import { furthest } from './toml-edit.ts';
import { readSource, type Site, siteOf, type Source } from './site.ts';

/** A new order of the list at a pointer: for each new index, the old index of its element. */
export interface Reordering {
  readonly pointer: Pointer;
  readonly order: readonly number[];
}

/**
 * Reorders the elements of a list, each with its notation and the comments before and after it. Returns undefined if the
 * result would not parse to the reordered list.
 */
export async function reorderItems(
  text: string,
  format: Format,
  { pointer, order }: Reordering,
  limits: DecodeLimits = DOCUMENT_LIMITS,
): Promise<string | undefined> {
  const mark = text.startsWith('\ufeff') ? '\ufeff' : '';
  const source = await readSource(text.slice(mark.length), format, limits);
  if (!source) return undefined;
  const site = siteOf(source, pointerTo(pointer, 0));
  const list = valueAt(source.value, pointer);
  if (!site?.holder || !Array.isArray(list) || site.siblings.length !== list.length) return undefined;
  if (order.toSorted((a, b) => a - b).some((at, index) => at !== index) || order.length !== list.length)
    return undefined;
  const bracketed = format === 'json' || site.flow;
  const pieces = bracketed ? piecesInBrackets(source, site) : piecesOnLines(source, site);
  const reordered = pieces && joined(pieces, order);
  if (reordered === undefined) return undefined;
  const wanted = editedValue(source.value, [{ pointer, value: order.map((at): Json => list[at] ?? null) }]);
  const read = await readSource(reordered, format, limits);
  return read && wanted !== undefined && sameJson(read.value, wanted) ? mark + reordered : undefined;
}

/** A list split into the parts that stay in place and the parts that move with each element. */
interface Pieces {
  readonly head: string;
  /** The parts that stay in place, by index: the gap before each element, and the comma after it. */
  readonly gaps: readonly string[];
  readonly commas: readonly string[];
  readonly items: readonly { readonly before: string; readonly item: string; readonly behind: string }[];
  readonly foot: string;
}

function joined({ head, gaps, commas, items, foot }: Pieces, order: readonly number[]): string {
  const parts = order.map((at, place) => {
    const { before = '', item = '', behind = '' } = items[at] ?? {};
    return `${gaps[place] ?? ''}${before}${item}${commas[place] ?? ''}${behind}`;
  });
  return head + parts.join('') + foot;
}

/** Splits elements that are on separate lines: those of a YAML block, and TOML tables. */
function piecesOnLines(source: Source, { siblings }: Site): Pieces | undefined {
  const { text, newline } = source;
  const [first] = siblings;
  if (!first || siblings.some(({ name }) => !beginsLine(text, name))) return undefined;
  const column = first.name - lineStart(text, first.name);
  const start = aboveComments(text, lineStart(text, first.name));
  let from = start;
  const gaps: string[] = [];
  const items: Pieces['items'][number][] = [];
  for (const place of siblings) {
    const end = endOfLines(text, place, column);
    const line = lineStart(text, place.name);
    if (end === undefined || afterBlanks(text, from) < line) return undefined;
    const comments = afterBlankLines(text, from, line);
    const lines = text.slice(comments, end);
    gaps.push(text.slice(from, comments));
    // The last line may lack a line break, and another element may follow it now.
    items.push({ before: '', item: /[\r\n]$/.test(lines) ? lines : lines + newline, behind: '' });
    from = end;
  }
  return { head: text.slice(0, start), gaps, commas: [], items, foot: text.slice(from) };
}

/** Returns the end of the last line of an element, including the comments below that are indented like its content. */
function endOfLines(text: string, place: Place, column: number): number | undefined {
  const last = furthest(place);
  const rest = last > 0 && text.charAt(last - 1) === '\n' ? last : restOfLine(text, last);
  if (rest === undefined) return undefined;
  let end = rest === last && text.charAt(last - 1) === '\n' ? last : afterLineEnd(text, rest);
  for (;;) {
    const comment = /^([ \t]*)#[^\n]*\n/.exec(text.slice(end, lineEnd(text, end)));
    if (!comment || (comment[1] ?? '').length <= column) return end;
    end += comment[0].length;
  }
}

/** Returns the offset after the blank lines at the start of a line. `end` is also the start of a line. */
function afterBlankLines(text: string, from: number, end: number): number {
  let line = from;
  for (;;) {
    const rest = afterWhiteSpace(text, line);
    const next = afterLineEnd(text, rest);
    if (next === rest || next > end) return line;
    line = next;
  }
}

function lineEnd(text: string, from: number): number {
  const at = text.indexOf('\n', from);
  return at < 0 ? text.length : at + 1;
}

/** Returns the start of the comments directly above a line. */
function aboveComments(text: string, line: number): number {
  let at = line;
  while (at > 0 && /^[ \t]*#/.test(text.slice(lineStart(text, at - 1), at))) at = lineStart(text, at - 1);
  return at;
}

/** Splits bracketed elements at commas. Comments move along if each element begins its own line; otherwise there are none. */
function piecesInBrackets({ text }: Source, { holder, siblings }: Site): Pieces | undefined {
  if (!holder) return undefined;
  const ownLines = siblings.every(({ name }) => beginsLine(text, name));
  const open = holder.offset + 1;
  const opening = ownLines ? restOfLine(text, open) : open;
  if (opening === undefined) return undefined;
  let from = ownLines ? afterLineEnd(text, opening) : opening;
  const head = text.slice(0, from);
  const gaps: string[] = [];
  const commas: string[] = [];
  const items: Pieces['items'][number][] = [];
  for (const { name, end } of siblings) {
    if (end <= name) return undefined;
    const before = text.slice(from, name);
    const comma = afterBlanks(text, end);
    const isComma = text.charAt(comma) === ',';
    if (isComma && text.slice(end, comma).trim() !== '') return undefined;
    const after = isComma ? comma + 1 : end;
    const rest = ownLines ? restOfLine(text, after) : after;
    if (rest === undefined || (!ownLines && before.includes('#'))) return undefined;
    gaps.push(ownLines ? '' : before);
    commas.push(isComma ? ',' : '');
    items.push({
      before: ownLines ? before : '',
      item: text.slice(name, end),
      behind: text.slice(after, ownLines ? afterLineEnd(text, rest) : rest),
    });
    from = ownLines ? afterLineEnd(text, rest) : rest;
  }
  return { head, gaps, commas, items, foot: text.slice(from) };
}
