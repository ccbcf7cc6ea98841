import { keyFromName } from '../domain/application.ts';
import type { Finding } from '../domain/finding.ts';
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import type { ManagedKind } from '../domain/managed-fields.ts';

/** The lists of a document. */
export const LISTS = [
  { list: 'monitors', kind: 'monitor' },
  { list: 'alerts', kind: 'alert' },
  { list: 'dashboards', kind: 'dashboard' },
] as const;

/** Fields of the objects in a document, each of which only one kind has. */
const OWN_FIELDS: readonly (readonly [field: string, kind: ManagedKind])[] = [
  ['signal', 'alert'],
  ['condition', 'alert'],
  ['widgets', 'dashboard'],
  ['layout_type', 'dashboard'],
  ['query', 'monitor'],
  ['options', 'monitor'],
  ['type', 'monitor'],
];

/** Returns the kind of a monitor, an alert or a dashboard, or undefined if it has no field of its kind. */
function kindOf(object: JsonObject): ManagedKind | undefined {
  return OWN_FIELDS.find(([field]) => Object.hasOwn(object, field))?.[1];
}

/** Returns the kind of object that the body of a create contains in the field of that name, or undefined. */
function wrappedKind(body: JsonObject): ManagedKind | undefined {
  return LISTS.find(({ kind }) => Object.hasOwn(body, kind) && !Array.isArray(body[kind]))?.kind;
}

/**
 * Returns whether a body is a document rather than the body of a create, or an object of Datadog: it has a field that only
 * documents have, or names an application and is neither of these.
 */
export function isDocument(body: JsonObject): boolean {
  if (Object.hasOwn(body, 'apiVersion') || LISTS.some(({ list }) => Object.hasOwn(body, list))) return true;
  if (wrappedKind(body) !== undefined) return false;
  if (LISTS.some(({ kind }) => Object.hasOwn(body, kind))) return true;
  return (Object.hasOwn(body, 'application') || Object.hasOwn(body, 'team')) && kindOf(body) === undefined;
}

/** Returns whether the body of a preview is about one object: it has an alert or a monitor, or only a key. */
export function isAboutOneObject(body: JsonObject): boolean {
  if (!isDocument(body)) return kindOfBody(body) !== 'dashboard';
  const hasObjects = LISTS.some(({ list, kind }) => Object.hasOwn(body, list) || Object.hasOwn(body, kind));
  return Object.hasOwn(body, 'key') && !hasObjects;
}

/** Guesses the kind of object in a body that was sent to a path without a kind. */
export function kindOfBody(body: JsonObject): ManagedKind {
  return wrappedKind(body) ?? kindOf(body) ?? 'monitor';
}

/** Returns the finding about a body that is not a document. It says what the body is instead. */
export function noDocument(body: Json): Finding {
  const [message, hint] = reasonOf(body);
  return { code: 'no_document', severity: 'error', message, pointer: '', hint };
}

const HINT =
  'A document has the fields "application" and "team", and lists in "monitors", "alerts" or "dashboards".';

function reasonOf(body: Json): readonly [message: string, hint: string] {
  if (body === null) return ['The document is empty.', HINT];
  if (Array.isArray(body)) {
    const [first] = body;
    const kind = isObject(first) ? kindOf(first) : undefined;
    const message = `A document must be an object, not a list${kind === undefined ? '' : ` of ${kind}s`}.`;
    return [
      message,
      kind === undefined ? HINT : `Put the list in the field "${kind}s", beside "application" and "team".`,
    ];
  }
  if (!isObject(body)) return ['A document must be an object with fields, not a single value.', HINT];
  const wrapped = wrappedKind(body);
  if (wrapped !== undefined)
    return [
      `This is the body of a create, not a document: it has one ${wrapped} in the field "${wrapped}".`,
      `Put the ${wrapped} in a list: the field "${wrapped}s".`,
    ];
  const kind = kindOf(body);
  if (kind === undefined) return ['This is not a document: it has none of its fields.', HINT];
  return [
    `This is ${kind === 'alert' ? 'an' : 'a'} ${kind}, not a document.`,
    `Put it in the list "${kind}s" of a document with "application" and "team".`,
  ];
}

/** Returns the default key of an object: the slug of its name or title. */
export function defaultKey(kind: ManagedKind, object: JsonObject): string | undefined {
  const name = object[nameField(kind)];
  return typeof name === 'string' ? keyFromName(name) : undefined;
}

/** Returns the field with the name of an object. */
export function nameField(kind: ManagedKind): 'name' | 'title' {
  return kind === 'monitor' ? 'name' : 'title';
}
