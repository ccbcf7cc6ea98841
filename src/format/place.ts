import type { PartOfValue, Position } from '../domain/finding.ts';
import type { Json } from '../domain/json.ts';
import { arrayIndex, pointerSteps, type Pointer, valueAt } from '../domain/pointer.ts';
import { afterLineEnd, lineEnd } from './blanks.ts';
import type { Format, Span } from './decoded.ts';
import { StringOffsets } from './text-offset.ts';

/**
 * The position of a value in the text, and those of its parts. Offsets in UTF-16 units. A large document has a million of
 * these, so all fields are set at once, and parts are a linked list.
 */
export class Place {
  /** The start of the value, or of its name or dash if the value is empty. */
  readonly offset: number;
  /** The end of the value, exclusive; `offset` for a TOML table whose fields are on separate lines. */
  end: number;
  /** Start of the whole field or element: its name, its dash or the header of its table. */
  name: number;
  /** Offset after the colon, the dash or the header. Greater than `offset` if there is no value, and for a table with a header. */
  valueFrom: number;
  /** The start of the last part of a dotted TOML key. */
  part: number | undefined = undefined;
  children: Children | undefined = undefined;
  /** Its name in an object, or its index in a list. */
  readonly step: string | number;
  /** The next part of the same list or object. */
  next: Place | undefined = undefined;

  constructor(step: string | number, offset: number, name: number) {
    this.step = step;
    this.offset = offset;
    this.end = offset;
    this.name = name;
    this.valueFrom = offset;
  }
}

/** Lists and objects with more parts than this get an index when one is looked up. */
const MAX_UNINDEXED = 8;

/** The places of the parts of a list or object, in the order of the text. */
class Children {
  readonly #first: Place;
  #last: Place;
  #size = 1;
  /** Of a list by number, of an object by name. */
  #index: Place[] | Map<string | number, Place> | undefined = undefined;

  constructor(first: Place) {
    this.#first = first;
    this.#last = first;
  }

  add(place: Place): void {
    this.#last.next = place;
    this.#last = place;
    this.#size += 1;
    this.#index = undefined;
  }

  /** The part that was added last. */
  get last(): Place {
    return this.#last;
  }

  /** The place of the part with a name, or with an index in decimal digits. */
  get(step: string): Place | undefined {
    if (this.#size <= MAX_UNINDEXED) return this.values().find((place) => String(place.step) === step);
    this.#index ??=
      typeof this.#first.step === 'number'
        ? [...this.values()]
        : new Map(this.values().map((place) => [place.step, place]));
    return this.#index instanceof Map ? this.#index.get(step) : this.#index[arrayIndex(step) ?? -1];
  }

  *values(): Generator<Place, void, void> {
    for (let place: Place | undefined = this.#first; place; place = place.next) yield place;
  }
}

/** The result of a parser: the value, and on demand the places of all its parts (by parsing the text again). */
export interface Reading {
  readonly value: Json;
  places(): Place;
}

/** Creates the place of the root value, which starts at an offset. The parser sets the other fields. */
export function placeAt(offset: number): Place {
  return new Place('', offset, offset);
}

/** Adds the place of a field or element to its parent. */
export function addPlace(parent: Place, step: string | number, offset: number, name = offset): Place {
  const place = new Place(step, offset, name);
  if (parent.children) parent.children.add(place);
  else parent.children = new Children(place);
  return place;
}

/** Returns a function that locates values in `source`, and ranges within strings. Places are parsed on first use. */
export function locator(
  source: string,
  format: Format,
  { value: whole, places }: Reading,
): (pointer: Pointer, at?: PartOfValue, to?: number) => Span {
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
    if (at === 'name') return nameSpan(source, place, positionAt);
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

/** Returns the range of the name of a field; without its end if it is written with escapes. */
function nameSpan(
  source: string,
  { name, part, step }: Place,
  positionAt: (offset: number) => Position,
): Span {
  const start = part ?? name;
  const written = [`${step}`, `"${step}"`, `'${step}'`].find((text) => source.startsWith(text, start));
  return {
    start: positionAt(start),
    ...(written === undefined ? {} : { end: positionAt(start + written.length) }),
  };
}

/** Returns a function that converts an offset in `text` to a line and column, both from 1. Lines end with LF, CR LF or CR. */
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

/** Returns the start of each line. Counts the lines first, so that many short lines need little memory. */
function lineStarts(text: string): Uint32Array {
  let lines = 1;
  for (let at = afterLine(text, 0); at > 0; at = afterLine(text, at)) lines++;
  const starts = new Uint32Array(lines);
  let [line, start] = [1, afterLine(text, 0)];
  for (; start > 0; start = afterLine(text, start)) starts[line++] = start;
  return starts;
}

/** Returns the start of the line after the one at `from`, or -1 after the last line. */
function afterLine(text: string, from: number): number {
  const end = lineEnd(text, from);
  return end < text.length ? afterLineEnd(text, end) : -1;
}
