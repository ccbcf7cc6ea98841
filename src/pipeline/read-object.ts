import { compileAlert } from '../alerts/compile.ts';
import { memberReferences } from '../alerts/signals/composite.ts';
import { parseAlert } from '../contract/alert-schema.ts';
import type { Finding } from '../domain/finding.ts';
import { isObject, type JsonObject } from '../domain/json.ts';
import { type ManagedKind, toSend } from '../domain/managed-fields.ts';
import { pointerTo } from '../domain/pointer.ts';
import { ProblemError } from '../domain/problem.ts';
import { defaultKey } from './body-kind.ts';
import type { DocumentEntry, OneObject, ReadDocument } from './document/read-document.ts';
import { nameOf } from './document/references-in-order.ts';
import { readEnvelope } from './envelope.ts';
import { keyOf } from './find-live.ts';
import { lintRequest } from './lint.ts';
import { refuseErrors } from './refuse.ts';
import { storedKind } from './request.ts';
import type { Scope, WantedWrite } from './step.ts';

/** A create, update or delete of one object, as a document with one entry, or with one object to delete. */
export interface ObjectWrite extends WantedWrite {
  readonly kind: ManagedKind;
  readonly target: OneObject;
  /** Findings about the body. */
  readonly linted: readonly Finding[];
}

/**
 * Lints and reads the body of a create or update, or the target of a delete. Looks an object that is named by its id up in
 * Datadog, because leases are taken by key. Throws `invalid` with all findings if the body has errors.
 */
export async function readRequest(_known: object, scope: Scope): Promise<ObjectWrite> {
  return scope.request.operation.verb === 'delete' ? readTarget(scope) : readEntry(scope);
}

async function readEntry({ request, ports }: Scope): Promise<ObjectWrite> {
  const { operation, body, query, context } = request;
  const { verb, kind } = operation;
  if (!body || !kind || (verb !== 'create' && verb !== 'update'))
    throw new ProblemError('internal', `${operation.path} is not a write.`);
  const linted = lintRequest({ ...request, body });
  refuseErrors(linted, body);
  const {
    object: written,
    application,
    team,
    key,
    id,
    catalogs,
    pointer,
  } = readEnvelope(verb, kind, body.value, query);
  if (!isObject(written) || application === undefined)
    throw new ProblemError('internal', 'An invalid body passed the lint.');
  const stored = storedKind(kind);
  const target = {
    stored,
    key: key ?? (id === undefined ? defaultKey(kind, written) : undefined),
    id: verb === 'update' ? id : undefined,
  };
  const only = { ...target, key: await keyOf(ports[stored], { application, ...target }, context) };
  const { entry, findings } = singleEntry(kind, written, { key: only.key, pointer, verb });
  const document = {
    application,
    team,
    aliases: catalogs,
    entries: [entry],
    only,
    findings,
  };
  return { ...writeOf(kind, document, only), linted };
}

/** Returns the entry of an object that is not in a document, and the findings about fields that are not sent. */
export function singleEntry(
  kind: ManagedKind,
  written: JsonObject,
  { key, pointer, verb }: Pick<DocumentEntry, 'key' | 'pointer' | 'verb'>,
): { readonly entry: DocumentEntry; readonly findings: readonly Finding[] } {
  const stored = storedKind(kind);
  const alertUpdate = kind === 'alert' && verb === 'update' ? written : undefined;
  const definition = alertUpdate ? {} : kind === 'alert' ? compileAlert(parseAlert(written)) : written;
  const { object, findings } = toSend(stored, definition);
  return {
    entry: {
      kind,
      stored,
      key,
      pointer,
      object,
      ...(alertUpdate ? { alertUpdate } : {}),
      adopt: undefined,
      renamedFrom: [],
      unmanaged: [],
      references: kind === 'alert' ? memberReferences(written['signal'], pointerTo(pointer, 'signal')) : [],
      verb,
    },
    findings: findings.map((finding) => ({ ...finding, pointer: `${pointer}${finding.pointer}` })),
  };
}

async function readTarget({ request, ports }: Scope): Promise<ObjectWrite> {
  const { operation, query, context } = request;
  const { kind = 'monitor' } = operation;
  const { application = '', key, id } = query;
  if (key === undefined && id === undefined)
    throw new ProblemError('bad_request', `Name the ${kind} by "key" or by "id" in the query.`);
  const stored = storedKind(kind);
  const only = { stored, key: await keyOf(ports[stored], { application, key, id }, context), id };
  const document = {
    application,
    team: undefined,
    aliases: {},
    entries: [],
    only,
    deletes: new Set([nameOf({ kind: stored, key: only.key })]),
    findings: [],
  };
  return { ...writeOf(kind, document, only), linted: [] };
}

function writeOf(kind: ManagedKind, document: ReadDocument, target: OneObject): Omit<ObjectWrite, 'linted'> {
  const { stored, key } = target;
  return { kind, document, target, names: [{ kind: stored, application: document.application, key }] };
}
