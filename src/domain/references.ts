import { APPLICATION_SLUG, KEY_SLUG } from './application.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import type { StoredKind } from './managed-kind.ts';
import { type Pointer, pointerTo } from './pointer.ts';

/** Another object named by its key, as in `${monitor:queue-depth}` or `${monitor:other-app/key}`. */
export interface Reference {
  readonly kind: StoredKind;
  /** Absent: the application of the document. */
  readonly application?: string;
  readonly key: string;
}
/** Where a reference stands: in the text at a pointer, at an offset in UTF-16 units. */
export interface PlacedReference {
  readonly pointer: Pointer;
  readonly at: number;
  /** As it was written. */
  readonly text: string;
  /** Undefined where it is written wrong. */
  readonly to: Reference | undefined;
}

/** No key has a `$`: a search for the closing brace ends at the next reference, so that many of them stay linear. */
const WRITTEN = /\$\{(monitor|dashboard|alert):([^}$]*)\}/g;

/** Every reference in the texts of an object. `pointer` is where it stands in the body. */
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

function readReference(kind: string, name: string): Reference | undefined {
  const [first = '', second, ...more] = name.split('/');
  const [application, key] = second === undefined ? [undefined, first] : [first, second];
  if (more.length > 0 || !KEY_SLUG.test(key)) return undefined;
  if (application !== undefined && !APPLICATION_SLUG.test(application)) return undefined;
  // Monitors and alerts share one space of keys.
  const stored = kind === 'dashboard' ? 'dashboard' : 'monitor';
  return { kind: stored, key, ...(application === undefined ? {} : { application }) };
}

/**
 * The object with ids instead of references. One whose id is not known yet stays as it was written.
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

/** The object as rules look at it: a reference is a number of the same length, so that every place stays where it was. */
export function withPlaceholders(object: JsonObject): JsonObject {
  if (!mayRefer(object)) return object;
  return mapTexts(object, (text) => text.replace(WRITTEN, (written) => '1'.padEnd(written.length, '0')));
}

/** Whether a text may hold a reference; hardly any does, and so the rest of the work is spared. */
function mayRefer(value: Json): boolean {
  if (typeof value === 'string') return value.includes('${');
  if (typeof value !== 'object' || value === null) return false;
  return (Array.isArray(value) ? value : Object.values(value)).some(mayRefer);
}

const PLACEHOLDER = /^10{11,}$/;

/** Whether a number stands for a reference while rules look at it: no id of Datadog's ends in so many zeros. */
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
