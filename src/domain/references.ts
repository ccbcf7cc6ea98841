import { APPLICATION_SLUG, KEY_SLUG } from './application.ts';
import { isObject, type Json, type JsonObject, numberText } from './json.ts';
import type { StoredKind } from './managed-fields.ts';
import { type Pointer, pointerTo } from './pointer.ts';

/** A reference to another object by its key, as in `${monitor:queue-depth}` or `${monitor:other-app/key}`. */
export interface Reference {
  readonly kind: StoredKind;
  /** Default: the application of the document. */
  readonly application?: string;
  readonly key: string;
}
/** A reference with its position: the pointer of its string, and the offset in UTF-16 units. */
export interface PlacedReference {
  readonly pointer: Pointer;
  readonly at: number;
  /** The reference as written. */
  readonly text: string;
  /** Undefined if the reference is malformed. */
  readonly to: Reference | undefined;
}

/** Excludes `$`, which no key contains, so that the search for a closing brace ends at the next reference and stays linear. */
const WRITTEN = /\$\{(monitor|dashboard|alert):([^}$]*)\}/g;

/** Returns every reference in the strings of an object. `pointer` is its place in the body. */
export function referencesIn(value: Json, pointer: Pointer): PlacedReference[] {
  if (!mayRefer(value)) return [];
  if (typeof value === 'string') {
    return [...value.matchAll(WRITTEN)].map((found) => ({
      pointer,
      at: found.index,
      text: found[0],
      to: readReference(found[1] ?? '', found[2] ?? ''),
    }));
  }
  if (Array.isArray(value)) return value.flatMap((item, at) => referencesIn(item, pointerTo(pointer, at)));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, member]) => referencesIn(member, pointerTo(pointer, name)));
}

/** Reads a reference to an object by its kind and its name: `key`, or `application/key`. Returns undefined if it is malformed. */
export function readReference(kind: string, name: string): Reference | undefined {
  const [first = '', second, ...more] = name.split('/');
  const [application, key] = second === undefined ? [undefined, first] : [first, second];
  if (more.length > 0 || !KEY_SLUG.test(key)) return undefined;
  if (application !== undefined && !APPLICATION_SLUG.test(application)) return undefined;
  // Monitors and alerts share one key space.
  const stored = kind === 'dashboard' ? 'dashboard' : 'monitor';
  return { kind: stored, key, ...(application === undefined ? {} : { application }) };
}

/**
 * Replaces references with ids. A reference whose id is not yet known stays unchanged.
 */
export function resolved(object: JsonObject, idOf: (reference: Reference) => string | undefined): JsonObject {
  if (!mayRefer(object)) return object;
  const put = (text: string): string =>
    text.replace(WRITTEN, (written, kind: string, name: string) => {
      const to = readReference(kind, name);
      return (to && idOf(to)) ?? written;
    });
  return mapTexts(object, put);
}

/**
 * Returns an object whose references to monitors (and alerts) or dashboards have other names. `renamed` gets the name as written:
 * a key, or an application and a key.
 */
export function withReferencesRenamed(
  object: JsonObject,
  renamed: (kind: StoredKind, name: string) => string | undefined,
): JsonObject {
  if (!mayRefer(object)) return object;
  return mapTexts(object, (text) =>
    text.replace(WRITTEN, (written, kind: string, name: string) => {
      const other = renamed(kind === 'dashboard' ? 'dashboard' : 'monitor', name);
      return other === undefined ? written : `\${${kind}:${other}}`;
    }),
  );
}

/** Replaces each reference with a number of the same length for lint rules, so that all offsets stay the same. */
export function withPlaceholders(object: JsonObject): JsonObject {
  if (!mayRefer(object)) return object;
  return mapTexts(object, (text) => text.replace(WRITTEN, (written) => '1'.padEnd(written.length, '0')));
}

/** Returns whether a value may contain a reference. Most values contain none and need no further work. */
function mayRefer(value: Json): boolean {
  if (typeof value === 'string') return value.includes('${');
  if (typeof value !== 'object' || value === null) return false;
  return (Array.isArray(value) ? value : Object.values(value)).some(mayRefer);
}

const PLACEHOLDER = /^10{11,}$/;

/** Returns whether a number is a placeholder for a reference. No Datadog id ends in that many zeros. */
export function isPlaceholder(number: string): boolean {
  return PLACEHOLDER.test(number);
}

function mapTexts(object: JsonObject, change: (text: string) => string): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, mapText(value, change)]));
}

function mapText(value: Json, change: (text: string) => string): Json {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapText(item, change));
  return isObject(value) ? mapTexts(value, change) : value;
}

/** Ids in a text: of monitors (digits) and of dashboards (`abc-def-ghi`). Also references, whose keys can contain ids. */
const IDS = /\$\{[^}$]*\}|\b(?:\d{6,20}|[a-z0-9]{3}-[a-z0-9]{3}-[a-z0-9]{3})\b/g;
/** What is before a number that is no id: the whole part of a decimal, or the comparison of a threshold. */
const BEFORE_NUMBER = /(?:\.|[<>]=? ?)$/;

/** Replaces ids in every text of an object, such as in links, where `replace` returns another text. */
export function withIdsReplaced(object: JsonObject, replace: (id: string) => string | undefined): JsonObject {
  return mapTexts(object, (text) =>
    text.replace(IDS, (found, at: number) =>
      found.startsWith('$') || BEFORE_NUMBER.test(text.slice(Math.max(0, at - 3), at))
        ? found
        : (replace(found) ?? found),
    ),
  );
}

const ID_OR_NUMBER = /\b(?:\d{1,20}|[a-z0-9]{3}-[a-z0-9]{3}-[a-z0-9]{3})\b/g;

/** Yields everything in an object that may be the id of another object, numbers included. */
export function* idsIn(value: Json): Generator<string> {
  const number = typeof value === 'string' ? undefined : numberText(value);
  if (number !== undefined) yield number;
  else if (typeof value === 'string') for (const [id] of value.matchAll(ID_OR_NUMBER)) yield id;
  else if (typeof value === 'object' && value !== null)
    for (const item of Array.isArray(value) ? value : Object.values(value)) yield* idsIn(item);
}

/** Fields of widgets that contain the id of a monitor. */
const SHOWS_MONITOR = 'alert_id';

/** Replaces the ids of objects whose keys are known (by `kind:id`) with references. */
export function withReferences(
  kind: StoredKind,
  object: JsonObject,
  keys: ReadonlyMap<string, string>,
): JsonObject {
  if (kind === 'dashboard') return inMembers(object, keys);
  const { type, query } = object;
  if (type !== 'composite' || typeof query !== 'string') return object;
  return { ...object, query: query.replace(/\d+/g, (id) => reference(id, keys) ?? id) };
}

function reference(id: string, keys: ReadonlyMap<string, string>): string | undefined {
  const key = keys.get(`monitor:${id}`);
  return key === undefined ? undefined : `\${monitor:${key}}`;
}

function inMembers(object: JsonObject, keys: ReadonlyMap<string, string>): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => [
      name,
      name === SHOWS_MONITOR ? ((reference(idIn(value), keys) ?? value) satisfies Json) : within(value, keys),
    ]),
  );
}

function within(value: Json, keys: ReadonlyMap<string, string>): Json {
  if (Array.isArray(value)) return value.map((item) => within(item, keys));
  return isObject(value) ? inMembers(value, keys) : value;
}

function idIn(value: Json): string {
  return typeof value === 'string' ? value : (numberText(value) ?? '');
}
