import type { Format } from './decoded.ts';
import { type Cursor, stringStyle, type Style } from './string-cursor.ts';

/** A string where it is written. */
export interface WrittenString {
  readonly source: string;
  readonly format: Format;
  /** Where it begins in the source: at its quote, at the sign of a block, at its first character. */
  readonly start: number;
  readonly value: string;
}

/** Units between two places from which reading can go on, so that no look-up reads a long string from its start. */
const STRIDE = 1024;

/**
 * Where the characters of a string stand in its source, for every way in which JSON, YAML and TOML write strings:
 * quoted with escapes, quoted literally, plain, folded over lines, in blocks. Reads the source once, however many
 * places are asked for.
 */
export class StringOffsets {
  readonly #string: WrittenString;
  readonly #style: Style | undefined;
  /** Cursors every `STRIDE` units, as far as the source has been read. */
  readonly #marks: Cursor[] = [];

  constructor(string: WrittenString) {
    this.#string = string;
    this.#style = stringStyle(string.source, string.format, string.start, string.value);
    if (this.#style) this.#marks.push(cursorAt(this.#style));
  }

  /**
   * The source offset at which the character at `offset` of the value begins (all of an escape, for both units of a pair);
   * for the length of the value, where its last character ends. The start of the string where the source does not
   * spell the value, as behind an alias.
   */
  inSource(offset: number): number {
    const { source, start, value } = this.#string;
    const mark = this.#marks[this.#markBefore(offset)];
    if (!this.#style || !mark) return start;
    const cursor = { ...mark };
    let end = cursor.at;
    for (let units = 1; cursor.at < source.length && cursor.read < value.length; units++) {
      const [at, read] = [cursor.at, cursor.read];
      const unit = this.#style.step(cursor);
      if (cursor.at <= at) return start;
      if (cursor.read > offset) return unit;
      if (cursor.read > read) end = cursor.at;
      if (units % STRIDE === 0 && cursor.at > (this.#marks.at(-1)?.at ?? 0)) this.#marks.push({ ...cursor });
    }
    return cursor.read === value.length ? end : start;
  }

  /** The last mark at or before an offset of the value that has a unit between it and that offset, if any has. */
  #markBefore(offset: number): number {
    let [low, high] = [0, this.#marks.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#marks[middle]?.read ?? 0) < offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

function cursorAt({ from, isBlock }: Style): Cursor {
  return { at: from, read: 0, blanksTo: 0, inFold: false, atLine: isBlock, spaced: false };
}
