import type { Edit } from './finding.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { arrayIndex, type Pointer, pointerSteps, pointerTo, valueAt } from './pointer.ts';
import { DisjointRanges, spliced } from './splice.ts';

/**
 * Applies edits to a value. Pointers and offsets refer to the value before all edits. Adds missing fields and their missing
 * parents. Returns undefined if an edit is not applicable or two edits overlap. Takes time in proportion to the lists and
 * objects that contain an edit.
 */
export function editedValue(root: Json, edits: readonly Edit[]): Json | undefined {
  if (!independent(edits)) return undefined;
  const tree: Branch = { edits: [], below: new Map() };
  for (const edit of edits) {
    let branch = tree;
    for (const step of pointerSteps(edit.pointer)) {
      const next = branch.below.get(step) ?? { edits: [], below: new Map() };
      branch.below.set(step, next);
      branch = next;
    }
    branch.edits.push(edit);
  }
  return edited(root, tree);
}

/** The edits of one value: of itself, or of its members. */
interface Branch {
  readonly edits: Edit[];
  readonly below: Map<string, Branch>;
}

/** Returns the value with its edits. It is undefined if it is missing before. */
function edited(value: Json | undefined, { edits, below }: Branch): Json | undefined {
  const [first] = edits;
  if (first) {
    if ('value' in first) return first.value;
    return typeof value === 'string' ? editedText(value, edits) : undefined;
  }
  if (below.size === 0) return value;
  if (Array.isArray(value)) return editedList(value, below);
  return value === undefined || isObject(value) ? editedObject(value ?? {}, below) : undefined;
}

function editedText(text: string, edits: readonly Edit[]): string | undefined {
  const ranges = edits.filter((edit) => 'from' in edit);
  const fit = ranges.every(({ from, to }) => from >= 0 && from <= to && to <= text.length);
  return fit && ranges.length > 0 ? spliced(text, ranges) : undefined;
}

function editedList(list: readonly Json[], below: ReadonlyMap<string, Branch>): Json[] | undefined {
  const members = [...list];
  const removed = new Set<number>();
  for (const [step, branch] of below) {
    const at = arrayIndex(step);
    if (at === undefined || at > members.length) return undefined;
    if (isRemoval(branch)) {
      if (at >= list.length) return undefined;
      removed.add(at);
      continue;
    }
    const member = edited(members[at], branch);
    if (member === undefined) return undefined;
    members[at] = member;
  }
  return removed.size > 0 ? members.filter((_, at) => !removed.has(at)) : members;
}

function editedObject(object: JsonObject, below: ReadonlyMap<string, Branch>): JsonObject | undefined {
  const members = new Map(Object.entries(object));
  for (const [step, branch] of below) {
    if (step === '__proto__') return undefined;
    if (isRemoval(branch)) {
      if (!members.delete(step)) return undefined;
      continue;
    }
    const member = edited(members.get(step), branch);
    if (member === undefined) return undefined;
    members.set(step, member);
  }
  return Object.fromEntries(members);
}

function isRemoval({ edits: [first] }: Branch): boolean {
  return first !== undefined && 'remove' in first;
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

/** Converts the edit of a whole value to a change; undefined if it is not applicable. */
export function changeOf(root: Json, edit: Exclude<Edit, Range>): Change | undefined {
  const { pointer } = edit;
  if ('value' in edit) return withParents(root, pointer, edit.value);
  return valueAt(root, pointer) === undefined || pointer === '' ? undefined : { pointer, value: undefined };
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

type Range = Extract<Edit, { from: number }>;

/** A set of edits that do not overlap, so that their order does not matter. */
export class EditSet {
  /** The changes at each pointer: ranges of its string, or the whole value. */
  readonly #at = new Map<Pointer, DisjointRanges | 'whole'>();
  /** The parents of all changed pointers. */
  readonly #above = new Set<Pointer>();

  /** Adds edits and returns true, or returns false if one of them overlaps an edit of the set. */
  add(edits: readonly Edit[]): boolean {
    if (edits.some((edit) => this.#overlaps(edit))) return false;
    for (const edit of edits) {
      const known = this.#at.get(edit.pointer) ?? new DisjointRanges();
      const isRange = 'from' in edit && known !== 'whole';
      if (isRange) known.add(edit);
      this.#at.set(edit.pointer, isRange ? known : 'whole');
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
    return known.collides(edit);
  }
}

function pointersAbove(pointer: Pointer): Pointer[] {
  const steps = pointerSteps(pointer);
  return steps.map((_, length) => pointerTo('', ...steps.slice(0, length)));
}
