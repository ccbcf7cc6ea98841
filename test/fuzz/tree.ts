import { isObject, type Json, type JsonObject } from '../../src/domain/json.ts';

/** Field names and indices from the root. */
export type TreePath = readonly (string | number)[];

export interface TreePlace {
  readonly path: TreePath;
  readonly value: Json;
}

/** Maximum number of places that can be mutated. Listing all of them would take longer than the case itself. */
const MAX_PLACES = 4000;

/** Lists the places of a tree, parents first; the root is the first. */
export function placesOf(root: Json): TreePlace[] {
  const places: TreePlace[] = [{ path: [], value: root }];
  for (let at = 0; at < places.length && places.length < MAX_PLACES; at += 1) {
    const place = places[at];
    if (!place) break;
    for (const [step, value] of childrenOf(place.value)) places.push({ path: [...place.path, step], value });
  }
  return places;
}

/** Lists the steps and values directly below a value. */
export function childrenOf(value: Json): [string | number, Json][] {
  if (Array.isArray(value)) return value.map((item, at) => [at, item]);
  return isObject(value) ? Object.entries(value) : [];
}

/** Returns a copy in which the value at a path is what `change` returns; undefined removes it. */
export function changedAt(root: Json, path: TreePath, change: (value: Json) => Json | undefined): Json {
  const [step, ...rest] = path;
  if (step === undefined) return change(root) ?? null;
  const below = (value: Json): Json[] => {
    if (rest.length > 0) return [changedAt(value, rest, change)];
    const changed = change(value);
    return changed === undefined ? [] : [changed];
  };
  if (Array.isArray(root)) return root.flatMap((item, at) => (at === step ? below(item) : [item]));
  if (!isObject(root)) return root;
  return withMembers(
    Object.entries(root).flatMap(([name, value]): [string, Json][] =>
      name === step ? below(value).map((changed) => [name, changed]) : [[name, value]],
    ),
  );
}

/** Creates an object from fields. `__proto__` becomes an own property. */
export function withMembers(members: readonly (readonly [string, Json])[]): JsonObject {
  return Object.fromEntries(members);
}
