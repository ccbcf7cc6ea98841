import type { RawObject } from './raw-json.ts';

/** Receives each object that was put, or undefined for a deleted one. */
export type OnChange = (id: string, object: RawObject | undefined) => void;

/** Objects of one kind by id, in order of creation. */
export class Collection {
  readonly #objects = new Map<string, RawObject>();
  readonly #indexes: { keysOf: (object: RawObject) => readonly string[]; ids: Map<string, Set<string>> }[] =
    [];
  readonly #onChange: OnChange;

  constructor(onChange: OnChange = () => {}) {
    this.#onChange = onChange;
  }

  get size(): number {
    return this.#objects.size;
  }

  get(id: string | undefined): RawObject | undefined {
    return id === undefined ? undefined : this.#objects.get(id);
  }

  /** Replaces the object with this id in place, or appends a new one. */
  put(id: string, object: RawObject): void {
    this.#unindex(id);
    this.#objects.set(id, object);
    for (const { keysOf, ids } of this.#indexes) {
      for (const key of keysOf(object)) {
        const idsOfKey = ids.get(key);
        if (idsOfKey) idsOfKey.add(id);
        else ids.set(key, new Set([id]));
      }
    }
    this.#onChange(id, object);
  }

  delete(id: string): void {
    this.#unindex(id);
    if (this.#objects.delete(id)) this.#onChange(id, undefined);
  }

  clear(): void {
    for (const id of this.#objects.keys()) this.delete(id);
  }

  ids(): string[] {
    return [...this.#objects.keys()];
  }

  all(): RawObject[] {
    return [...this.#objects.values()];
  }

  /** Adds an index and returns its lookup, from a key to the ids of the objects with that key. Call it before the first put. */
  indexBy(keysOf: (object: RawObject) => readonly string[]): (key: string) => ReadonlySet<string> {
    const ids = new Map<string, Set<string>>();
    this.#indexes.push({ keysOf, ids });
    return (key) => ids.get(key) ?? new Set();
  }

  #unindex(id: string): void {
    const before = this.#objects.get(id);
    if (!before) return;
    for (const { keysOf, ids } of this.#indexes) for (const key of keysOf(before)) ids.get(key)?.delete(id);
  }
}

/** Returns a function that adds a seeded object under its `id`. */
export function seedById(collection: Collection): (object: RawObject) => void {
  return (object) => collection.put(String(object['id']), object);
}
