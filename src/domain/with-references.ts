import { isObject, type Json, type JsonObject, numberText } from './json.ts';
import type { StoredKind } from './managed-kind.ts';

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
