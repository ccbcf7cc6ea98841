import type { Finding } from './finding.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import type { Owner, StoredKind } from './managed-kind.ts';
import { pointerTo } from './pointer.ts';

/** Whose an object is, and what is written on it besides. */
export interface Mark {
  readonly application: string;
  readonly key: string;
}
export interface Stamp extends Mark {
  /** Added as `team:` where the object has no tag of that key. */
  readonly team?: string;
  /** Added to a monitor as `service:` where it has no tag of that key; only for a listed application. */
  readonly service?: string;
}

const APPLICATION_TAG = 'birddog_application:';
const KEY_TAG = 'birddog_key:';
const LINE = 'Managed by Birddog: ';
const MARK = /^([a-z0-9][a-z0-9._-]{0,99})\/([a-z0-9][a-z0-9._-]{0,79})$/;
const DESCRIPTION = /(?:^|\n\n)Managed by Birddog: ([^\n]*)$/;

/** The monitor tag that finds all of an application, or the object under one key. */
export function markerTag(owner: Owner): string {
  return owner.key === undefined
    ? `${APPLICATION_TAG}${owner.application}`
    : `${KEY_TAG}${owner.application}/${owner.key}`;
}

/** Whose an object is: `birddog_key` alone for a monitor, the last line of the description for a dashboard. */
export function markOf(kind: StoredKind, object: JsonObject): Mark | undefined {
  const text =
    kind === 'monitor'
      ? textList(object['tags'])
          .find((t) => t.startsWith(KEY_TAG))
          ?.slice(KEY_TAG.length)
      : DESCRIPTION.exec(typeof object['description'] === 'string' ? object['description'] : '')?.[1];
  const match = text === undefined ? undefined : MARK.exec(text);
  return match?.[1] && match[2] ? { application: match[1], key: match[2] } : undefined;
}

/** Whether an object's marker says `owner`. */
export function isOwnedBy(kind: StoredKind, object: JsonObject, owner: Owner): boolean {
  const mark = markOf(kind, object);
  return mark?.application === owner.application && (owner.key === undefined || mark.key === owner.key);
}

/** The object as it goes to Datadog: marked, and with the team and service tags it lacks. */
export function stamped(kind: StoredKind, object: JsonObject, stamp: Stamp): JsonObject {
  const mark = `${stamp.application}/${stamp.key}`;
  const tags = withTag(
    withTag(textList(object['tags']), 'service', kind === 'monitor' ? stamp.service : undefined),
    'team',
    stamp.team,
  );
  if (kind === 'monitor') {
    return { ...object, tags: [...tags, `${APPLICATION_TAG}${stamp.application}`, `${KEY_TAG}${mark}`] };
  }
  const description = object['description'];
  const before = typeof description === 'string' && description !== '' ? `${description}\n\n` : '';
  return { ...object, description: `${before}${LINE}${mark}`, ...(tags.length > 0 ? { tags } : {}) };
}

/** The object as a user reads it: without its marker. */
export function unmarked(kind: StoredKind, object: JsonObject): JsonObject {
  if (kind === 'monitor') {
    if (!Array.isArray(object['tags'])) return object;
    return { ...object, tags: object['tags'].filter((t) => !isMarkerTag(t)) };
  }
  const description = object['description'];
  if (typeof description !== 'string' || !DESCRIPTION.test(description)) return object;
  return { ...object, description: description.replace(DESCRIPTION, '') || null };
}

/** What a user wrote that only Birddog may write. `pointer` is where `object` stands in the body. */
export function markerFindings(kind: StoredKind, object: JsonObject, pointer: string): Finding[] {
  const finding = (where: string): Finding => ({
    code: 'marker_written',
    severity: 'error',
    message: "This is Birddog's own mark of ownership; Birddog writes it itself.",
    pointer: where,
    hint: 'Leave it out.',
  });
  if (kind === 'monitor') {
    const tags = Array.isArray(object['tags']) ? object['tags'] : [];
    return tags.flatMap((t, i) => (isMarkerTag(t) ? [finding(pointerTo(pointer, 'tags', i))] : []));
  }
  const description = object['description'];
  return typeof description === 'string' && DESCRIPTION.test(description)
    ? [finding(pointerTo(pointer, 'description'))]
    : [];
}

function isMarkerTag(tag: Json): boolean {
  return typeof tag === 'string' && (tag.startsWith(APPLICATION_TAG) || tag.startsWith(KEY_TAG));
}

function withTag(tags: readonly string[], name: string, value: string | undefined): string[] {
  const has = tags.some((t) => t === name || t.startsWith(`${name}:`));
  return value === undefined || has ? [...tags] : [...tags, `${name}:${value}`];
}

function textList(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((v) => typeof v === 'string') : [];
}

/** Objects by when they were made, for "the oldest is ours"; those of one moment by their ids. */
export function oldestFirst(objects: readonly JsonObject[]): JsonObject[] {
  return objects
    .map((object) => ({ object, at: madeAt(object) }))
    .sort((a, b) => a.at - b.at || byNumber(idOf(a.object), idOf(b.object)))
    .map(({ object }) => object);
}

/** Numbers of any size by what they are worth. Not by Intl.Collator, whose first use takes 3 MiB. */
function byNumber(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : Number(a > b));
}

function madeAt(object: JsonObject): number {
  const made = object['created'] ?? object['created_at'];
  return typeof made === 'string' ? Date.parse(made) : typeof made === 'number' ? made : 0;
}

/** The id of a Datadog object as text; ids may pass 2^53. */
export function idOf(object: JsonObject): string {
  const id = object['id'];
  if (typeof id === 'string') return id;
  if (typeof id === 'number') return String(id);
  return isObject(id) || Array.isArray(id) || id === null || typeof id !== 'object' ? '' : id.rawJSON;
}
