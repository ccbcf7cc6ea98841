import { isObject, type Json } from '../../domain/json.ts';
import { afterLineEnd, beginsLine, lineStart, restOfLine } from '../blanks.ts';
import { line, node } from '../encode-yaml.ts';
import type { Place } from '../place.ts';
import type { Site, Source } from './site.ts';
import type { Splice } from '../../domain/splice.ts';

/** Adds a field or element after the last one of a block, on separate lines. */
export function addInBlock(
  source: Source,
  { holder, siblings, step }: Site,
  value: Json,
): Splice[] | undefined {
  const { text, newline } = source;
  const last = siblings.at(-1);
  const first = siblings[0];
  if (!holder || !last || !first) return undefined;
  const indent = ' '.repeat(first.name - lineStart(text, first.name));
  const isList = text.charAt(first.name) === '-' && first.valueFrom === first.name + 1;
  const inner = node(value, `${indent}  `);
  const below = isList && inner.startsWith('\n') ? ` ${inner.slice(1 + indent.length + 2)}` : inner;
  const put = `${indent}${isList ? '-' : `${line(step)}:`}${below}`.replaceAll('\n', newline);
  const at = restOfLine(text, last.end);
  return at === undefined ? undefined : [{ from: at, to: at, text: `${newline}${put}` }];
}

/** Replaces a value in a block. */
export function replaceInBlock(source: Source, { place, holder }: Site, value: Json): Splice[] | undefined {
  if (!place) return undefined;
  const { text, newline } = source;
  if (!holder) return [{ from: place.offset, to: place.end, text: node(value, '').trimStart() }];
  const indent = ' '.repeat(place.name - lineStart(text, place.name));
  const put = node(value, `${indent}  `).replaceAll('\n', newline);
  const isBlock = isObject(value) || Array.isArray(value);
  const sameLine = !text.slice(place.valueFrom, place.offset).includes('\n');
  // An anchor or tag before a value on the same line is kept.
  const from = sameLine && !isBlock && place.offset > place.valueFrom ? place.offset : place.valueFrom;
  const between = text.slice(from, place.offset);
  if (isBlock && isCommentOnly(between)) {
    // The comments stay between the name and the value.
    const column = ' '.repeat(place.offset - lineStart(text, place.offset));
    const block = node(value, column).trimStart().replaceAll('\n', newline);
    return [{ from: place.offset, to: place.end, text: block }];
  }
  if (between.trim() !== '') return undefined;
  return [{ from, to: Math.max(from, place.end), text: from === place.offset ? put.trimStart() : put }];
}

/** Returns whether a text consists of comments and blanks, with at least one comment. */
function isCommentOnly(text: string): boolean {
  const lines = text.split('\n').map((one) => one.trim());
  return text.includes('#') && lines.every((one) => one === '' || one.startsWith('#'));
}

/** Removes a field or element from a block, with its lines and trailing comment. Removing the last one leaves empty brackets. */
export function removeInBlock(source: Source, { holder, siblings, place }: Site): Splice[] | undefined {
  if (!holder || !place) return undefined;
  const { text } = source;
  if (siblings.length === 1) return emptied(source, holder, place);
  const end = restOfLine(text, place.end);
  if (end === undefined) return undefined;
  if (beginsLine(text, place.name)) {
    const from = lineStart(text, place.name);
    const to = afterLineEnd(text, end);
    // If the last line has no line break, the preceding line break is removed instead.
    return to === text.length && to === end && from > 0
      ? [{ from: text.charAt(from - 2) === '\r' ? from - 2 : from - 1, to, text: '' }]
      : [{ from, to, text: '' }];
  }
  let to = afterLineEnd(text, end);
  while (text.charAt(to) === ' ') to++;
  return [{ from: place.name, to, text: '' }];
}

function emptied({ text }: Source, holder: Place, only: Place): Splice[] {
  const put = text.charAt(only.name) === '-' && only.valueFrom === only.name + 1 ? '[]' : '{}';
  if (holder.valueFrom >= holder.offset) return [{ from: holder.offset, to: holder.end, text: put }];
  const blank = text.slice(holder.valueFrom, holder.offset).trim() === '';
  // Brackets below a comment are indented, because the items of a list may begin at the column of its name.
  return [{ from: blank ? holder.valueFrom : holder.offset, to: holder.end, text: ` ${put}` }];
}
