import type { Edit } from './finding.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { type Pointer, pointerSteps, valueAt, pointerTo } from './pointer.ts';

/**
 * Applies edits to a value. Pointers and offsets refer to the value before all edits. Adds missing fields and their missing
 * parents. Returns undefined if an edit is not applicable or two edits overlap.
 */
export function editedValue(root: Json, edits: readonly Edit[]): Json | undefined {
  if (!independent(edits)) return undefined;
  let value: Json | undefined = root;
  for (const edit of ordered(edits)) {
    const change = changeOf(value, edit);
    if (change === undefined) return undefined;
    value = changed(value, pointerSteps(change.pointer), change.value);
    if (value === undefined) return undefined;
  }
  return value;
}

/** Returns whether no two edits overlap. */
function independent(edits: readonly Edit[]): boolean {
  const set = new EditSet();
  return edits.every((edit) => set.add([edit]));
}

/** Sorts edits so that earlier ones do not shift the targets of later ones: ranges from the end, then values, then removals from the end. */
export function ordered(edits: readonly Edit[]): Edit[] {
  const ranges = edits.filter((edit) => 'from' in edit).sort((a, b) => b.from - a.from);
  const values = edits.filter((edit) => 'value' in edit);
  const removals = edits.filter((edit) => 'remove' in edit).sort(laterFirst);
  return [...ranges, ...values, ...removals];
}

function laterFirst(a: Edit, b: Edit): number {
  const [left, right] = [pointerSteps(a.pointer), pointerSteps(b.pointer)];
  for (const [at, step] of left.entries()) {
    const other = right[at];
    if (other === undefined) return -1;
    if (step !== other) return Number(other) - Number(step) || (step < other ? 1 : -1);
  }
  return left.length - right.length;
}

/** A change at a pointer whose parent exists: a new value, or undefined to remove it. */
export interface Change {
  readonly pointer: Pointer;
  readonly value: Json | undefined;
}

/** Converts an edit to a change of a value; undefined if the edit is not applicable. */
export function changeOf(root: Json, edit: Edit): Change | undefined {
  const { pointer } = edit;
  const old = valueAt(root, pointer);
  if ('from' in edit) {
    const fits = typeof old === 'string' && edit.from >= 0 && edit.from <= edit.to && edit.to <= old.length;
    return fits
      ? { pointer, value: `${old.slice(0, edit.from)}${edit.text}${old.slice(edit.to)}` }
      : undefined;
  }
  if ('remove' in edit)
    return old === undefined || pointer === '' ? undefined : { pointer, value: undefined };
  return withParents(root, pointer, edit.value);
}

/** Wraps the new value in objects for its missing parents. */
function withParents(root: Json, pointer: Pointer, value: Json): Change {
  const steps = pointerSteps(pointer);
  let [here, wrapped] = [pointer, value];
  for (;;) {
    const last = steps.pop();
    const parent = here.slice(0, Math.max(0, here.lastIndexOf('/')));
    if (last === undefined || valueAt(root, parent) !== undefined) return { pointer: here, value: wrapped };
    wrapped = { [last]: wrapped };
    here = parent;
  }
}

function changed(holder: Json, steps: readonly string[], value: Json | undefined): Json | undefined {
  const [step, ...rest] = steps;
  if (step === undefined) return value;
  if (Array.isArray(holder)) return changedList(holder, step, rest, value);
  if (!isObject(holder) || step === '__proto__') return undefined;
  const old = Object.hasOwn(holder, step) ? holder[step] : undefined;
  if (rest.length === 0) {
    const { [step]: _, ...others } = holder;
    return value === undefined ? others : { ...holder, [step]: value };
  }
  const inner = old === undefined ? undefined : changed(old, rest, value);
  return inner === undefined ? undefined : ({ ...holder, [step]: inner } satisfies JsonObject);
}

function changedList(
  list: readonly Json[],
  step: string,
  rest: readonly string[],
  value: Json | undefined,
): Json | undefined {
  const at = /^(?:0|[1-9]\d*)$/.test(step) ? Number(step) : Number.NaN;
  const old = list[at];
  if (rest.length > 0) {
    const inner = old === undefined ? undefined : changed(old, rest, value);
    return inner === undefined ? undefined : list.with(at, inner);
  }
  if (value === undefined) return list.filter((_, index) => index !== at);
  if (at === list.length) return [...list, value];
  return old === undefined ? undefined : list.with(at, value);
}

type Range = Extract<Edit, { from: number }>;

/** A set of edits that do not overlap, so that their order does not matter. */
export class EditSet {
  /** The changes at each pointer: ranges of its string, or the whole value. */
  readonly #at = new Map<Pointer, Range[] | 'whole'>();
  /** The parents of all changed pointers. */
  readonly #above = new Set<Pointer>();

  /** Adds edits and returns true, or returns false if one of them overlaps an edit of the set. */
  add(edits: readonly Edit[]): boolean {
    if (edits.some((edit) => this.#overlaps(edit))) return false;
    for (const edit of edits) {
      const known = this.#at.get(edit.pointer) ?? [];
      this.#at.set(edit.pointer, 'from' in edit && known !== 'whole' ? [...known, edit] : 'whole');
      for (const above of pointersAbove(edit.pointer)) this.#above.add(above);
    }
    return true;
  }

  #overlaps(edit: Edit): boolean {
    const known = this.#at.get(edit.pointer);
    if (this.#above.has(edit.pointer)) return true;
    if (pointersAbove(edit.pointer).some((above) => this.#at.has(above))) return true;
    if (known === undefined) return false;
    if (known === 'whole' || !('from' in edit)) return true;
    return known.some(({ from, to }) => from === edit.from || (from < edit.to && edit.from < to));
  }
}

function pointersAbove(pointer: Pointer): Pointer[] {
  const steps = pointerSteps(pointer);
  return steps.map((_, length) => pointerTo('', ...steps.slice(0, length)));
}
