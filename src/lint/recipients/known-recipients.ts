import { handleKind } from '../../language/message/read-handle.ts';
import { digitsOf, distanceWithin, MAX_DISTANCE } from '../nearest.ts';

/** Handles by length, so that only those of almost the same length are compared with an unknown one. */
type ByLength = ReadonlyMap<number, readonly string[]>;

/** Handles that start with this many characters or fewer are like too many others. */
const MIN_LENGTH = 5;

/** What is known of a recipient: it exists, it does not, or a list that would contain it is missing. */
export type RecipientState = 'known' | 'unknown' | 'undecided';

/**
 * The recipients that exist, without `@`. Upper and lower case are equal. A handle that ends with `*` stands for all that begin
 * with the text before it.
 */
export class KnownRecipients {
  readonly #names: ReadonlyMap<string, string>;
  readonly #prefixes: readonly string[];
  readonly #byLength: ByLength;
  readonly #complete: (kind: string) => boolean;

  /**
   * `complete` returns whether the handles list every recipient of a kind: a prefix such as `slack`, or an empty text for handles
   * without one.
   */
  constructor(handles: Iterable<string>, complete: (kind: string) => boolean) {
    const names = new Map<string, string>();
    const prefixes: string[] = [];
    const byLength = new Map<number, string[]>();
    for (const written of handles) {
      const handle = written.replace(/^@/, '');
      const name = handle.toLowerCase();
      if (name.endsWith('*')) prefixes.push(name.slice(0, -1));
      else if (!names.has(name)) {
        names.set(name, handle);
        const same = byLength.get(name.length);
        if (same) same.push(name);
        else byLength.set(name.length, [name]);
      }
    }
    this.#names = names;
    this.#prefixes = prefixes;
    this.#byLength = byLength;
    this.#complete = complete;
  }

  /** The number of recipients. */
  get size(): number {
    return this.#names.size + this.#prefixes.length;
  }

  /** Returns the handles without `@`, from which another process makes the same list if it is complete for every kind. */
  list(): string[] {
    return [...this.#names.values(), ...this.#prefixes.map((prefix) => `${prefix}*`)];
  }

  /** Returns what is known of a recipient. Datadog sends mail to any address, so an address is never unknown. */
  stateOf(handle: string): RecipientState {
    const name = handle.toLowerCase();
    if (this.#names.has(name) || this.#prefixes.some((prefix) => name.startsWith(prefix))) return 'known';
    if (name.includes('@')) return 'undecided';
    return this.#complete(handleKind(name)) ? 'unknown' : 'undecided';
  }

  /** Returns the handle that was probably meant: the closest one within two edits, of the same kind and with the same numbers. */
  meantBy(handle: string): string | undefined {
    const name = handle.toLowerCase();
    if (name.length < MIN_LENGTH) return undefined;
    let best: string | undefined;
    let bound = MAX_DISTANCE;
    for (let length = name.length - MAX_DISTANCE; length <= name.length + MAX_DISTANCE; length += 1)
      for (const candidate of this.#byLength.get(length) ?? []) {
        if (Math.abs(candidate.length - name.length) > bound) break;
        const distance = distanceWithin(name, candidate, bound);
        if (distance > bound || !isSameSort(name, candidate)) continue;
        best = candidate;
        bound = distance - 1;
        if (bound < 0) break;
      }
    return best === undefined ? undefined : this.#names.get(best);
  }
}

function isSameSort(a: string, b: string): boolean {
  return (
    handleKind(a) === handleKind(b) && a.includes('@') === b.includes('@') && digitsOf(a) === digitsOf(b)
  );
}
