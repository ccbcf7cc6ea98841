import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { withReferencesRenamed } from '../domain/references.ts';
import type { Instance, List } from './instances.ts';

/** The keys of entries by kind of object and by the name that references use. Monitors and alerts share their keys. */
export class KeysByName {
  readonly #keys = new Map<string, string>();

  constructor(instances: Iterable<Instance>) {
    for (const { list, variant, name, key } of instances)
      if (name !== undefined && key !== undefined) this.#keys.set(id(kindOf(list), variant.name, name), key);
  }

  /** Returns the key of the entry of a variant; undefined if the variant has no such entry. */
  get(kind: 'monitor' | 'dashboard', variant: string | undefined, name: string): string | undefined {
    return this.#keys.get(id(kind, variant, name));
  }
}

function kindOf(list: List): 'monitor' | 'dashboard' {
  return list === 'dashboards' ? 'dashboard' : 'monitor';
}

function id(kind: string, variant: string | undefined, name: string): string {
  return `${kind} ${variant ?? ''} ${name}`;
}

/**
 * Returns an entry whose references to keys name the entries of its own variant, and of its own use of a pack. A reference to
 * anything else stays as written.
 */
export function withOwnReferences(
  { list, entry, variant, packNames }: Instance,
  application: string,
  keys: KeysByName,
): JsonObject {
  const keyOf = (kind: 'monitor' | 'dashboard', written: string): string | undefined => {
    const own = written.startsWith(`${application}/`) ? written.slice(application.length + 1) : written;
    if (own.includes('/')) return undefined;
    const name = packNames?.get(`${kind} ${own}`) ?? own;
    return keys.get(kind, variant.name, name);
  };
  const renamed = withReferencesRenamed(entry, (kind, written) => keyOf(kind, written));
  const { signal } = renamed;
  if (list !== 'alerts' || !isObject(signal)) return renamed;
  return { ...renamed, signal: withMembersRenamed(signal, (member) => keyOf('monitor', member)) };
}

/** Renames the keys in `all_of`, `any_of` and `not`. */
function withMembersRenamed(value: JsonObject, keyOf: (member: string) => string | undefined): JsonObject {
  const member = (one: Json): Json =>
    typeof one === 'string' ? (keyOf(one) ?? one) : isObject(one) ? withMembersRenamed(one, keyOf) : one;
  return Object.fromEntries(
    Object.entries(value).map(([name, held]) => {
      if (name !== 'all_of' && name !== 'any_of' && name !== 'not') return [name, held];
      return [name, Array.isArray(held) ? held.map(member) : member(held)];
    }),
  );
}
