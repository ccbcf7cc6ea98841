import type { Edit } from './finding.ts';
import { type Pointer, pointerSteps, pointerTo } from './pointer.ts';

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
