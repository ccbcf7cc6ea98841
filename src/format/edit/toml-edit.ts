import { isObject, type Json } from '../../domain/json.ts';
import { pointerTo, valueAt } from '../../domain/pointer.ts';
import { afterLineEnd, lineStart, restOfLine } from '../blanks.ts';
import type { Place } from '../place.ts';
import type { Site, Source } from './site.ts';
import type { Splice } from '../../domain/splice.ts';
import { inlineMember, tomlName } from './print-value.ts';

/** Adds a field after the last one of a table whose fields are on separate lines, with the same dotted prefix. */
export function addLine(
  source: Source,
  { holder, siblings, step, path }: Site & { readonly path: readonly string[] },
  value: Json,
): Splice[] | undefined {
  if (Array.isArray(valueAt(source.value, pointerTo('', ...path)))) return addTable(source, siblings, value);
  const put = inlineMember('toml', step, value);
  if (!holder || put === undefined) return undefined;
  const { text, newline } = source;
  const last = siblings.findLast((place) => place.part !== undefined);
  if (last?.part !== undefined) {
    const at = restOfLine(text, last.end);
    if (at === undefined) return undefined;
    const indent = text.slice(lineStart(text, last.name), last.name);
    const before = text.slice(last.name, last.part);
    return [{ from: at, to: at, text: `${newline}${indent}${before}${put}` }];
  }
  if (holder.valueFrom > holder.offset) {
    const at = restOfLine(text, holder.valueFrom);
    return at === undefined ? undefined : [{ from: at, to: at, text: `${newline}${put}` }];
  }
  const at = path.length === 0 ? beforeFirstTable(text, siblings) : lineStart(text, holder.offset);
  const header = path.length === 0 ? '' : `[${path.map(tomlName).join('.')}]${newline}`;
  const gap = at < text.length ? `${newline}${newline}` : newline;
  return [{ from: at, to: at, text: `${header}${put}${gap}` }];
}

/** Appends a table to an array of tables, with the header of the last one. */
function addTable({ text, newline }: Source, siblings: readonly Place[], value: Json): Splice[] | undefined {
  const last = siblings.at(-1);
  if (!last || !isObject(value) || !text.startsWith('[[', last.name)) return undefined;
  const lines = Object.entries(value).map(([name, member]) => inlineMember('toml', name, member));
  const at = restOfLine(text, furthest(last));
  if (at === undefined || lines.includes(undefined)) return undefined;
  const header = text.slice(last.name, text.indexOf(']]', last.name) + 2);
  return [{ from: at, to: at, text: [newline, header, ...lines].join(newline) }];
}

/** Returns the offset before the first table and its comment, where top-level fields belong. */
function beforeFirstTable(text: string, tables: readonly Place[]): number {
  let at = lineStart(text, tables[0]?.offset ?? text.length);
  while (at > 0 && text.charAt(lineStart(text, at - 1)) === '#') at = lineStart(text, at - 1);
  return at;
}

/** Removes a field with its line, or a table with its header and content. */
export function removeLines({ text }: Source, { place }: Site): Splice[] | undefined {
  if (!place) return undefined;
  const last = Math.max(place.valueFrom, furthest(place));
  if (text.charAt(place.name) !== '[' && place.part === undefined) return undefined;
  const end = restOfLine(text, last);
  if (end === undefined) return undefined;
  return [{ from: lineStart(text, place.name), to: afterLineEnd(text, end), text: '' }];
}

/** Returns the end of the whole content of a field or element. */
export function furthest({ end, valueFrom, children }: Place): number {
  let max = Math.max(end, valueFrom);
  for (const child of children?.values() ?? []) max = Math.max(max, furthest(child));
  return max;
}
