import type { Format } from './decoded.ts';
import { type Cursor, stringStyle, type Style } from './string-cursor.ts';

/** A string in its source. */
export interface WrittenString {
  readonly source: string;
  readonly format: Format;
  /** The start in the source: its quote, the indicator of a block, or its first character. */
  readonly start: number;
  readonly value: string;
}

/** The number of units between saved cursors, so that no lookup reads a long string from its start. */
const STRIDE = 1024;

/**
 * Maps offsets in a string to offsets in its source, for every string style of JSON, YAML and TOML: quoted with escapes,
 * quoted literally, plain, folded, and block scalars. Reads the source once for any number of lookups.
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
   * Returns the source offset of the character at `offset` of the value (the start of an escape, for both units of a pair); for
   * the length of the value, the end of its last character. Returns the start of the string if the source does not
   * contain the value, for example at an alias.
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

  /** Returns the index of the last saved cursor before an offset of the value, or 0. */
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
