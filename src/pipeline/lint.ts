import { lintAlert } from '../alerts/lint-alert.ts';
import { check } from '../contract/check.ts';
import { alertSchema, documentSchema, OBJECT_SCHEMAS } from '../contract/schemas.ts';
import { keyFromName } from '../domain/application.ts';
import type { Finding } from '../domain/finding.ts';
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import type { ManagedKind } from '../domain/managed-kind.ts';
import { markerFindings } from '../domain/marker.ts';
import { type Pointer, pointerTo } from '../domain/pointer.ts';
import { withPlaceholders } from '../domain/references.ts';
import { lintDashboard } from '../lint/dashboard/lint-dashboard.ts';
import { lintMonitor } from '../lint/monitor/lint-monitor.ts';
import { type Envelope, isWrapped, readEnvelope } from './envelope.ts';
import { storedKind } from './request.ts';

/** Everything that is wrong with the body of a create or update, as far as can be told without Datadog. */
export function lintEnvelope(envelope: Envelope): Finding[] {
  const { verb, kind, object, pointer, key, id } = envelope;
  const findings = [...envelope.findings];
  if (object === undefined) return findings;
  findings.push(...lintObject(kind, verb, object, pointer));
  const nameless =
    key === undefined && id === undefined && isObject(object) && defaultKey(kind, object) === undefined;
  if (nameless) findings.push(noKey(kind, pointer));
  return findings;
}

/** What is wrong with one monitor, alert or dashboard. `pointer` is where it stands in the body. */
function lintObject(kind: ManagedKind, verb: 'create' | 'update', object: Json, pointer: Pointer): Finding[] {
  const findings = check(OBJECT_SCHEMAS[kind][verb], object, pointer);
  if (!isObject(object)) return findings;
  findings.push(...markerFindings(storedKind(kind), object, pointer));
  if (kind === 'alert')
    return findings.length > 0 ? findings : lintAlert(alertSchema.parse(object), object['lint'], pointer);
  return [...findings, ...LINTERS[kind](object, pointer, { whole: verb === 'create' })];
}

type Lint = (
  object: JsonObject,
  pointer: Pointer,
  setting: { readonly whole?: boolean; readonly inDocument?: boolean },
) => Finding[];
const LINTERS: Readonly<Record<'monitor' | 'dashboard', Lint>> = {
  monitor: lintMonitor,
  dashboard: lintDashboard,
};

/** What is wrong with a body of `/lint`: a whole document, or the body of a create. */
export function lintBody(body: Json, query: Readonly<Record<string, string | undefined>>): Finding[] {
  if (isDocument(body)) return lintDocument(body);
  return lintEnvelope(readEnvelope('create', kindOfBody(body), body, query));
}

/** What is wrong with a file: a document, the body of a create, or an object as Datadog has it, of no application yet. */
export function lintFile(body: Json): Finding[] {
  const kind = kindOfBody(body);
  if (isDocument(body) || isWrapped(kind, body)) return lintBody(body, {});
  return lintObject(kind, 'create', body, '');
}

function isDocument(body: Json): body is JsonObject {
  if (!isObject(body)) return false;
  return Object.hasOwn(body, 'apiVersion') || LISTS.some(({ list }) => Array.isArray(body[list]));
}

const LISTS = [
  { list: 'monitors', kind: 'monitor' },
  { list: 'alerts', kind: 'alert' },
  { list: 'dashboards', kind: 'dashboard' },
] as const;

/** What is wrong with a document, as far as can be told without Datadog. */
export function lintDocument(document: JsonObject): Finding[] {
  const findings = check(documentSchema, document, '');
  findings.push(...markerFindings('monitor', { tags: document['tags'] ?? [] }, ''));
  for (const { list, kind } of LISTS) {
    const entries = document[list];
    if (!Array.isArray(entries)) continue;
    for (const [at, entry] of entries.entries()) {
      if (!isObject(entry)) continue;
      const { key, adopt: _, unmanaged: __, ...object } = entry;
      const pointer = pointerTo('', list, at);
      findings.push(...markerFindings(storedKind(kind), object, pointer));
      if (kind !== 'alert') {
        findings.push(...LINTERS[kind](withPlaceholders(object), pointer, { inDocument: true }));
      } else if (check(OBJECT_SCHEMAS.alert.create, object, pointer).length === 0) {
        findings.push(...lintAlert(alertSchema.parse(object), object['lint'], pointer));
      }
      if (key === undefined && defaultKey(kind, object) === undefined) findings.push(noKey(kind, pointer));
    }
  }
  return findings;
}

/** Which create a body without a path of its own would go to. */
function kindOfBody(body: Json): ManagedKind {
  if (!isObject(body)) return 'monitor';
  const named = LISTS.find(({ kind }) => Object.hasOwn(body, kind));
  if (named) return named.kind;
  if (Object.hasOwn(body, 'signal')) return 'alert';
  return Object.hasOwn(body, 'widgets') || Object.hasOwn(body, 'layout_type') ? 'dashboard' : 'monitor';
}

/** The key an object has where none is given: the slug of its name or title. */
export function defaultKey(kind: ManagedKind, object: JsonObject): string | undefined {
  const name = object[kind === 'monitor' ? 'name' : 'title'];
  return typeof name === 'string' ? keyFromName(name) : undefined;
}

function noKey(kind: ManagedKind, pointer: Pointer): Finding {
  return {
    code: 'no_key',
    severity: 'error',
    message: `The ${kind} has no key, and no ${kind === 'monitor' ? 'name' : 'title'} that gives one.`,
    pointer,
    hint: 'Give a "key": lower-case letters, digits, ".", "_" and "-".',
  };
}
