import { createHash } from 'node:crypto';
import type { Route } from '../../domain/application.ts';
import { withLiveSpelling } from '../../alerts/fields/ineffective.ts';
import { isCompiledAlert } from '../../alerts/read-back.ts';
import { append } from '../../domain/append.ts';
import { canonical } from '../../diff/canonical.ts';
import { changesOf, needsReplace } from '../../diff/changes.ts';
import { droppedFields } from '../../diff/dropped-fields.ts';
import { mergedForUpdate, withLiveValues } from '../../diff/document-update.ts';
import { type Json, type JsonObject, isObject, printJson } from '../../domain/json.ts';
import { STORED_KINDS, type StoredKind } from '../../domain/managed-fields.ts';
import {
  idOf,
  markOf,
  oldestFirst,
  ownershipOf,
  type Stamp,
  type Stamped,
  stamped,
  unmarked,
} from '../../domain/marker.ts';
import { type Reference, resolved } from '../../domain/references.ts';
import type { Steps } from '../../domain/steps.ts';
import type { Finding } from '../../domain/finding.ts';
import { pointerTo } from '../../domain/pointer.ts';
import { adoptionFindings } from './adoption.ts';
import type {
  DeleteStep,
  DocumentPlan,
  LiveState,
  OtherStep,
  PlanStep,
  RefusedEntry,
  ReplaceStep,
} from './document-plan.ts';
import { allEntries, keysWithAssets, type ReadDocument, type DocumentEntry } from './read-document.ts';
import {
  fullName,
  fullNameOfEntry,
  nameOfEntry,
  nameOfMark,
  sortByReferences,
} from './references-in-order.ts';
import { updatedAlert } from './alert-update.ts';
import { likelyRenames } from './likely-renames.ts';
import { type Rename, type Renames, renamesOf } from './renames.ts';
import { unselectedRenames } from './selection.ts';

/** Compares a document with the state of Datadog and yields after each entry. Pure. */
export function* planningDocument(
  document: ReadDocument,
  live: LiveState,
  route: Route,
): Steps<DocumentPlan> {
  const { application, entries, prune = false, deletes = new Set<string>() } = document;
  const own = ownObjects(live);
  const all = allEntries(document);
  const renames = renamesOf(all, application, live, (name) => {
    const one = own.get(name);
    return one ? [one.object, ...one.clones] : [];
  });
  const found = new Map(
    entries.map((entry) => [entry, liveObjectOf(entry, application, own, { live, renames })]),
  );
  const ids = knownIds(own, found, renames, application);
  const idFor = (name: string) => ids.get(name) ?? live.foreign.get(name);
  const isDeleted = (object: { readonly stored: StoredKind; readonly key: string }) =>
    prune || deletes.has(nameOfEntry(object));
  const exists = (name: string) => {
    if (renames.takers.has(name)) return false;
    const object = own.get(name);
    return (object !== undefined && !isDeleted(object)) || live.foreign.has(name) || isUnread(document, name);
  };
  const order = sortByReferences(entries, application, { exists, ...renames });
  const clonesOf = (entry: DocumentEntry) => own.get(fullNameOfEntry(entry, application))?.clones ?? [];
  const refused: RefusedEntry[] = [];
  const notes: Finding[] = [];
  const steps: PlanStep[][] = [];
  for (const list of order.steps) {
    const planned: PlanStep[] = [];
    for (const entry of list) {
      const before = found.get(entry);
      const desired = desiredOf(entry, before, document, route, idFor);
      append(notes, desired.notes ?? []);
      if (desired.ok) {
        const step = stepFor(entry, before, desired.object, {
          clones: clonesOf(entry),
          rename: renames.of.get(entry),
        });
        // What refers to a replaced object refers to its successor.
        if (step.action === 'replace' && step.successor)
          ids.set(fullNameOfEntry(entry, application), idOf(step.successor));
        planned.push(step);
      } else refused.push({ entry, findings: desired.findings });
      yield;
    }
    steps.push(planned);
  }
  const extra = yield* stepsOfOthers(own, all, { renames, unread: document.unread ?? new Set() }, isDeleted);
  const clones = [...own.values()].flatMap(({ stored, key, clones: list }) =>
    list.map((clone): OtherStep => ({ kind: stored, stored, key, action: 'clone', live: clone })),
  );
  const successors = new Set(
    steps.flat().map((step) => (step.action === 'replace' ? step.successor : undefined)),
  );
  return {
    application,
    refused,
    steps: [...steps, deleteOrder(extra), clones.filter((clone) => !successors.has(clone.live))].filter(
      (list) => list.length > 0,
    ),
    findings: [
      ...document.findings,
      ...notes,
      ...order.findings,
      ...adoptionFindings(entries, live.adoptable, application, (entry) =>
        own.has(fullNameOfEntry(entry, application)),
      ),
      ...renames.findings,
      ...unselectedRenames(document, renames.takers),
      ...steps.flat().flatMap(impossibleRename),
      ...(yield* likelyRenames([...steps.flat(), ...extra])),
      ...droppedFieldsOf(found),
    ],
  };
}

function droppedFieldsOf(found: Found): Finding[] {
  return [...found].flatMap(([{ stored, object, pointer, verb }, before]) =>
    before && verb === 'apply' ? droppedFields(stored, object, before, pointer) : [],
  );
}

/** Returns whether a name is that of an invalid entry, which a finding reports. A reference to it has no fault. */
function isUnread({ selection, unread }: ReadDocument, name: string): boolean {
  return selection === undefined && unread?.has(name) === true;
}

/** Returns the steps of the objects that are not in the document, and yields after each. */
function* stepsOfOthers(
  own: ReadonlyMap<string, OwnObject>,
  entries: readonly DocumentEntry[],
  { renames: { takers }, unread }: { readonly renames: Renames; readonly unread: ReadonlySet<string> },
  isDeleted: (one: OwnObject) => boolean,
): Steps<(DeleteStep | OtherStep)[]> {
  const named = new Set(entries.map(nameOfEntry));
  const steps: (DeleteStep | OtherStep)[] = [];
  for (const [name, one] of own) {
    if (named.has(nameOfEntry(one)) || takers.has(name) || unread.has(name)) continue;
    const { stored, key, object } = one;
    // Most monitors can be expressed as alerts. Those of alerts have every option that compiling writes.
    const kind = stored === 'monitor' && isCompiledAlert(unmarked(stored, object)) ? 'alert' : stored;
    steps.push({ kind, stored, key, action: isDeleted(one) ? 'delete' : 'extra', live: object });
    yield;
  }
  return steps;
}

type Found = ReadonlyMap<DocumentEntry, JsonObject | undefined>;

/** Returns the Datadog object of an entry: the one that it renames, the one with its marker, or the unmarked one that it adopts. */
function liveObjectOf(
  entry: DocumentEntry,
  application: string,
  own: ReadonlyMap<string, OwnObject>,
  { live, renames }: { readonly live: LiveState; readonly renames: Renames },
): JsonObject | undefined {
  const { stored, adopt } = entry;
  const renamed = renames.of.get(entry);
  if (renamed) return renamed.live;
  const name = fullNameOfEntry(entry, application);
  const marked = renames.takers.has(name) ? undefined : own.get(name);
  if (marked) return marked.object;
  const adopted = adopt === undefined ? undefined : live.adoptable.get(`${stored}:${adopt}`);
  return adopted && ownershipOf(stored, adopted).state === 'unmarked' ? adopted : undefined;
}

/** Returns the known ids by `kind:application/key`. An object that will be replaced has no known id. */
function knownIds(
  own: ReadonlyMap<string, OwnObject>,
  found: Found,
  { takers }: Renames,
  application: string,
): Map<string, string> {
  const ids = new Map(
    [...own].flatMap(([name, { object }]) => (takers.has(name) ? [] : [[name, idOf(object)] as const])),
  );
  for (const [entry, live] of found) {
    if (!live) continue;
    const name = fullNameOfEntry(entry, application);
    if (needsReplace(entry.stored, live, entry.object)) ids.delete(name);
    else ids.set(name, idOf(live));
  }
  return ids;
}

/**
 * Returns the desired object of an entry, with the marker. References of alerts and of documents are resolved if `idFor` knows
 * them. In a document, unmanaged fields are as they are in Datadog. Rejects an object that would carry a second marker.
 */
export function desiredOf(
  entry: DocumentEntry,
  live: JsonObject | undefined,
  { application, team }: ReadDocument,
  route: Route,
  idFor: (fullName: string) => string | undefined,
): Stamped & { readonly notes?: readonly Finding[] } {
  const { stored, key, pointer, alertUpdate } = entry;
  const stamp: Stamp = {
    application,
    key,
    ...(team === undefined ? {} : { team }),
    ...(route.route === 'listed' ? { service: route.service } : {}),
  };
  const current = live && unmarked(stored, live);
  const updated = alertUpdate && current && updatedAlert(alertUpdate, current);
  if (updated && !updated.monitor) return { ok: false, findings: updated.findings };
  const object = updated?.monitor ?? entry.object;
  const whole = wholeObject({ ...entry, object }, current, (to) => idFor(fullName(to, application)));
  const notes = updated?.findings.map((one) => ({ ...one, pointer: `${pointer}${one.pointer}` }));
  return { ...stamped(stored, whole, stamp, live), ...(notes ? { notes } : {}) };
}

/** Returns an entry with what it takes over from the live object, which has no marker here. */
function wholeObject(
  { kind, stored, object, unmanaged, verb }: DocumentEntry,
  live: JsonObject | undefined,
  idFor: (reference: Reference) => string | undefined,
): JsonObject {
  const whole = verb === 'apply' || kind === 'alert' ? resolved(object, idFor) : object;
  if (verb === 'create' || !live) return whole;
  const merged = verb === 'update' ? mergedForUpdate(stored, live, whole) : whole;
  const kept = kind === 'alert' ? withLiveSpelling(merged, live) : merged;
  return verb === 'apply' ? withLiveValues(kept, live, unmanaged) : kept;
}

interface OwnObject {
  readonly stored: StoredKind;
  readonly key: string;
  readonly object: JsonObject;
  readonly clones: readonly JsonObject[];
}

/** Groups the application's objects by `kind:application/key`. The oldest of each key is the original; others are clones. */
export function ownObjects({ own }: Pick<LiveState, 'own'>): ReadonlyMap<string, OwnObject> {
  const objects = new Map<string, OwnObject>();
  for (const stored of STORED_KINDS) {
    for (const object of oldestFirst(own[stored])) {
      const mark = markOf(stored, object);
      if (!mark) continue;
      const name = nameOfMark(stored, mark);
      const first = objects.get(name);
      objects.set(
        name,
        first
          ? { ...first, clones: [...first.clones, object] }
          : { stored, key: mark.key, object, clones: [] },
      );
    }
  }
  return objects;
}

/**
 * Compares an entry with its object. An interrupted replacement leaves two objects with the marker: the old one, and a
 * successor that equals the entry. The successor is then taken instead of creating another object.
 */
function stepFor(
  entry: DocumentEntry,
  live: JsonObject | undefined,
  desired: JsonObject,
  { clones, rename }: { readonly clones: readonly JsonObject[]; readonly rename: Rename | undefined },
): PlanStep {
  const { kind, stored, key } = entry;
  const step = { kind, stored, key, entry, desired };
  if (!live) return { ...step, action: 'create' };
  if (rename) {
    const others = changesOf(stored, unmarked(stored, live), unmarked(stored, desired));
    return { ...step, action: 'rename', live, from: rename.from, changes: others };
  }
  const changes = changesOf(stored, live, desired);
  if (!needsReplace(stored, live, desired))
    return changes.length > 0
      ? { ...step, action: 'update', live, changes }
      : { ...step, action: 'none', live };
  const successor = clones.find(
    (one) => !needsReplace(stored, one, desired) && changesOf(stored, one, desired).length === 0,
  );
  return { ...step, action: 'replace', live, changes, successor };
}

/** Returns the error about a rename of an object that Datadog cannot change in place. */
function impossibleRename(step: PlanStep): Finding[] {
  if (step.action !== 'rename' || !needsReplace(step.stored, step.live, step.desired)) return [];
  const { stored, from, entry } = step;
  return [
    {
      code: 'rename_replace',
      severity: 'error',
      message: `Datadog cannot change the ${stored === 'monitor' ? 'type' : 'layout'} of a ${stored} in place, so a rename of "${from.key}" cannot keep its id.`,
      pointer: pointerTo(entry.pointer, entry.renamedFrom.length > 0 ? 'renamed_from' : 'adopt'),
      hint: 'Rename it first and change it in a second apply, or make it a new object: remove the field.',
    },
  ];
}

/** Orders deletes so that referring objects go first: dashboards, then composite monitors, then other monitors. */
export function deleteOrder<T extends Pick<ReplaceStep | DeleteStep, 'stored' | 'live'>>(
  steps: readonly T[],
): T[] {
  const rank = ({ stored, live }: T) => (stored === 'dashboard' ? 0 : live['type'] === 'composite' ? 1 : 2);
  return [...steps].sort((a, b) => rank(a) - rank(b));
}

/** Characters of one digest of a fingerprint, as base64url. */
export const DIGEST_LENGTH = 22;

/**
 * Computes a fingerprint of two digests, of the document with `prune` and of the state of Datadog, which shows which of them
 * changed.
 */
export function* fingerprintSteps(document: ReadDocument, live: LiveState): Steps<string> {
  const entries = document.entries.map(
    ({ kind, key, object, adopt, unmanaged, renamedFrom, restoredFrom }) => ({
      kind,
      key,
      object,
      adopt: adopt ?? null,
      unmanaged: [...unmanaged],
      // The former key of a restored object changes with the restore.
      ...(renamedFrom.length > 0 && restoredFrom === undefined
        ? { renamedFrom: renamedFrom.map((from) => ({ ...from })) }
        : {}),
    }),
  );
  const withAssets = keysWithAssets(document);
  const objects: { id: string; object: JsonObject }[] = [];
  for (const stored of STORED_KINDS) {
    for (const object of plannedObjects(stored, live)) {
      const { assets = null, ...rest } = canonical(stored, object);
      // Lists omit runbook links, so they count only for monitors that were read singly.
      const counts = stored === 'monitor' && withAssets.has(markOf(stored, object)?.key ?? '');
      objects.push({ id: idOf(object), object: counts ? { ...rest, assets } : rest });
      yield;
    }
  }
  const { prune = false, deletes } = document;
  const deleted = deletes && deletes.size > 0 ? `,${printJson([...deletes].sort())}` : '';
  const end = `]${deleted}${prune ? ',"prune"' : ''}]`;
  const documentDigest = yield* digestOf(`[${printJson(document.team ?? null)},[`, entries, end);
  return `${documentDigest}-${yield* digestOf(
    '[',
    objects.sort((a, b) => (a.id < b.id ? -1 : 1)),
    ']',
  )}`;
}

/** Returns the objects that a plan depends on: the application's own, and those that entries adopt, or rename from other applications. */
export function plannedObjects(stored: StoredKind, { own, adoptable, renamable }: LiveState): JsonObject[] {
  const others = [...[...adoptable].map(([name, object]) => [name, [object]] as const), ...renamable];
  return [
    ...own[stored],
    ...others.flatMap(([name, objects]) => (name.startsWith(`${stored}:`) ? objects : [])),
  ];
}

/** Computes the digest of a list as JSON, between two strings. */
function* digestOf(before: string, items: readonly Json[], after: string): Steps<string> {
  const hash = createHash('sha256').update(before);
  for (const [at, item] of items.entries()) {
    hash.update(`${at > 0 ? ',' : ''}${printJson(sortedByName(item))}`);
    yield;
  }
  return hash.update(after).digest('base64url').slice(0, DIGEST_LENGTH);
}

/** Returns a value with the fields of every object sorted by name. */
export function sortedByName(value: Json): Json {
  if (Array.isArray(value)) return value.map(sortedByName);
  if (!isObject(value)) return value;
  const names = Object.keys(value).sort();
  return Object.fromEntries(names.map((name) => [name, sortedByName(value[name] ?? null)]));
}
