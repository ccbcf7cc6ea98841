import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { withReferencesRenamed } from '../domain/references.ts';
import type { Instance, List } from './instances.ts';

/** The keys of entries by kind of object and by the name that references use. Monitors and alerts share their keys. */
export class KeysByName {
  readonly #keys = new Map<string, string>();
  readonly #alerts = new Map<string, string[]>();

  constructor(instances: Iterable<Instance>) {
    for (const { list, variant, name, key } of instances) {
      if (name === undefined || key === undefined) continue;
      this.#keys.set(id(kindOf(list), variant.name, name), key);
      if (list !== 'alerts' || variant.name === undefined) continue;
      const alerts = this.#alerts.get(variant.name);
      if (alerts) alerts.push(key);
      else this.#alerts.set(variant.name, [key]);
    }
  }

  /** Returns the keys of the alerts of a variant, in their order. */
  alertsOf(variant: string | undefined): readonly string[] {
    return this.#alerts.get(variant ?? '') ?? [];
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
 * Returns an entry whose references to keys name the entries of the same variant, and of the same use of a pack. A reference to
 * anything else stays as written.
 */
export function withOwnReferences(
  { list, entry, variant, packNames }: Instance,
  application: string,
  keys: KeysByName,
): JsonObject {
  const keyOf: KeyOf = (kind, written) => {
    const own = written.startsWith(`${application}/`) ? written.slice(application.length + 1) : written;
    if (own.includes('/')) return undefined;
    const name = packNames?.get(`${kind} ${own}`) ?? own;
    return keys.get(kind, variant.name, name);
  };
  const renamed = withReferencesRenamed(entry, keyOf);
  if (list === 'dashboards') {
    const all = packNames ? keysOfPack(packNames, keyOf) : keys.alertsOf(variant.name);
    return withAlerts(renamed, all, (alert) => keyOf('monitor', alert));
  }
  const { signal } = renamed;
  if (list !== 'alerts' || !isObject(signal)) return renamed;
  return { ...renamed, signal: withMembersRenamed(signal, (member) => keyOf('monitor', member)) };
}

type KeyOf = (kind: 'monitor' | 'dashboard', written: string) => string | undefined;

/** Returns the keys of the alerts of one use of a pack. */
function keysOfPack(packNames: ReadonlyMap<string, string>, keyOf: KeyOf): string[] {
  return [...packNames.keys()].flatMap((name) => {
    const [kind = '', key = ''] = name.split(' ');
    return kind === 'monitor' ? (keyOf(kind, key) ?? []) : [];
  });
}

/** Names the alerts of a generated dashboard: its own selection, or all of its variant or its use of a pack. */
function withAlerts(
  dashboard: JsonObject,
  all: readonly string[],
  keyOf: (alert: string) => string | undefined,
): JsonObject {
  const { from, alerts } = dashboard;
  if (from !== 'alerts') return dashboard;
  if (Array.isArray(alerts))
    return {
      ...dashboard,
      alerts: alerts.map((key) => (typeof key === 'string' ? (keyOf(key) ?? key) : key)),
    };
  return all.length === 0 ? dashboard : { ...dashboard, alerts: [...all] };
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
