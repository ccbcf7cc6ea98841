import type { Position } from '../domain/finding.ts';
import type { Json } from '../domain/json.ts';
import { pointerSteps, type Pointer, valueAt } from '../domain/pointer.ts';
import { afterLineEnd, lineEnd } from './blanks.ts';
import type { Format, Span } from './decoded.ts';
import { StringOffsets } from './text-offset.ts';

/** The position of a value in the text, and those of its parts. Offsets in UTF-16 units. */
export interface Place {
  /** Where the value begins; where nothing is written for it, its name or dash. */
  readonly offset: number;
  /** Behind the value's last character; `offset` for a table of TOML whose members stand on lines of their own. */
  end: number;
  /** Start of the whole field or element: its name, its dash or the header of its table. */
  name: number;
  /** Offset after the colon, the dash or the header. Greater than `offset` if there is no value, and for a table with a header. */
  valueFrom: number;
  /** Where the last part of a dotted name of TOML begins. */
  part?: number;
  children?: Map<string, Place>;
}

/** What a reader gives: the value, and on demand the places of all its parts (a second reading of the text). */
export interface Reading {
  readonly value: Json;
  places(): Place;
}

/** The place of a value that begins at an offset; the rest becomes known as it is read. */
export function placeAt(offset: number, name = offset): Place {
  return { offset, end: offset, name, valueFrom: offset };
}

/** Notes where the value of a member or item begins, and its name. */
export function addPlace(parent: Place, step: string | number, offset: number, name = offset): Place {
  const place = placeAt(offset, name);
  parent.children ??= new Map();
  parent.children.set(String(step), place);
  return place;
}

/** Where values stand in `source`, and stretches of those that are texts; places are read when first asked for. */
export function locator(
  source: string,
  format: Format,
  { value: whole, places }: Reading,
): (pointer: Pointer, at?: number, to?: number) => Span {
  const positionAt = positionsIn(source);
  const strings = new WeakMap<Place, StringOffsets>();
  let root: Place | undefined;
  return (pointer, at, to) => {
    root ??= places();
    let place = root;
    for (const step of pointerSteps(pointer)) {
      const child = place.children?.get(step);
      if (!child) return { start: positionAt(place.offset) };
      place = child;
    }
    const { offset } = place;
    const value = valueAt(whole, pointer);
    const within = (inner: number | undefined, otherwise: number) => {
      if (inner === undefined || typeof value !== 'string') return otherwise;
      const offsets = strings.get(place) ?? new StringOffsets({ source, format, start: offset, value });
      strings.set(place, offsets);
      return offsets.inSource(inner);
    };
    const start = within(at, offset);
    const end =
      typeof value === 'object' && value !== null ? start : at === undefined ? place.end : within(to, start);
    return { start: positionAt(start), ...(end > start ? { end: positionAt(end) } : {}) };
  };
}

/** Line and column of offsets in `text`, both from 1. Lines end with LF, CR LF or CR, as in editors. */
export function positionsIn(text: string): (offset: number) => Position {
  let starts: Uint32Array | undefined;
  return (offset) => {
    starts ??= lineStarts(text);
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };
}

/** Where each line begins: first counted, then noted, so that many short lines take little memory. */
function lineStarts(text: string): Uint32Array {
  let lines = 1;
  for (let at = afterLine(text, 0); at > 0; at = afterLine(text, at)) lines++;
  const starts = new Uint32Array(lines);
  let [line, start] = [1, afterLine(text, 0)];
  for (; start > 0; start = afterLine(text, start)) starts[line++] = start;
  return starts;
}

/** Where the line after the one at `from` begins; -1 behind the last one. */
function afterLine(text: string, from: number): number {
  const end = lineEnd(text, from);
  return end < text.length ? afterLineEnd(text, end) : -1;
}
