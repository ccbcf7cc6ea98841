import { append } from '../../domain/append.ts';
import type { Restore } from '../../contract/schemas.ts';
import type { Finding } from '../../domain/finding.ts';
import type { JsonObject } from '../../domain/json.ts';
import { type StoredKind, toSend } from '../../domain/managed-fields.ts';
import { idOf, unmarked } from '../../domain/marker.ts';
import { pointerTo, valueAt } from '../../domain/pointer.ts';
import { ProblemError } from '../../domain/problem.ts';
import { referencesIn, withIdsReplaced, withReferences } from '../../domain/references.ts';
import type { Revision } from '../../ledger/port.ts';
import { ownObjects } from '../document/plan-document.ts';
import type { DocumentEntry, ReadDocument } from '../document/read-document.ts';
import type { WrittenDocument } from '../document/review-plan.ts';
import { entriesInCycles, fullNameOfEntry, nameOf, nameOfEntry } from '../document/references-in-order.ts';
import type { Ports } from '../ports.ts';
import { redacted } from '../record-revision.ts';
import { storedKind } from '../request.ts';
import { settleBeforeReading } from '../settle.ts';
import type { Compared, Read, Scope, Settled } from '../step.ts';

/** An object to restore. */
interface Wanted {
  readonly kind: StoredKind;
  readonly key: string;
  /** The revision to restore; undefined if the object is to be deleted. */
  readonly revision: Revision | undefined;
  /** The key that the object has now, if it is to get another one. */
  readonly renamedFrom?: string;
}

/** Recorded states as a document. `value` has its objects by kind and key, which pointers name: `/monitors/load/query`. */
interface RestoredDocument extends Settled {
  readonly document: ReadDocument;
  readonly value: JsonObject;
  /** Pointers within each entry's object to texts that the history has without their secrets. */
  readonly redacted: ReadonlyMap<DocumentEntry, readonly string[]>;
  /** The keys that the application's objects have had, by `kind:id`. */
  readonly keys: ReadonlyMap<string, string>;
}

const LISTS = { monitor: 'monitors', dashboard: 'dashboards' } as const;

/**
 * Reads what a restore writes: one revision of an object, or the states before the last apply of the application, except that of
 * this request. Ids of the application's own objects become references, because a restored object has another id. Throws
 * `not_found` if the history does not have a state.
 */
export async function readRevisions(
  body: Restore,
  { request: { context }, ports }: Scope,
): Promise<RestoredDocument> {
  const { application } = body;
  const { ledger } = ports;
  // A write that has landed meanwhile is then in the history.
  const unavailable = await settleBeforeReading({ application }, ports, context);
  const wanted = body.last_apply
    ? await lastApply(application, context.requestId, ledger)
    : await one(body, ledger);
  const ids = await ledger.recordedIds(application);
  const keys = new Map(ids.map(({ kind, id, key }) => [`${kind}:${id}`, key]));
  for (const { kind, key, revision, renamedFrom } of wanted)
    if (revision && renamedFrom !== undefined) keys.set(`${kind}:${revision.id}`, key);
  const value = { monitors: new Map<string, JsonObject>(), dashboards: new Map<string, JsonObject>() };
  const withoutSecrets = new Map<DocumentEntry, readonly string[]>();
  const entries = wanted.flatMap(({ kind, key, revision, renamedFrom: former }): DocumentEntry[] => {
    if (!revision?.body) return [];
    const { object: sent } = toSend(kind, unmarked(kind, revision.body));
    const object = withReferences(kind, sent, keys);
    value[LISTS[kind]].set(key, object);
    const entry = {
      ...entryOf(kind, key, object),
      renamedFrom: former === undefined ? [] : [{ application, key: former }],
      restoredFrom: revision.revision,
    };
    const pointers = revision.redacted.filter((at) => valueAt(object, at) !== undefined);
    if (pointers.length > 0) withoutSecrets.set(entry, pointers);
    return [entry];
  });
  const deletes = new Set(wanted.flatMap((each) => (each.revision?.body ? [] : [nameOf(each)])));
  const document = { application, team: undefined, aliases: {}, entries, deletes, findings: [] };
  const monitors = Object.fromEntries(value.monitors);
  const dashboards = Object.fromEntries(value.dashboards);
  const whole = { application, monitors, dashboards };
  return { document, value: whole, redacted: withoutSecrets, keys, unavailable };
}

/** Returns the entry for an object, of which nothing is left to people. */
function entryOf(kind: StoredKind, key: string, object: JsonObject): DocumentEntry {
  const pointer = pointerTo('', LISTS[kind], key);
  const references = referencesIn(object, pointer);
  return {
    kind,
    stored: kind,
    key,
    pointer,
    object,
    adopt: undefined,
    renamedFrom: [],
    unmanaged: [],
    references,
    verb: 'apply',
  };
}

async function one(body: Restore, ledger: Ports['ledger']): Promise<Wanted[]> {
  const { application, key = '', revision: number = 0 } = body;
  const kind = storedKind(body.kind ?? 'monitor');
  const revision = await ledger.revision({ kind, application, key }, number);
  if (revision) return [{ kind, key, revision }];
  const [newest] = await ledger.revisions({ application, kind, key, limit: 1 });
  if (newest?.renamedFrom && newest.key !== key)
    throw new ProblemError(
      'not_found',
      `The ${kind} "${key}" was renamed to "${newest.key}", and its revisions with it.`,
      { hint: `GET /history with the key "${newest.key}" lists them.` },
    );
  throw new ProblemError(
    'not_found',
    `The history has no revision ${number} of the ${kind} "${key}" of ${application}.`,
    { hint: 'GET /history with the kind and the key lists the revisions of an object.' },
  );
}

async function lastApply(application: string, requestId: string, ledger: Ports['ledger']): Promise<Wanted[]> {
  const objects = await ledger.lastApply(application, requestId);
  if (objects.length === 0)
    throw new ProblemError('not_found', `The history has no apply of ${application} that wrote anything.`);
  return objects.map(({ first, before }) => {
    const { kind, key, renamedFrom: from } = first;
    if (from && from.application !== application)
      throw new ProblemError(
        'not_found',
        `The last apply took the ${kind} "${key}" from the application ${from.application}, and an undo cannot give it back.`,
        { hint: `Apply a document of ${from.application} with "renamed_from: ${application}/${key}".` },
      );
    if (!before && first.action !== 'create')
      throw new ProblemError(
        'not_found',
        `The history does not have the ${kind} "${key}" as it was before the last apply.`,
        { hint: 'Restore the other objects one by one, each with its revision.' },
      );
    return from && before
      ? { kind, key: from.key, revision: before, renamedFrom: key }
      : { kind, key, revision: before };
  });
}

/**
 * Completes recorded states with what Datadog has now. Keeps the text that Datadog has wherever the history has the same text
 * without its secret; returns an error for every other such text, because writing it would replace the secret. Replaces the id of
 * an object that was created again, also within a text such as a link; but not by a reference that is part of a cycle, as of a
 * monitor and a dashboard that link to each other: neither could be created first.
 */
export async function keepCurrentTexts(
  restored: RestoredDocument & Read,
): Promise<WrittenDocument & Settled & Read> {
  const { document, redacted: withoutSecrets, live } = restored;
  const findings: Finding[] = [];
  const own = ownObjects(live);
  const currentId = currentIds(restored, own);
  const withIds = (entry: DocumentEntry, mayRefer: (name: string) => boolean): DocumentEntry => {
    const object = withIdsReplaced(entry.object, (id) => currentId(id, mayRefer));
    return { ...entry, object, references: referencesIn(object, entry.pointer) };
  };
  const all = document.entries.map((entry) => withIds(entry, (name) => name !== nameOfEntry(entry)));
  const cyclic = new Set(entriesInCycles(all, document.application).map(nameOfEntry));
  const entries = document.entries.map((entry, index) => {
    const isCyclic = cyclic.has(nameOfEntry(entry));
    const current = isCyclic ? withIds(entry, (name) => !cyclic.has(name)) : (all[index] ?? entry);
    const pointers = withoutSecrets.get(entry);
    if (!pointers) return current;
    const found = [entry.key, ...entry.renamedFrom.map(({ key }) => key)]
      .map((key) => own.get(fullNameOfEntry({ stored: entry.stored, key }, document.application)))
      .find((object) => object !== undefined);
    const now = found && redacted(unmarked(entry.stored, found.object)).object;
    const lost = pointers.filter((at) => !now || valueAt(now, at) !== valueAt(entry.object, at));
    append(
      findings,
      lost.map((at) => redactedText(entry, at)),
    );
    return { ...current, unmanaged: pointers };
  });
  return { ...restored, document: { ...document, entries }, linted: () => findings };
}

/**
 * Returns a function that replaces the former id of an object by a reference, so that a restore which goes on after a part of its
 * writes is about the same document. Returns the current id where `mayRefer` returns false for the name. An id stays if the object
 * is gone or to be deleted, or is still there under it.
 */
function currentIds(
  { document, keys }: RestoredDocument,
  own: ReturnType<typeof ownObjects>,
): (id: string, mayRefer: (name: string) => boolean) => string | undefined {
  const ids = new Map([...own.values()].map((found) => [nameOfEntry(found), idOf(found.object)]));
  const known = new Set([...ids.keys(), ...document.entries.map(nameOfEntry)]);
  const existing = new Set(ids.values());
  return (id, mayRefer) => {
    if (existing.has(id)) return undefined;
    const kind = /^\d+$/.test(id) ? 'monitor' : 'dashboard';
    const key = keys.get(`${kind}:${id}`);
    if (key === undefined) return undefined;
    const name = nameOf({ kind, key });
    if (!known.has(name) || document.deletes?.has(name)) return undefined;
    return mayRefer(name) ? `\${${name}}` : ids.get(name);
  };
}

/**
 * Returns the document with entries for the other objects that refer to objects which a plan replaces, so that the plan also
 * re-points them: a replaced object is deleted only when nothing refers to it. Undefined if there are none.
 */
export function withReferrers({ document, live, plan: { steps } }: Compared): ReadDocument | undefined {
  const { entries, deletes = new Set() } = document;
  const keys = new Map(
    steps
      .flat()
      .flatMap((step) =>
        step.action === 'replace' ? [[`${step.stored}:${idOf(step.live)}`, step.key] as const] : [],
      ),
  );
  if (keys.size === 0) return undefined;
  const planned = new Set([...deletes, ...entries.map(nameOfEntry)]);
  const referrers = [...ownObjects(live).values()].flatMap((found): DocumentEntry[] => {
    const { stored, key, object } = found;
    if (planned.has(nameOfEntry(found))) return [];
    const whole = withReferences(stored, toSend(stored, unmarked(stored, object)).object, keys);
    const entry = entryOf(stored, key, whole);
    return entry.references.length === 0 ? [] : [entry];
  });
  return referrers.length === 0 ? undefined : { ...document, entries: [...entries, ...referrers] };
}

function redactedText({ stored, key, pointer }: DocumentEntry, at: string): Finding {
  return {
    code: 'redacted_text',
    severity: 'error',
    message: `The field ${at} of the ${stored} "${key}" contained a secret, which the history does not store.`,
    pointer: `${pointer}${at}`,
    hint: `Apply a document with the wanted text of ${at}; the other fields of the revision are in GET /history.`,
  };
}
