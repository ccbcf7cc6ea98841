import type { JsonObject } from '../domain/json.ts';
import { LISTS } from '../expand/instances.ts';
import type { Pack, PackLibrary } from '../expand/packs.ts';

/** Returns every version of every pack: the body of `GET /packs`. */
export function listPacks(library: PackLibrary): { packs: JsonObject[] } {
  const packs = library.names().flatMap((name) => library.versionsOf(name));
  return { packs: packs.map(({ name, version, summary }) => ({ name, version, summary })) };
}

/** Returns what a document needs to know to use a pack: the body of `GET /packs/{name}`. */
export function describePack(pack: Pack): JsonObject {
  const { name, version, summary, parameters } = pack;
  return {
    name,
    version,
    summary,
    parameters: Object.fromEntries(
      [...parameters].map(([parameter, { type, description, default: standard }]) => [
        parameter,
        { type, description, ...(standard === undefined ? {} : { default: standard }) },
      ]),
    ),
    keys: objectsOf(pack).map(({ key }) => key),
  };
}

/** An object that a pack makes. */
export interface PackObject {
  readonly kind: string;
  /** Its key in the pack. */
  readonly key: string;
  readonly title: string;
  readonly severity: string | undefined;
}

/** Returns the objects that a pack makes, in its order: monitors, alerts, dashboards. */
export function objectsOf({ lists }: Pack): PackObject[] {
  return LISTS.flatMap((list) =>
    (lists.get(list) ?? []).map(({ key, title, name, severity }) => ({
      kind: list.slice(0, -1),
      key: String(key),
      title: typeof title === 'string' ? title : typeof name === 'string' ? name : '',
      severity: typeof severity === 'string' ? severity : undefined,
    })),
  );
}

/** Returns a document's `use` of a pack, with the parameters that have no default. */
export function exampleUse({ name, version, parameters }: Pack): string {
  const required = [...parameters].filter(([, { default: standard }]) => standard === undefined);
  const values = required.map(
    ([parameter, { example }]) => `${parameter}: ${JSON.stringify(example ?? '...')}`,
  );
  const given = values.length === 0 ? '' : `, with: {${values.join(', ')}}`;
  return `use: [{pack: ${name}, version: ${version}${given}}]`;
}
