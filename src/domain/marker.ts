import type { Finding } from './finding.ts';
import { isObject, type Json, type JsonObject, textsOf } from './json.ts';
import type { Owner, StoredKind } from './managed-fields.ts';
import { markedLine, markerLinesAtEnd, withMarkerLine, withoutMarkerLine } from './marker-line.ts';
import { markerTagOf, normalisedTag } from './normalised-tag.ts';
import { type Pointer, pointerTo } from './pointer.ts';

/** The owner of an object, as its marker names it. */
export interface Mark {
  readonly application: string;
  readonly key: string;
}
export interface Stamp extends Mark {
  /** Added as a `team:` tag if the object has none. */
  readonly team?: string;
  /** Added to a monitor as a `service:` tag if it has none; only for a listed application. */
  readonly service?: string;
}

const APPLICATION_TAG = 'birddog_application:';
const KEY_TAG = 'birddog_key:';
const MARK = /^([a-z0-9][a-z0-9._-]{0,99})\/([a-z0-9][a-z0-9._-]{0,79})$/;

/** Returns the monitor tag that finds all objects of an application, or the object with one key. */
export function markerTag(owner: Owner): string {
  return owner.key === undefined
    ? `${APPLICATION_TAG}${owner.application}`
    : `${KEY_TAG}${owner.application}/${owner.key}`;
}

/**
 * The ownership of an object by its marker: the tag `birddog_key` of a monitor, the end of the description of a dashboard. An
 * object with two different markers has no owner; `conflict` lists the markers.
 */
export type Ownership =
  | { readonly state: 'unmarked' }
  | { readonly state: 'owned'; readonly mark: Mark }
  | { readonly state: 'conflict'; readonly marks: readonly string[] };

/** Reads the marker of an object. A tag that Datadog would store as a marker counts as one. */
export function ownershipOf(kind: StoredKind, object: JsonObject): Ownership {
  const { written, forms } = kind === 'monitor' ? markersInTags(object) : markersInDescription(object);
  if (written.size > 1 || forms.size > 1)
    return { state: 'conflict', marks: [...new Set([...written, ...forms])] };
  const [text] = kind === 'monitor' ? [...written, ...forms] : written;
  const match = text === undefined ? undefined : MARK.exec(text);
  return match?.[1] && match[2]
    ? { state: 'owned', mark: { application: match[1], key: match[2] } }
    : { state: 'unmarked' };
}

/** The markers of an object, as written and in normalised form. */
interface FoundMarkers {
  readonly written: ReadonlySet<string>;
  readonly forms: ReadonlySet<string>;
}

function markersInTags(object: JsonObject): FoundMarkers {
  const found = textsOf(object['tags']).flatMap((tag) => markerTagOf(tag) ?? []);
  const keys = found.filter(({ name }) => name === 'birddog_key');
  return {
    written: new Set(keys.filter(({ exact }) => exact).map(({ value }) => value)),
    forms: new Set(keys.map(({ value }) => normalisedTag(`${KEY_TAG}${value}`).slice(KEY_TAG.length))),
  };
}

function markersInDescription({ description }: JsonObject): FoundMarkers {
  if (typeof description !== 'string') return { written: new Set(), forms: new Set() };
  const line = markedLine(description);
  return {
    written: new Set(line === undefined ? [] : [line]),
    forms: new Set(markerLinesAtEnd(description)),
  };
}

/** Returns the marker of an object; undefined if it has none or two different ones. */
export function markOf(kind: StoredKind, object: JsonObject): Mark | undefined {
  const ownership = ownershipOf(kind, object);
  return ownership.state === 'owned' ? ownership.mark : undefined;
}

/** Returns whether an object's marker names `owner` and no other marker contradicts it. */
export function isOwnedBy(kind: StoredKind, object: JsonObject, owner: Owner): boolean {
  const mark = markOf(kind, object);
  return mark?.application === owner.application && (owner.key === undefined || mark.key === owner.key);
}

/** Returns whether an object has two different markers and one of them names `owner`. */
export function isContestedBy(kind: StoredKind, object: JsonObject, owner: Owner): boolean {
  const ownership = ownershipOf(kind, object);
  if (ownership.state !== 'conflict') return false;
  const { application, key } = owner;
  if (key !== undefined) return ownership.marks.includes(`${application}/${key}`);
  return (
    ownership.marks.some((mark) => mark.startsWith(`${application}/`)) ||
    (kind === 'monitor' && textsOf(object['tags']).includes(markerTag(owner)))
  );
}

/** An object that may be sent to Datadog, or the findings about foreign markers, with pointers within the object. */
export type Stamped =
  | { readonly ok: true; readonly object: JsonObject }
  | { readonly ok: false; readonly findings: readonly Finding[] };

/**
 * Adds the marker and missing team and service tags to an object. Every write passes through here, after all sources of tags
 * have been merged. Refuses an object that would carry another marker as well. An object that we wrote before (`live`) keeps
 * the team and service tags that it has: they depend on the route, and are no difference by themselves.
 */
export function stamped(kind: StoredKind, object: JsonObject, stamp: Stamp, live?: JsonObject): Stamped {
  const mark = `${stamp.application}/${stamp.key}`;
  const written = textsOf(object['tags']);
  const added =
    live && markOf(kind, live)?.application === stamp.application
      ? keptTags(written, textsOf(live['tags']))
      : withTag(
          withTag(written, 'service', kind === 'monitor' ? stamp.service : undefined),
          'team',
          stamp.team,
        ).slice(written.length);
  const tags = [...written, ...added];
  const findings = [...markerFindings(kind, object, ''), ...added.flatMap((tag) => tagFinding(tag, ''))];
  if (findings.length > 0) return { ok: false, findings };
  if (kind === 'monitor') {
    const marked = [...tags, `${APPLICATION_TAG}${stamp.application}`, `${KEY_TAG}${mark}`];
    return { ok: true, object: { ...object, tags: marked } };
  }
  const before = object['description'];
  const description = withMarkerLine(typeof before === 'string' ? before : '', mark);
  return { ok: true, object: { ...object, description, ...(tags.length > 0 ? { tags } : {}) } };
}

/** Returns the team and service tags of a live object whose keys the user did not write. */
function keptTags(written: readonly string[], live: readonly string[]): string[] {
  const keys = ['service', 'team'].filter((key) => !hasTag(written, key));
  return live.filter((tag) => keys.some((key) => hasTag([tag], key)));
}

/** Removes the marker from an object, as users see it. */
export function unmarked(kind: StoredKind, object: JsonObject): JsonObject {
  if (kind === 'monitor') {
    if (!Array.isArray(object['tags'])) return object;
    return {
      ...object,
      tags: object['tags'].filter((tag) => typeof tag !== 'string' || !markerTagOf(tag)),
    };
  }
  const description = object['description'];
  if (typeof description !== 'string' || markedLine(description) === undefined) return object;
  return { ...object, description: withoutMarkerLine(description) || null };
}

/**
 * Returns findings for markers that a user wrote: a tag that Datadog would store as a marker, or a dashboard description that
 * ends like one. `pointer` is the place of `object` in the body.
 */
export function markerFindings(kind: StoredKind, object: JsonObject, pointer: Pointer): Finding[] {
  const { tags, description } = object;
  const at = pointerTo(pointer, 'tags');
  const found = Array.isArray(tags)
    ? tags.flatMap((tag, i) => tagFinding(tag, pointerTo(at, i)))
    : tagFinding(tags, at);
  if (kind === 'dashboard' && typeof description === 'string' && markerLinesAtEnd(description).length > 0) {
    found.push({
      code: 'marker_written',
      severity: 'error',
      message: "The description ends with Birddog's ownership marker, or with a line that looks like it.",
      pointer: pointerTo(pointer, 'description'),
      hint: 'Remove the line. Only Birddog writes the marker.',
    });
  }
  return found;
}

function tagFinding(tag: Json | undefined, pointer: Pointer): Finding[] {
  const marker = typeof tag === 'string' ? markerTagOf(tag) : undefined;
  if (!marker) return [];
  return [
    {
      code: 'marker_written',
      severity: 'error',
      message: marker.exact
        ? `The tag ${marker.name} is Birddog's ownership marker.`
        : `Datadog may store this tag as ${marker.name}, Birddog's ownership marker.`,
      pointer,
      hint: 'Remove the tag. Only Birddog writes the marker.',
    },
  ];
}

function withTag(tags: readonly string[], name: string, value: string | undefined): string[] {
  return value === undefined || hasTag(tags, name) ? [...tags] : [...tags, `${name}:${value}`];
}

function hasTag(tags: readonly string[], name: string): boolean {
  return tags.some((tag) => tag === name || tag.startsWith(`${name}:`));
}

/** Sorts objects by creation time, oldest first, then by id. */
export function oldestFirst(objects: readonly JsonObject[]): JsonObject[] {
  return objects
    .map((object) => ({ object, at: createdAt(object) }))
    .sort((a, b) => a.at - b.at || compareIds(idOf(a.object), idOf(b.object)))
    .map(({ object }) => object);
}

const NUMBER = /^\d+$/;

/** Compares numeric ids as numbers of any size, others as strings. Avoids Intl.Collator, whose first use takes 3 MiB. */
export function compareIds(a: string, b: string): number {
  const numeric = NUMBER.test(a) && NUMBER.test(b);
  return (numeric ? a.length - b.length : 0) || (a < b ? -1 : Number(a > b));
}

function createdAt(object: JsonObject): number {
  const made = object['created'] ?? object['created_at'];
  return typeof made === 'string' ? Date.parse(made) : typeof made === 'number' ? made : 0;
}

/** Returns the id of a Datadog object as a string, because ids can exceed 2^53. */
export function idOf(object: JsonObject): string {
  const id = object['id'];
  if (typeof id === 'string') return id;
  if (typeof id === 'number') return String(id);
  return isObject(id) || Array.isArray(id) || id === null || typeof id !== 'object' ? '' : id.rawJSON;
}
