import type { Edit } from './finding.ts';
import { type Pointer, pointerSteps, pointerTo } from './pointer.ts';

type Range = Extract<Edit, { from: number }>;

/** Edits that do not get into each other's way, whatever their order. */
export class EditSet {
  /** What is changed at each pointer: stretches of its text, or the whole. */
  readonly #at = new Map<Pointer, Range[] | 'whole'>();
  /** Every pointer above one that is changed. */
  readonly #above = new Set<Pointer>();

  /** Takes edits in where none of them touches what another one changes; false where one does. */
  add(edits: readonly Edit[]): boolean {
    if (edits.some((edit) => this.#meets(edit))) return false;
    for (const edit of edits) {
      const known = this.#at.get(edit.pointer) ?? [];
      this.#at.set(edit.pointer, 'from' in edit && known !== 'whole' ? [...known, edit] : 'whole');
      for (const above of pointersAbove(edit.pointer)) this.#above.add(above);
    }
    return true;
  }

  #meets(edit: Edit): boolean {
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
