/** A replaced range of a text. */
export interface Splice {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** Returns the text with all changes applied. They must not collide. */
export function spliced(text: string, splices: readonly Splice[]): string {
  const pieces: string[] = [];
  let at = 0;
  for (const { from, to, text: put } of splices.toSorted((a, b) => a.from - b.from)) {
    pieces.push(text.slice(at, from), put);
    at = to;
  }
  pieces.push(text.slice(at));
  return pieces.join('');
}

type Range = Pick<Splice, 'from' | 'to'>;

/** Ranges of one text that do not collide: no two overlap or start at the same offset. */
export class DisjointRanges {
  readonly #sorted: Range[] = [];

  /** Returns whether a range collides with one of the set. Only its neighbours can, as they do not collide with the others. */
  collides(range: Range): boolean {
    const at = this.#position(range);
    return [this.#sorted[at - 1], this.#sorted[at]].some(
      (other) => other && (other.from === range.from || (other.from < range.to && range.from < other.to)),
    );
  }

  /** Adds a range that does not collide. */
  add(range: Range): void {
    this.#sorted.splice(this.#position(range), 0, range);
  }

  /** Returns the number of ranges that start before this one. */
  #position({ from }: Range): number {
    let [low, high] = [0, this.#sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#sorted[middle]?.from ?? 0) < from) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
