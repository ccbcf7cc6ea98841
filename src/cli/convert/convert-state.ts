import { APPLICATION_SLUG, keyFromName } from '../../domain/application.ts';
import { type JsonObject, own, textsOf } from '../../domain/json.ts';
import type { StoredKind } from '../../domain/managed-fields.ts';
import { idOf, ownershipOf } from '../../domain/marker.ts';
import { importedDocument } from '../../pipeline/document/import-document.ts';
import type { KeyedObject } from '../../pipeline/document/import-keys.ts';
import { untakenKey } from './keys.ts';
import { datadogId, NO_DOCUMENT, STORED_TYPES } from './terraform-objects.ts';
import {
  applicationOfModule,
  keyFromAddress,
  namesIn,
  removedBlocks,
  type Resource,
  type State,
} from './terraform-state.ts';

/** Where the application of a resource comes from: from a tag or from its module; otherwise, it is `application`. */
export interface ApplicationSource {
  readonly application: string | undefined;
  readonly from: { readonly tag: string } | 'module' | undefined;
}

/** A resource of a monitor or dashboard, with the application that gets it. */
export interface PlacedResource extends Resource {
  readonly stored: StoredKind;
  readonly application: string;
}

/** A placed resource with its object as Datadog's API has it. */
export interface FoundResource {
  readonly resource: PlacedResource;
  readonly object: JsonObject;
  /** The key of its marker, if Birddog already manages it for the application. */
  readonly key?: string | undefined;
}

/** A resource that no document contains, with the reason. */
export interface LeftOut {
  readonly address: string;
  readonly why: string;
}

/** A document of an application. */
export interface ConvertedDocument {
  readonly application: string;
  readonly document: JsonObject;
}

/** Finds the application of each resource that a document can contain. */
export function placeResources(
  { resources }: State,
  source: ApplicationSource,
): { readonly placed: readonly PlacedResource[]; readonly leftOut: readonly LeftOut[] } {
  const placed: PlacedResource[] = [];
  const leftOut: LeftOut[] = [];
  const ids = new Map<string, string>();
  for (const resource of resources) {
    const { address, type } = resource;
    const stored = STORED_TYPES.get(type);
    const application = applicationOf(resource, source) ?? source.application;
    const id = datadogId(resource);
    const name = `${stored}:${id}`;
    const other = id === undefined ? undefined : ids.get(name);
    if (stored === undefined) leftOut.push({ address, why: NO_DOCUMENT });
    else if (other !== undefined) leftOut.push({ address, why: `it is the same object as ${other}` });
    else if (application === undefined) leftOut.push({ address, why: noApplication(source) });
    else {
      placed.push({ ...resource, stored, application });
      ids.set(name, address);
    }
  }
  return { placed, leftOut };
}

function applicationOf({ address, values }: Resource, { from }: ApplicationSource): string | undefined {
  if (from === undefined) return undefined;
  if (from === 'module') return applicationOfModule(address);
  const prefix = `${from.tag}:`;
  const effective = textsOf(own(values, 'effective_tags'));
  const tags = effective.length > 0 ? effective : textsOf(own(values, 'tags'));
  const [value, ...more] = new Set(tags.filter((tag) => tag.startsWith(prefix)));
  if (value === undefined || more.length > 0) return undefined;
  const name = value.slice(prefix.length).toLowerCase();
  return APPLICATION_SLUG.test(name) ? name : keyFromName(name);
}

function noApplication({ from }: ApplicationSource): string {
  const what =
    from === 'module'
      ? 'it is in no module'
      : `it has no tag ${from === undefined ? '' : from.tag}:, or several`;
  return `${what}, and --application is not given`;
}

/**
 * Returns one document for each application, in the order of the applications' names, with keys from the addresses and references
 * between the objects. Tags such as `service:` stay as they are, whichever catalogs list the application.
 */
export function documentsOf(
  found: readonly FoundResource[],
  team: string,
): { readonly documents: readonly ConvertedDocument[]; readonly leftOut: readonly LeftOut[] } {
  const leftOut: LeftOut[] = [];
  const kept = found.flatMap((one): FoundResource[] => {
    const { resource, object } = one;
    const { why, key } = managedBy(resource, object);
    if (why === undefined) return [{ ...one, key: one.key ?? key }];
    leftOut.push({ address: resource.address, why });
    return [];
  });
  const byApplication = Map.groupBy(kept, ({ resource }) => resource.application);
  const documents = [...byApplication]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([application, group]) => ({
      application,
      document: importedDocument(keyed(group), {
        application,
        team,
        route: { route: 'unlisted', missingFrom: [] },
        keys: new Map(),
      }),
    }));
  return { documents, leftOut };
}

/** Returns the key of an object that Birddog already manages for its application, or why no document can contain it. */
function managedBy(
  { stored, application }: PlacedResource,
  object: JsonObject,
): { readonly key?: string; readonly why?: string } {
  const ownership = ownershipOf(stored, object);
  if (ownership.state === 'conflict') return { why: 'it has two different markers of Birddog' };
  if (ownership.state === 'owned') {
    const { mark } = ownership;
    return mark.application === application
      ? { key: mark.key }
      : { why: `Birddog manages it for ${mark.application}` };
  }
  if (object['type'] === 'synthetics alert')
    return { why: 'it belongs to a synthetic test, and only the Synthetics API can change it' };
  return {};
}

/** Assigns the keys of one document: those of markers, then those from addresses. Monitors and alerts share their keys. */
function keyed(group: readonly FoundResource[]): KeyedObject[] {
  const taken = { monitor: new Set<string>(), dashboard: new Set<string>() };
  for (const { resource, key } of group) if (key !== undefined) taken[resource.stored].add(key);
  return group.map(({ resource: { stored, address }, object, key }) => ({
    stored,
    object,
    key: key ?? untakenKey(keyFromAddress(address), taken[stored]),
    adopt: key === undefined && idOf(object) !== '',
  }));
}

/**
 * Returns the text of `removed.tf`. A block names all instances of a resource, so a resource with an instance that is left out gets
 * a comment instead.
 */
export function removedText({ resources }: State, leftOut: readonly LeftOut[]): string {
  const without = new Set(leftOut.map(({ address }) => address));
  const applied = resources.filter((resource) => datadogId(resource) !== undefined);
  const blocks = Map.groupBy(applied, ({ address }) => namesIn(address).block);
  const partial: string[] = [];
  const whole: string[] = [];
  for (const [block, instances] of blocks) {
    const missing = instances.filter(({ address }) => without.has(address)).length;
    if (missing === 0) whole.push(block);
    else if (missing < instances.length) partial.push(block);
  }
  const comments = partial.map(
    (block) => `# ${block} stays in Terraform: an instance of it is in no document.\n`,
  );
  return [
    '# Takes the resources out of Terraform and keeps their objects in Datadog. Delete the resource blocks,\n# and remove this file after the next terraform apply.\n',
    ...comments,
    `\n${removedBlocks(whole)}`,
  ].join('');
}
