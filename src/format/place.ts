import type { Position } from '../domain/finding.ts';
import type { Json } from '../domain/json.ts';
import { pointerSteps, type Pointer } from '../domain/pointer.ts';
import { offsetInSource } from './text-offset.ts';

/** Where a value begins in the text, and the places of what is in it. */
export interface Place {
  readonly offset: number;
  children?: Map<string, Place>;
}

/** What a reader gives: the value, and on demand the places of all its parts (a second reading of the text). */
export interface Reading {
  readonly value: Json;
  places(): Place;
}

/** Notes where the value of a member or item begins. */
export function addPlace(parent: Place, step: string | number, offset: number): Place {
  const place: Place = { offset };
  parent.children ??= new Map();
  parent.children.set(String(step), place);
  return place;
}

/**
 * Line and column of a value in `text`, by pointer, or of a character within it where it is a text; places are read
 * when first asked for.
 */
export function locator(
  text: string,
  places: () => Place,
): (pointer: Pointer, within?: { readonly value: string; readonly at: number }) => Position {
  const positionAt = positionsIn(text);
  let root: Place | undefined;
  return (pointer, within) => {
    root ??= places();
    let place = root;
    for (const step of pointerSteps(pointer)) {
      const child = place.children?.get(step);
      if (!child) return positionAt(place.offset);
      place = child;
    }
    return positionAt(within ? offsetInSource(text, place.offset, within.value, within.at) : place.offset);
  };
}

/** Line and column of offsets in `text`, both from 1. Lines end with LF, CR LF or CR, as in editors. */
export function positionsIn(text: string): (offset: number) => Position {
  let starts: number[] | undefined;
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

function lineStarts(text: string): number[] {
  const starts = [0];
  for (const match of text.matchAll(/\r\n|\n|\r/g)) starts.push(match.index + match[0].length);
  return starts;
}
