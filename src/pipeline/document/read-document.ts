import { append } from '../../domain/append.ts';
import { check } from '../../contract/check.ts';
import { alertSchema, parseAlert } from '../../contract/alert-schema.ts';
import { applicationSchema, formerName, MAX_FORMER_NAMES } from '../../contract/schemas.ts';
import { CATALOG_NAMES, type CatalogAliases, KEY_SLUG } from '../../domain/application.ts';
import type { Finding } from '../../domain/finding.ts';
import { isObject, type Json, type JsonObject, numberText, textsOf } from '../../domain/json.ts';
import { type ManagedKind, type StoredKind, toSend } from '../../domain/managed-fields.ts';
import type { Mark } from '../../domain/marker.ts';
import { type Pointer, pointerTo } from '../../domain/pointer.ts';
import { type PlacedReference, referencesIn } from '../../domain/references.ts';
import { tooLarge } from '../../domain/problem.ts';
import { checkTimeBudget } from '../../domain/time-budget.ts';
import { isCompilable } from '../../alerts/compile-query.ts';
import { isGenerated } from '../../dashboards/alerts-dashboard.ts';
import { compileAlert } from '../../alerts/compile.ts';
import { memberReferences } from '../../alerts/signals/composite.ts';
import { runAtOnce, type Steps } from '../../domain/steps.ts';
import { defaultKey, LISTS } from '../body-kind.ts';
import { storedKind } from '../request.ts';
import { GeneratedDashboards } from './generated-dashboards.ts';

/** The desired state of one monitor, alert or dashboard of a document. */
export interface DocumentEntry {
  readonly kind: ManagedKind;
  readonly stored: StoredKind;
  readonly key: string;
  /** Its pointer in the document. */
  readonly pointer: Pointer;
  /** Only Datadog's fields, with unresolved references and without the marker. */
  readonly object: JsonObject;
  /** Of an update of an alert: the fields that change. The object follows from these and from the live monitor. */
  readonly alertUpdate?: JsonObject;
  /** The id of an existing Datadog object that this entry adopts. */
  readonly adopt: string | undefined;
  /** The former names of the object, which the entry renames. */
  readonly renamedFrom: readonly Mark[];
  /** Pointers to fields within the object that people manage in Datadog. */
  readonly unmanaged: readonly Pointer[];
  readonly references: readonly PlacedReference[];
  /** Whether it is a dashboard that is generated from the alerts of the document. */
  readonly fromAlerts?: true;
  /** The revision that this entry restores. */
  readonly restoredFrom?: number;
  readonly verb: EntryVerb;
}

/**
 * How an entry relates to the object in Datadog. `apply`, in a document: it is the whole object. `create`: an existing object
 * must equal it. `update`: it is merged with the object, which must exist.
 */
export type EntryVerb = 'apply' | 'create' | 'update';

/** The object that a write of one object is about. `id` is Datadog's, if the caller named it. */
export interface OneObject {
  readonly stored: StoredKind;
  readonly key: string;
  readonly id: string | undefined;
}

/** Which entries of a document are planned. */
export interface Selection {
  /** The pointers of the selected entries. */
  readonly pointers: ReadonlySet<Pointer>;
  /** The names (`kind:key`) of the other entries. */
  readonly others: ReadonlySet<string>;
  /** All entries. Those that are not selected still show which objects keep their keys, and which are renamed. */
  readonly all: readonly DocumentEntry[];
}

/** A parsed document. */
export interface ReadDocument {
  readonly application: string;
  readonly team: string | undefined;
  readonly aliases: CatalogAliases;
  readonly entries: readonly DocumentEntry[];
  /** The only object that is read and written; undefined if the document is about all objects of its application. */
  readonly only?: OneObject;
  /** Objects (`kind:key`) that a delete or a restore deletes. */
  readonly deletes?: ReadonlySet<string>;
  /** Whether an apply deletes the application's objects that the document does not have. Default: false. */
  readonly prune?: boolean;
  readonly findings: readonly Finding[];
  /** The names (`kind:application/key`) of entries that are too invalid to be read. Default: none. */
  readonly unread?: ReadonlySet<string>;
  /** If only some entries were selected: `entries` has only these. */
  readonly selection?: Selection;
}

/** Returns all entries of a document, also those that are not selected. */
export function allEntries({ entries, selection }: ReadDocument): readonly DocumentEntry[] {
  return selection?.all ?? entries;
}

/** Returns the application of a document and its names in the catalogs; an empty string if it has no valid application. */
export function documentIn(value: Json): Pick<ReadDocument, 'application' | 'aliases'> {
  const document = isObject(value) ? value : {};
  const { application, catalogs } = document;
  return {
    application:
      typeof application === 'string' && check(applicationSchema, application, '').length === 0
        ? application
        : '',
    aliases: isObject(catalogs) ? aliasesOf(catalogs) : {},
  };
}

function aliasesOf(catalogs: JsonObject): CatalogAliases {
  return Object.fromEntries(
    CATALOG_NAMES.flatMap((name) => {
      const alias = catalogs[name];
      return typeof alias === 'string' ? [[name, alias] as const] : [];
    }),
  );
}

/**
 * Parses a document. Each entry gets the document's common tags and recipients. Skips invalid entries, which lintDocument
 * reports.
 */
export function readDocument(document: JsonObject): ReadDocument {
  return runAtOnce(readingDocument(document));
}

/** Parses a document and yields after each entry. */
export function* readingDocument(document: JsonObject): Steps<ReadDocument> {
  const { team } = document;
  const findings: Finding[] = [];
  const entries: DocumentEntry[] = [];
  const unread = new Set<string>();
  for (const { entry, dropped } of readEntries(document)) {
    append(findings, dropped);
    if (typeof entry === 'string') unread.add(entry);
    else if (entry) entries.push(entry);
    yield;
  }
  const findDuplicate = duplicateKeys();
  append(
    findings,
    entries.flatMap((entry) => findDuplicate(entry) ?? []),
  );
  return {
    ...documentIn(document),
    team: typeof team === 'string' ? team : undefined,
    entries,
    findings,
    unread,
  };
}

/** One entry of a document. */
interface ReadEntry {
  /** Only its name (`kind:application/key`) if the rest is invalid; undefined without a valid key. */
  readonly entry: DocumentEntry | string | undefined;
  /** The findings about fields that are not sent. */
  readonly dropped: readonly Finding[];
}

const NO_ENTRY: ReadEntry = { entry: undefined, dropped: [] };

/** Returns the keys of the alerts and monitors of a document. */
export function entryKeys(document: JsonObject): string[] {
  return LISTS.flatMap(({ list, kind }) => {
    const entries = kind === 'dashboard' ? undefined : document[list];
    if (!Array.isArray(entries)) return [];
    return entries.flatMap((entry) => (isObject(entry) ? (keyOf(kind, entry) ?? []) : []));
  });
}

/** Returns the keys of the alerts of a document. */
export function alertKeys({ alerts }: JsonObject): ReadonlySet<string> {
  return new Set(
    (Array.isArray(alerts) ? alerts : []).flatMap((entry) =>
      isObject(entry) ? (keyOf('alert', entry) ?? []) : [],
    ),
  );
}

function keyOf(kind: ManagedKind, entry: JsonObject): string | undefined {
  const { key } = entry;
  return typeof key === 'string' ? key : defaultKey(kind, entry);
}

/**
 * Reads the entries of a document one by one. Long work on one entry yields NO_ENTRY in between. With `keys`, reads only the
 * alerts and monitors with these keys.
 */
export function* readEntries(document: JsonObject, keys?: ReadonlySet<string>): Generator<ReadEntry> {
  const { team, dashboards } = document;
  const shared = sharedIn(document);
  const { application } = shared;
  const generated = new GeneratedDashboards({
    application,
    team: typeof team === 'string' ? team : undefined,
  });
  const needsAlerts =
    Array.isArray(dashboards) && dashboards.some((entry) => isObject(entry) && isGenerated(entry));
  const reading: Reading = { shared, alerts: [], generated };
  for (const { list, kind } of LISTS) {
    const entries = document[list];
    if (!Array.isArray(entries) || (keys && kind === 'dashboard')) continue;
    for (const [at, written] of entries.entries()) {
      checkTimeBudget();
      if (keys && !(isObject(written) && keys.has(keyOf(kind, written) ?? ''))) continue;
      const read = isObject(written)
        ? yield* readingEntry(kind, written, pointerTo('', list, at), reading)
        : NO_ENTRY;
      if (needsAlerts && kind === 'alert' && typeof read.entry === 'object')
        reading.alerts.push({ application, key: read.entry.key, monitor: read.entry.object });
      yield read;
    }
  }
}

/** What entries take from their document: tags of monitors and alerts, recipients of alerts without their own. */
interface Shared {
  readonly application: string;
  readonly tags: readonly string[];
  readonly notify: readonly Json[];
}

/** Maximum number of tags and recipients that a document adds to all of its entries together. */
const MAX_SHARED = 1_000_000;

/** Reads what a document adds to its entries. Throws `too_large`, because a short list times many entries is very much. */
function sharedIn(document: JsonObject): Shared {
  const shared = {
    application: documentIn(document).application,
    tags: textsOf(document['tags']),
    notify: sharedRecipients(document['notify']),
  };
  const count = (list: string) => (Array.isArray(document[list]) ? document[list].length : 0);
  const alerts = count('alerts');
  const measured = (count('monitors') + alerts) * shared.tags.length + alerts * count('notify');
  if (measured > MAX_SHARED) throw tooLarge({ unit: 'values', limit: MAX_SHARED, measured });
  return shared;
}

/** The reading of one document so far. */
interface Reading {
  readonly shared: Shared;
  /** The alerts for generated dashboards. */
  readonly alerts: { readonly application: string; readonly key: string; readonly monitor: JsonObject }[];
  readonly generated: GeneratedDashboards;
}

function* readingEntry(
  kind: ManagedKind,
  entry: JsonObject,
  pointer: Pointer,
  reading: Reading,
): Generator<ReadEntry, ReadEntry> {
  const { shared } = reading;
  const { key: _, adopt, unmanaged, renamed_from: former, ...written } = entry;
  const key = keyOf(kind, entry);
  if (key === undefined || !KEY_SLUG.test(key)) return NO_ENTRY;
  const stored = storedKind(kind);
  const isFromAlerts = kind === 'dashboard' && isGenerated(written);
  const definition =
    kind === 'alert'
      ? monitorOf(written, shared)
      : isFromAlerts
        ? yield* generatedFrom(written, reading)
        : written;
  if (!definition) return { entry: `${stored}:${shared.application}/${key}`, dropped: [] };
  const sent = toSend(stored, definition);
  const object = kind === 'dashboard' ? sent.object : tagged(sent.object, shared);
  return {
    entry: {
      kind,
      stored,
      key,
      pointer,
      object,
      adopt: typeof adopt === 'string' ? adopt : numberText(adopt),
      renamedFrom: textsOf(typeof former === 'string' ? [former] : former)
        .slice(0, MAX_FORMER_NAMES)
        .flatMap((name) => formerName(name, shared.application) ?? []),
      unmanaged: textsOf(unmanaged),
      references: [
        ...referencesIn(written, pointer),
        ...(kind === 'alert' ? memberReferences(written['signal'], pointerTo(pointer, 'signal')) : []),
        ...(isFromAlerts ? generatedReferences(definition, pointerTo(pointer, 'from')) : []),
      ],
      ...(isFromAlerts ? { fromAlerts: true } : {}),
      verb: 'apply',
    },
    dropped: sent.findings.map((finding) => ({ ...finding, pointer: `${pointer}${finding.pointer}` })),
  };
}

/** Generates a dashboard from the alerts of the document, which are read before its dashboards. */
function* generatedFrom(
  { from, alerts: selected, ...written }: JsonObject,
  { alerts, generated }: Reading,
): Generator<ReadEntry, JsonObject | undefined> {
  if (from !== 'alerts') return undefined;
  const keys = Array.isArray(selected) ? new Set(textsOf(selected)) : undefined;
  const shown = keys ? alerts.filter(({ key }) => keys.has(key)) : alerts;
  const steps = generated.dashboard(written, shown);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    yield NO_ENTRY;
  }
}

/** Returns the references in the widgets of a generated dashboard, each once. Their place in the document is `pointer`. */
function generatedReferences({ widgets = null }: JsonObject, pointer: Pointer): PlacedReference[] {
  const byText = new Map(referencesIn(widgets, '').map((one) => [one.text, { ...one, pointer, at: 0 }]));
  return [...byText.values()];
}

/** Returns the recipients of a document as entries of an alert: all strings are one entry, so that the message has one line for them. */
function sharedRecipients(notify: Json | undefined): readonly Json[] {
  if (!Array.isArray(notify)) return [];
  const to = textsOf(notify);
  return [...(to.length > 0 ? [{ to }] : []), ...notify.filter((entry) => typeof entry !== 'string')];
}

/** Compiles an alert to a monitor. An alert without recipients uses those of the document. */
function monitorOf(alert: JsonObject, { notify }: Shared): JsonObject | undefined {
  const complete =
    alert['notify'] === undefined && notify.length > 0 ? { ...alert, notify: [...notify] } : alert;
  if (check(alertSchema, complete, '').length > 0) return undefined;
  const parsed = parseAlert(complete);
  return isCompilable(parsed) ? compileAlert(parsed) : undefined;
}

/** Adds the document's common tags to a monitor. */
function tagged(monitor: JsonObject, { tags }: Shared): JsonObject {
  const own = textsOf(monitor['tags']);
  const known = new Set(own);
  const more = tags.filter((tag) => !known.has(tag));
  return more.length === 0 ? monitor : { ...monitor, tags: [...own, ...more] };
}

/** Returns the keys of the monitors that define runbook links. */
export function keysWithAssets({ entries }: ReadDocument): ReadonlySet<string> {
  return new Set(
    entries.flatMap(({ stored, key, object }) =>
      stored === 'monitor' && Object.hasOwn(object, 'assets') ? [key] : [],
    ),
  );
}

/** Returns a function that is called with one entry after the other, and returns the finding about a key that an earlier one has. */
export function duplicateKeys(): (entry: DocumentEntry) => Finding | undefined {
  const seen = new Set<string>();
  return ({ stored, key, kind, pointer }) => {
    const { size } = seen;
    if (seen.add(`${stored}:${key}`).size > size) return undefined;
    return {
      code: 'duplicate_key',
      severity: 'error',
      message: `Duplicate key "${key}": an earlier entry already has it${kind === 'dashboard' ? '' : ' (monitors and alerts share their keys)'}.`,
      pointer,
      hint: 'Give each entry a unique "key".',
    };
  };
}
