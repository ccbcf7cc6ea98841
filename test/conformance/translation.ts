import { isList, isRecord, type Value } from './value.ts';

const ID_FORMS = [
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
  /^[0-9a-z]{3}-[0-9a-z]{3}-[0-9a-z]{3}$/,
  /^[0-9a-f]{32}$/,
  /^-?\d{4,}$/,
  /^[\w-]{11,}$/,
];

/** Which made-up id of a recording stands for which of the emulator's: what was made in a replay has other ids. */
export class Translation {
  readonly #ours = new Map<string, string>();
  readonly #theirs = new Map<string, string>();
  #pattern: RegExp | undefined;

  /** Takes two ids for the same thing, where they have the same form and neither is taken. */
  pair(theirs: string, ours: string): boolean {
    const known = this.#ours.get(theirs);
    if (known !== undefined) return known === ours;
    if (theirs === ours) return true;
    if (this.#theirs.has(ours)) return false;
    const form = ID_FORMS.find((f) => f.test(theirs));
    if (!form?.test(ours)) return false;
    this.#ours.set(theirs, ours);
    this.#theirs.set(ours, theirs);
    this.#pattern = undefined;
    return true;
  }

  knows(theirs: string): boolean {
    return this.#ours.has(theirs);
  }

  /** A text of the recording with the emulator's ids. */
  text(text: string): string {
    if (this.#ours.size === 0) return text;
    this.#pattern ??= new RegExp(
      `(?<![0-9A-Za-z])(?:${[...this.#ours.keys()]
        .toSorted((a, b) => b.length - a.length)
        .map((id) => RegExp.escape(id))
        .join('|')})(?![0-9A-Za-z])`,
      'g',
    );
    return text.replace(this.#pattern, (id) => this.#ours.get(id) ?? id);
  }

  /** A value of the recording with the emulator's ids; names of members too. */
  value(value: Value): Value {
    if (typeof value === 'string') return this.text(value);
    if (typeof value === 'number' || typeof value === 'bigint') {
      const ours = this.#ours.get(String(value));
      if (ours === undefined) return value;
      return Number.isSafeInteger(Number(ours)) ? Number(ours) : BigInt(ours);
    }
    if (isList(value)) return value.map((v) => this.value(v));
    if (isRecord(value))
      return Object.fromEntries(Object.entries(value).map(([n, v]) => [this.text(n), this.value(v)]));
    return value;
  }
}
