import type { Position } from '../domain/finding.ts';
import { isObject, type Json } from '../domain/json.ts';
import { type Pointer, pointerSteps, pointerTo } from '../domain/pointer.ts';
import type { Origins } from '../expand/origins.ts';
import { type Place, positionsIn, type Reading } from './place.ts';

/** The numbers per value in a table: line, column, and the number of values in it, including itself. */
const ROW = 3;
/** The number of bytes per value in a table. */
export const ROW_BYTES = ROW * Uint32Array.BYTES_PER_ELEMENT;

/**
 * Returns the start of every value of a text as plain numbers, which another process can use without the text: ROW numbers
 * per value, in depth-first order.
 */
export function positionTable(
  text: string,
  { value, places }: Reading,
  expanded?: { readonly value: Json; readonly origins: Origins },
): Uint32Array {
  if (expanded) return expandedTable(text, places(), expanded);
  const positionAt = positionsIn(text);
  const table = new Uint32Array(countValues(value) * ROW);
  let row = 0;
  const fill = (node: Json, place: Place | undefined, parent: Position): void => {
    const start = row;
    row += 1;
    const position = place ? positionAt(place.offset) : parent;
    table[start * ROW] = position.line;
    table[start * ROW + 1] = position.column;
    if (Array.isArray(node)) {
      for (const [at, item] of node.entries()) fill(item, place?.children?.get(String(at)), position);
    } else if (isObject(node)) {
      for (const name of Object.keys(node)) fill(node[name] ?? null, place?.children?.get(name), position);
    }
    table[start * ROW + 2] = row - start;
  };
  fill(value, places(), { line: 1, column: 1 });
  return table;
}

/** Returns the table of an expanded document: each value has the position of the value that it comes from, or of its nearest parent. */
function expandedTable(
  text: string,
  root: Place,
  { value, origins }: { readonly value: Json; readonly origins: Origins },
): Uint32Array {
  const positionAt = positionsIn(text);
  const table = new Uint32Array(countValues(value) * ROW);
  let row = 0;
  const fill = (node: Json, pointer: Pointer): void => {
    const start = row;
    row += 1;
    let place = root;
    for (const step of pointerSteps(origins.of(pointer).pointer)) {
      const child = place.children?.get(step);
      if (!child) break;
      place = child;
    }
    const { line, column } = positionAt(place.offset);
    table[start * ROW] = line;
    table[start * ROW + 1] = column;
    if (Array.isArray(node)) for (const [at, item] of node.entries()) fill(item, pointerTo(pointer, at));
    else if (isObject(node))
      for (const name of Object.keys(node)) fill(node[name] ?? null, pointerTo(pointer, name));
    table[start * ROW + 2] = row - start;
  };
  fill(value, '');
  return table;
}

/** Returns the number of values in a value, including itself. */
function countValues(value: Json): number {
  let count = 1;
  if (Array.isArray(value)) for (const item of value) count += countValues(item);
  else if (isObject(value)) for (const name of Object.keys(value)) count += countValues(value[name] ?? null);
  return count;
}

/** Returns a function that locates the value at a pointer by the position table, or its nearest parent if there is no value. */
export function tableLocator(whole: Json, table: Uint32Array): (pointer: Pointer) => Position {
  const known = new Map<number, ReadonlyMap<string, number> | Uint32Array>();
  const childRow = (node: Json, row: number, step: string): number | undefined => {
    let rows = known.get(row);
    if (!rows) {
      rows = rowsIn(node, row, table);
      known.set(row, rows);
    }
    if (rows instanceof Map) return rows.get(step);
    return rows instanceof Uint32Array && /^(?:0|[1-9]\d{0,9})$/.test(step) ? rows[Number(step)] : undefined;
  };
  return (pointer) => {
    let row = 0;
    let node: Json | undefined = whole;
    for (const step of pointerSteps(pointer)) {
      const next: number | undefined = node === undefined ? undefined : childRow(node, row, step);
      if (next === undefined) break;
      row = next;
      node = Array.isArray(node) ? node[Number(step)] : isObject(node) ? node[step] : undefined;
    }
    return { line: table[row * ROW] ?? 1, column: table[row * ROW + 1] ?? 1 };
  };
}

/** Returns the rows of the children of a value: of a list by index, of an object by name. */
function rowsIn(node: Json, row: number, table: Uint32Array): ReadonlyMap<string, number> | Uint32Array {
  let next = row + 1;
  const take = () => {
    const taken = next;
    next += table[taken * ROW + 2] ?? 1;
    return taken;
  };
  if (Array.isArray(node)) return Uint32Array.from(node, take);
  return new Map(isObject(node) ? Object.keys(node).map((name) => [name, take()]) : []);
}
