import { keyFromName } from '../../domain/application.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { StoredKind } from '../../domain/managed-fields.ts';
import { idOf, markOf } from '../../domain/marker.ts';

/** An object in Datadog that an import found. */
export interface FoundObject {
  readonly stored: StoredKind;
  readonly object: JsonObject;
}

/** An object in Datadog with its key in the imported document. */
export interface KeyedObject extends FoundObject {
  readonly key: string;
  /** True if the object has no marker yet, so that the entry has to adopt it. */
  readonly adopt: boolean;
}

/**
 * Assigns a unique key to each object: that of its marker, else a short one derived from its name. Of clones, keeps only the
 * oldest. `reserved` has the names (`kind:key`) of the application's other objects, whose keys are taken.
 */
export function withKeys(
  found: readonly FoundObject[],
  application: string,
  reserved: ReadonlySet<string>,
): KeyedObject[] {
  const taken = new Set<string>();
  const marked = found.flatMap(({ stored, object }): KeyedObject[] => {
    const mark = markOf(stored, object);
    const name = `${stored}:${mark?.key ?? ''}`;
    if (mark?.application !== application || taken.has(name)) return [];
    taken.add(name);
    return [{ stored, object, key: mark.key, adopt: false }];
  });
  const isTaken = (name: string) => taken.has(name) || reserved.has(name);
  const others = found.flatMap(({ stored, object }): KeyedObject[] => {
    if (markOf(stored, object)) return [];
    const short = shortKey(stored, object, application);
    let key = short;
    for (let count = 2; isTaken(`${stored}:${key}`); count += 1) key = `${short.slice(0, 75)}-${count}`;
    taken.add(`${stored}:${key}`);
    return [{ stored, object, key, adopt: true }];
  });
  return [...marked, ...others];
}

const VARIABLE = /\{\{[^{}]*\}\}/g;
const UUID = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi;
/** A long number, or a digest in hexadecimal digits. */
const ID = /^(?:\d{6,}|[0-9a-f]{8,})$/;

/**
 * Derives a key from the name of an object: without template variables, ids and the name of the application. Where nothing is
 * left, the key is the type of the monitor, or `dashboard`.
 */
function shortKey(stored: StoredKind, object: JsonObject, application: string): string {
  const name = object[stored === 'monitor' ? 'name' : 'title'];
  const text = typeof name === 'string' ? name.replaceAll(idOf(object), ' ').replace(UUID, ' ') : '';
  const slug = keyFromName(text.replace(VARIABLE, ' ')) ?? keyFromName(text) ?? '';
  const words = slug
    .split('-')
    .filter((word) => /[a-z0-9]/.test(word) && !(ID.test(word) && /\d/.test(word)));
  const { type } = object;
  const named = keyFromName(words.join('-'));
  if (named === undefined) return (typeof type === 'string' ? keyFromName(type) : undefined) ?? stored;
  const prefix = `${plain(application)}-`;
  let key = named;
  while (plain(key).startsWith(prefix)) {
    const rest = keyFromName(key.slice(prefix.length));
    if (rest === undefined) break;
    key = rest;
  }
  return key;
}

/** Returns a key in which every separator is a hyphen. */
function plain(key: string): string {
  return key.replace(/[._]/g, '-');
}
