import { keyFromName, KEY_SLUG } from '../domain/application.ts';
import type { Finding } from '../domain/finding.ts';
import { isObject, type Json, type JsonObject, own } from '../domain/json.ts';
import { type Pointer, pointerTo } from '../domain/pointer.ts';
import { combinationsOf, MAX_OBJECTS, tooManyObjects } from './each.ts';
import { EntryOrigin } from './origins.ts';
import { hasParts } from './parameter-references.ts';
import { filled, type Report, type Scope, type Written } from './scope.ts';
import { type Parameters, scopeOf, type Variant, variantsFor } from './variants.ts';

/** The lists of a document. */
export const LISTS = ['monitors', 'alerts', 'dashboards'] as const;
export type List = (typeof LISTS)[number];

/** One expanded entry of a document. */
export interface Instance {
  readonly list: List;
  readonly entry: JsonObject;
  readonly origin: EntryOrigin;
  readonly variant: Variant;
  /** Its key; undefined without a valid one. */
  readonly key: string | undefined;
  /** Its key without the suffix of the variant: what references of the same variant call it. */
  readonly name: string | undefined;
  /** The names of the other entries of the same use of a pack, by their keys in the pack. */
  readonly packNames?: ReadonlyMap<string, string>;
  readonly scope: Scope;
}

/** Counts objects, up to the maximum. */
export class ObjectCount {
  #count = 0;

  /** Returns whether there may be another object. Reports the first that is too many. */
  add(pointer: Pointer, report: Report): boolean {
    this.#count += 1;
    if (this.#count === MAX_OBJECTS + 1) report.add(tooManyObjects(this.#count, pointer));
    return this.#count <= MAX_OBJECTS;
  }
}

/** Yields the expanded entries of the lists of a document, in its order. */
export function* instancesOf(
  document: JsonObject,
  parameters: Parameters,
  report: Report,
  count: ObjectCount,
): Generator<Instance> {
  for (const list of LISTS) {
    const entries = own(document, list);
    if (!Array.isArray(entries)) continue;
    for (const [at, entry] of entries.entries())
      if (isObject(entry))
        yield* instancesOfEntry(list, entry, pointerTo('', list, at), parameters, report, count);
  }
}

function* instancesOfEntry(
  list: List,
  written: JsonObject,
  pointer: Pointer,
  parameters: Parameters,
  report: Report,
  count: ObjectCount,
): Generator<Instance> {
  const { each, only: _, except: __, ...entry } = written;
  const used = new Set<string>();
  for (const variant of variantsFor(written, pointer, parameters, report)) {
    const outer = scopeOf(parameters, variant, report);
    for (const { layer, tail } of combinationsOf(written, pointer, outer, report)) {
      if (!count.add(pointer, report)) return;
      const scope = scopeOf(parameters, variant, report, layer, used);
      const origin = new EntryOrigin(pointer, variant.name);
      const place: Written = { pointer };
      const value = filled(entry, scope, place, { at: '', add: (...moved) => origin.add(...moved) });
      if (isObject(value))
        yield keyed({ list, entry: value, origin, variant, scope }, { written: entry, tail, report });
    }
  }
  for (const name of used) report.used.add(name);
  if (isObject(each) && !report.hasErrors)
    for (const name of Object.keys(each)) if (!used.has(name)) report.add(unusedEach(name, pointer));
}

interface Keying {
  /** The entry before parameters were inserted. */
  readonly written: JsonObject;
  /** What `each` adds to its key. */
  readonly tail: string;
  readonly report: Report;
}

/** Gives an entry its key: as written, with its values of `each`, and with the suffix of its variant. */
function keyed(instance: Omit<Instance, 'key' | 'name'>, { written, tail, report }: Keying): Instance {
  const { list, entry, origin, variant } = instance;
  const base = ownKey(list, entry, written);
  if (base === undefined) return { ...instance, key: undefined, name: undefined };
  const name = `${base}${tail}`;
  const key = `${name}${variant.suffix}`;
  if (key === entry['key'] || (`${tail}${variant.suffix}` === '' && entry['key'] === undefined))
    return { ...instance, key, name };
  const place = own(written, 'key') === undefined ? origin.source : pointerTo(origin.source, 'key');
  if (!KEY_SLUG.test(key)) report.add(invalidKey(key, place));
  if (own(written, 'key') === undefined) origin.add('/key', origin.source, true);
  return { ...instance, entry: withNames(entry, key, `${tail}${variant.suffix}`), key, name };
}

/** Returns the key of an entry before anything is added; a key with parameters becomes a slug. */
function ownKey(list: List, entry: JsonObject, written: JsonObject): string | undefined {
  const { key, name, title } = entry;
  if (key === undefined) {
    const text = list === 'monitors' ? name : title;
    return typeof text === 'string' ? keyFromName(text) : undefined;
  }
  const text = typeof key === 'number' ? String(key) : key;
  if (typeof text !== 'string') return undefined;
  return typeof written['key'] === 'string' && hasParts(written['key']) ? (keyFromName(text) ?? text) : text;
}

/** Returns an entry with its key first. The former keys of an entry end as its key does. */
export function withNames(entry: JsonObject, key: string, end: string): JsonObject {
  const { key: _, renamed_from: former, ...others } = entry;
  const ended = (name: Json) => (typeof name === 'string' ? `${name}${end}` : name);
  return {
    key,
    ...(former === undefined
      ? {}
      : { renamed_from: Array.isArray(former) ? former.map(ended) : ended(former) }),
    ...others,
  };
}

export function invalidKey(key: string, pointer: Pointer): Finding {
  const isLong = key.length > 80;
  return {
    code: 'expanded_key_invalid',
    severity: 'error',
    message: isLong
      ? `The key "${key.slice(0, 100)}" has ${key.length} characters; the maximum is 80.`
      : `"${key}" cannot be a key.`,
    pointer,
    hint: isLong
      ? 'Shorten the "key", the values in "each", or the "suffix" of the variant.'
      : 'Use lower-case letters, digits, ".", "_" and "-" in the "key" and in the "suffix" of the variant.',
  };
}
function unusedEach(name: string, pointer: Pointer): Finding {
  return {
    code: 'unused_parameter',
    severity: 'warning',
    message: `Nothing in the entry uses "\${${name}}": it is the same for each value.`,
    pointer: pointerTo(pointer, 'each', name),
    atName: true,
    hint: `Write "\${${name}}" in its title, filter or condition, or remove the list.`,
  };
}
