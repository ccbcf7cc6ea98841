import type { ImportAnswer } from '../../contract/answers.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { StoredKind } from '../../domain/managed-fields.ts';
import { resolved } from '../../domain/references.ts';
import type { FoundResource, LeftOut, PlacedResource } from './convert-state.ts';
import { datadogId } from './terraform-objects.ts';

/** Maximum ids of one request, which stand in its URL. */
const MAX_IDS = 100;

/** Imports the objects with these ids for an application, as Datadog has them. Returns undefined if Datadog lacks one of them. */
export type ImportIds = (application: string, ids: readonly string[]) => Promise<ImportAnswer | undefined>;

/** The objects that Datadog has, and the resources without one that a document can contain. */
export interface ReadObjects {
  readonly found: readonly FoundResource[];
  readonly leftOut: readonly LeftOut[];
}

/** Reads the objects of resources through Birddog, as an import does. `onRead` gets the number of resources after each request. */
export async function readObjects(
  placed: readonly PlacedResource[],
  importIds: ImportIds,
  onRead: (resources: number) => void,
): Promise<ReadObjects> {
  const found = new Map<PlacedResource, FoundResource>();
  const leftOut: LeftOut[] = [];
  const omit = ({ address }: PlacedResource, why: string) => void leftOut.push({ address, why });
  const read = async (application: string, chunk: ReadonlyMap<string, PlacedResource>): Promise<void> => {
    const answer = await importIds(application, [...chunk.keys()]);
    const entries = answer === undefined ? [] : entriesIn(answer.document);
    for (const { id, object } of adopted(entries)) {
      const resource = chunk.get(id);
      if (resource) found.set(resource, { resource, object });
    }
    const rest = [...chunk].filter(([, resource]) => !found.has(resource));
    if (chunk.size > 1) {
      // An entry of an object that Birddog already manages lacks the id, and so does an object that is left out.
      for (const one of rest) await read(application, new Map([one]));
      return;
    }
    const [[id, resource] = []] = rest;
    if (id === undefined || resource === undefined) return;
    const [entry] = entries;
    if (entry) found.set(resource, { resource, object: { id, ...entry.object }, key: entry.key });
    else omit(resource, answer?.findings[0]?.message ?? `Datadog has no ${resource.stored} ${id}`);
  };
  let count = 0;
  for (const [application, group] of Map.groupBy(placed, (resource) => resource.application)) {
    const withIds = group.flatMap((resource): [string, PlacedResource][] => {
      const id = datadogId(resource);
      if (id !== undefined) return [[id, resource]];
      omit(resource, 'Terraform has not applied it yet: convert with --offline');
      return [];
    });
    for (let at = 0; at < withIds.length; at += MAX_IDS) {
      const chunk = new Map(withIds.slice(at, at + MAX_IDS));
      await read(application, chunk);
      count += chunk.size;
      onRead(count);
    }
  }
  return { found: placed.flatMap((resource) => found.get(resource) ?? []), leftOut };
}

/** An entry of an imported document. */
interface Entry {
  readonly stored: StoredKind;
  readonly key: string;
  readonly adopt: string | undefined;
  readonly object: JsonObject;
}

function entriesIn({ monitors = [], dashboards = [] }: ImportAnswer['document']): Entry[] {
  const entry = (stored: StoredKind) => (given: JsonObject) => {
    const { key, adopt, ...object } = given;
    return { stored, object, key: textIn(key) ?? '', adopt: textIn(adopt) };
  };
  return [...monitors.map(entry('monitor')), ...dashboards.map(entry('dashboard'))];
}

function textIn(value: JsonObject[string] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Returns the objects that entries adopt, with ids for the references to each other, whose keys are not those of addresses. */
function adopted(entries: readonly Entry[]): { readonly id: string; readonly object: JsonObject }[] {
  const ids = new Map(entries.map(({ stored, key, adopt }) => [`${stored}:${key}`, adopt]));
  return entries.flatMap(({ adopt, object }) => {
    if (adopt === undefined) return [];
    const withIds = resolved(object, ({ kind, application, key }) =>
      application === undefined ? ids.get(`${kind}:${key}`) : undefined,
    );
    return [{ id: adopt, object: { id: adopt, ...withIds } }];
  });
}
