import { distanceWithin, MAX_DISTANCE } from '../nearest.ts';

/** Letters that an edit can change: it replaces one by another, so the parity of two counts changes. */
const MAX_PARITIES = 2 * MAX_DISTANCE;

/** The rows of names with the same first word. */
interface Range {
  readonly word: string;
  readonly from: number;
  to: number;
  /** What stands before the dots of its names; computed on first use. */
  groups?: ReadonlySet<string>;
}

/** A known name, and the number of edits between it and another name. */
export interface NearName {
  readonly name: string;
  readonly distance: number;
}

/**
 * Names with the text of their rows, searched exactly or by edit distance. The rows are ordered by the first word of the
 * name (up to the first dot), then by the length of the name, then by the name. A search by distance compares only names
 * with the same first word and almost the same length, and most of them only by one number.
 */
export class NameIndex {
  readonly #rows: string;
  readonly #starts: Uint32Array;
  readonly #lengths: Uint8Array;
  /** For each name, the parity of the count of each letter. */
  readonly #parities: Int32Array;
  readonly #ranges = new Map<string, Range>();

  /** Reads rows that end with a line break; the name of a row ends at its first tab. Names have at most 255 characters. */
  constructor(rows: string) {
    this.#rows = rows;
    let count = 0;
    for (let at = rows.indexOf('\n'); at !== -1; at = rows.indexOf('\n', at + 1)) count += 1;
    this.#starts = new Uint32Array(count);
    this.#lengths = new Uint8Array(count);
    this.#parities = new Int32Array(count);
    let [start, range]: [number, Range | undefined] = [0, undefined];
    for (let row = 0; row < count; row += 1) {
      const end = rows.indexOf('\t', start);
      this.#starts[row] = start;
      this.#lengths[row] = end - start;
      this.#parities[row] = paritiesOf(rows, start, end);
      if (range === undefined || !this.#begins(row, range.word)) {
        const word = firstWord(rows.slice(start, end));
        range = { word, from: row, to: row };
        this.#ranges.set(word, range);
      }
      range.to = row + 1;
      start = rows.indexOf('\n', end) + 1;
    }
  }

  /** Returns whether a word is the first one of the name of a row. */
  #begins(row: number, word: string): boolean {
    const [start, length] = [this.#startOf(row), this.#lengths[row] ?? 0];
    if (!this.#rows.startsWith(word, start)) return false;
    return length === word.length || this.#rows.charAt(start + word.length) === '.';
  }

  /** Returns the text after the name in its row, or undefined if the name is unknown. */
  find(name: string): string | undefined {
    const range = this.#ranges.get(firstWord(name));
    if (!range) return undefined;
    const row = this.#firstRow(range, name.length, name);
    if (row === range.to || this.#nameAt(row) !== name) return undefined;
    const from = this.#startOf(row) + name.length + 1;
    return this.#rows.slice(from, this.#rows.indexOf('\n', from));
  }

  /** Returns whether a name begins with a group of words and a dot: `system.load` of `system.load.1`. */
  hasGroup(group: string): boolean {
    const range = this.#ranges.get(firstWord(group));
    if (!range) return false;
    range.groups ??= this.#groupsOf(range);
    return range.groups.has(group);
  }

  #groupsOf({ from, to }: Range): ReadonlySet<string> {
    const groups = new Set<string>();
    for (let row = from; row < to; row += 1) {
      const name = this.#nameAt(row);
      for (let dot = name.indexOf('.'); dot !== -1; dot = name.indexOf('.', dot + 1))
        groups.add(name.slice(0, dot));
    }
    return groups;
  }

  /**
   * Returns the names with the same first word within two edits, closest first; none for a known name. Upper and lower case
   * are equal.
   */
  near(name: string): NearName[] {
    const range = this.#ranges.get(firstWord(name));
    if (!range) return [];
    const lowerCase = name.toLowerCase();
    const parities = paritiesOf(name, 0, name.length);
    const found: NearName[] = [];
    const to = this.#firstRow(range, name.length + MAX_DISTANCE + 1, '');
    for (let row = this.#firstRow(range, name.length - MAX_DISTANCE, ''); row < to; row += 1) {
      if (bitCount(parities ^ (this.#parities[row] ?? 0)) > MAX_PARITIES) continue;
      const known = this.#nameAt(row);
      if (known === name) return [];
      const distance = distanceWithin(lowerCase, known.toLowerCase(), MAX_DISTANCE);
      if (distance <= MAX_DISTANCE) found.push({ name: known, distance });
    }
    return found.toSorted((a, b) => a.distance - b.distance);
  }

  /** Returns the first row of a range whose name has more characters, or as many and is not before `name`. */
  #firstRow(range: Range, length: number, name: string): number {
    let { from, to } = range;
    while (from < to) {
      const middle = (from + to) >>> 1;
      const its = this.#lengths[middle] ?? 0;
      if (its < length || (its === length && name !== '' && this.#nameAt(middle) < name)) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  #startOf(row: number): number {
    return this.#starts[row] ?? 0;
  }

  #nameAt(row: number): string {
    const start = this.#startOf(row);
    return this.#rows.slice(start, start + (this.#lengths[row] ?? 0));
  }
}

function firstWord(name: string): string {
  const dot = name.indexOf('.');
  return dot === -1 ? name : name.slice(0, dot);
}

/** Returns a number with one bit for each letter of a range: whether its count is odd. Upper and lower case are equal. */
function paritiesOf(text: string, from: number, to: number): number {
  let parities = 0;
  for (let at = from; at < to; at += 1) parities ^= 1 << (text.charCodeAt(at) & 31);
  return parities;
}

function bitCount(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}
