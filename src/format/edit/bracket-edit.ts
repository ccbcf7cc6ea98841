import { isObject, type Json } from '../../domain/json.ts';
import { afterBlanks, afterLineEnd, afterText, beginsLine, lineStart, restOfLine } from '../blanks.ts';
import type { Place } from '../place.ts';
import type { Site, Source } from './site.ts';
import type { Splice } from '../../domain/splice.ts';
import { inlineMember, inlineValue } from './print-value.ts';

/** Adds a field or element after the last one of a bracketed object or list, in its notation. */
export function addInBrackets(
  source: Source,
  { holder, siblings, step }: Site,
  value: Json,
): Splice[] | undefined {
  if (!holder) return undefined;
  const { text, format } = source;
  const last = siblings.at(-1);
  const inObject = text.charAt(holder.offset) === '{';
  const tight = last !== undefined && inObject && format !== 'toml' && isTight(text, last);
  const put = inObject ? inlineMember(format, step, value, tight) : inlineValue(format, value);
  if (put === undefined) return undefined;
  if (!last) return [intoEmpty(source, holder, put, inObject)];
  const ownLine = beginsLine(text, last.name);
  const before = ownLine
    ? source.newline + text.slice(lineStart(text, last.name), last.name)
    : tight
      ? ''
      : ' ';
  const comma = afterBlanks(text, last.end);
  const trailing = text.charAt(comma) === ',';
  const end = trailing ? comma + 1 : last.end;
  const behind = (ownLine ? restOfLine(text, end) : undefined) ?? end;
  if (trailing) return [{ from: behind, to: behind, text: `${before}${put},` }];
  if (behind === end) return [{ from: end, to: end, text: `,${before}${put}` }];
  return [
    { from: end, to: end, text: ',' },
    { from: behind, to: behind, text: `${before}${put}` },
  ];
}

function isTight(text: string, last: Place): boolean {
  return text.charAt(last.name) === '"' && text.charAt(last.offset - 1) === ':';
}

function intoEmpty({ text, format }: Source, { offset, end }: Place, put: string, inObject: boolean): Splice {
  const blank = text.slice(offset + 1, end - 1).trim() === '';
  const padded = format === 'toml' && inObject ? ` ${put} ` : put;
  return { from: offset + 1, to: blank ? end - 1 : offset + 1, text: blank ? padded : `${put} ` };
}

/** Removes a field or element from its brackets, with its comma, and with its line and comment if it is alone on the line. */
export function removeInBrackets(
  { text }: Source,
  { holder, siblings, place, index }: Site,
): Splice[] | undefined {
  if (!holder || !place || place.end <= place.name) return undefined;
  const [before, next] = [siblings[index - 1], siblings[index + 1]];
  const comma = afterBlanks(text, place.end);
  const trailing = text.charAt(comma) === ',';
  const end = trailing ? comma + 1 : place.end;
  const commaBefore = before && !trailing ? afterBlanks(text, before.end) : undefined;
  const line = beginsLine(text, place.name) ? restOfLine(text, end) : undefined;
  if (line !== undefined && lineStart(text, place.name) > holder.offset) {
    const own = { from: lineStart(text, place.name), to: afterLineEnd(text, line), text: '' };
    return commaBefore === undefined ? [own] : [commaAt(commaBefore), own];
  }
  if (next) {
    const to =
      text.slice(end, next.name).trim() === '' && !text.slice(end, next.name).includes('\n')
        ? next.name
        : end;
    return [{ from: place.name, to, text: '' }];
  }
  const from = commaBefore ?? (before ? afterText(text, place.name) : place.name);
  if (!text.slice(from, place.name).includes('#')) return [{ from, to: end, text: '' }];
  const own = { from: place.name, to: end, text: '' };
  return commaBefore === undefined ? [own] : [commaAt(commaBefore), own];
}

function commaAt(at: number): Splice {
  return { from: at, to: at + 1, text: '' };
}

/** Replaces a value. */
export function replaceInBrackets(source: Source, { place }: Site, value: Json): Splice[] | undefined {
  if (!place || place.end <= place.offset) return undefined;
  const { text, format } = source;
  const lines =
    (isObject(value) || Array.isArray(value)) && format === 'json' && beginsLine(text, place.name);
  const put = lines ? indented(source, place, value) : inlineValue(format, value);
  return put === undefined ? undefined : [{ from: place.offset, to: place.end, text: put }];
}

function indented({ text, newline }: Source, place: Place, value: Json): string {
  const indent = text.slice(lineStart(text, place.name), place.name);
  const unit = indent.includes('\t') ? '\t' : '  ';
  return JSON.stringify(value, undefined, unit).replaceAll('\n', `${newline}${indent}`);
}
