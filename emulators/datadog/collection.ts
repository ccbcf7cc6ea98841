import type { RawObject } from './raw-json.ts';

/** Told of each object that was put, or dropped (then without the object). */
export type Changed = (id: string, object: RawObject | undefined) => void;

/** Objects of one kind by their ids, in the order of their making. */
export class Collection {
  readonly #held = new Map<string, RawObject>();
  readonly #indexes: { keysOf: (object: RawObject) => readonly string[]; ids: Map<string, Set<string>> }[] =
    [];
  readonly #changed: Changed;

  constructor(changed: Changed = () => {}) {
    this.#changed = changed;
  }

  get size(): number {
    return this.#held.size;
  }

  get(id: string | undefined): RawObject | undefined {
    return id === undefined ? undefined : this.#held.get(id);
  }

  /** Puts an object in the place of the one with that id, or at the end. */
  put(id: string, object: RawObject): void {
    this.#unindex(id);
    this.#held.set(id, object);
    for (const { keysOf, ids } of this.#indexes) {
      for (const key of keysOf(object)) {
        const of = ids.get(key);
        if (of) of.add(id);
        else ids.set(key, new Set([id]));
      }
    }
    this.#changed(id, object);
  }

  drop(id: string): void {
    this.#unindex(id);
    if (this.#held.delete(id)) this.#changed(id, undefined);
  }

  clear(): void {
    for (const id of this.#held.keys()) this.drop(id);
  }

  ids(): string[] {
    return [...this.#held.keys()];
  }

  all(): RawObject[] {
    return [...this.#held.values()];
  }

  /** Keeps an index: gives the ids of the objects that have a key. To be asked for before anything is put. */
  indexBy(keysOf: (object: RawObject) => readonly string[]): (key: string) => ReadonlySet<string> {
    const ids = new Map<string, Set<string>>();
    this.#indexes.push({ keysOf, ids });
    return (key) => ids.get(key) ?? new Set();
  }

  #unindex(id: string): void {
    const before = this.#held.get(id);
    if (!before) return;
    for (const { keysOf, ids } of this.#indexes) for (const key of keysOf(before)) ids.get(key)?.delete(id);
  }
}
