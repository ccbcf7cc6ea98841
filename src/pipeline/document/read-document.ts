import { append } from '../../domain/append.ts';
import { check } from '../../contract/check.ts';
import { alertSchema, applicationSchema } from '../../contract/schemas.ts';
import { CATALOG_NAMES, type CatalogAliases, KEY_SLUG } from '../../domain/application.ts';
import type { Finding } from '../../domain/finding.ts';
import { isObject, type Json, type JsonObject, numberText } from '../../domain/json.ts';
import type { ManagedKind, StoredKind } from '../../domain/managed-kind.ts';
import { toSend } from '../../domain/managed-fields.ts';
import { type Pointer, pointerTo } from '../../domain/pointer.ts';
import { type PlacedReference, referencesIn } from '../../domain/references.ts';
import { compileAlert } from '../../alerts/compile.ts';
import { runAtOnce, type Steps } from '../../domain/throttle.ts';
import { defaultKey } from '../lint.ts';
import { storedKind } from '../request.ts';

/** One monitor, alert or dashboard of a document, as Datadog shall hold it. */
export interface Wanted {
  readonly kind: ManagedKind;
  readonly stored: StoredKind;
  readonly key: string;
  /** Where it stands in the document. */
  readonly pointer: Pointer;
  /** Datadog's fields alone, references as they were written, without marker. */
  readonly object: JsonObject;
  /** The id of an object that is in Datadog already and shall become this one. */
  readonly adopt: string | undefined;
  /** Pointers within the object of what is left to people. */
  readonly unmanaged: readonly Pointer[];
  readonly references: readonly PlacedReference[];
}

/** A document, taken apart. */
export interface ReadDocument {
  readonly application: string;
  readonly team: string | undefined;
  readonly aliases: CatalogAliases;
  readonly wanted: readonly Wanted[];
  readonly findings: readonly Finding[];
}

const LISTS = [
  { list: 'monitors', kind: 'monitor' },
  { list: 'alerts', kind: 'alert' },
  { list: 'dashboards', kind: 'dashboard' },
] as const;

/** Which application a document is about, and what the catalogs call it; empty where it does not say so. */
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
 * Takes a document apart: each entry with the tags and recipients that the document gives all of them. What cannot be read
 * is left out; lintDocument says what is wrong with it.
 */
export function readDocument(document: JsonObject): ReadDocument {
  return runAtOnce(readingDocument(document));
}

/** The same in steps, of an entry each. */
export function* readingDocument(document: JsonObject): Steps<ReadDocument> {
  const { team } = document;
  const findings: Finding[] = [];
  const wanted: Wanted[] = [];
  for (const { list, kind } of LISTS) {
    const entries = document[list];
    if (!Array.isArray(entries)) continue;
    for (const [at, entry] of entries.entries()) {
      const pointer = pointerTo('', list, at);
      if (isObject(entry)) append(wanted, readEntry(kind, entry, pointer, document, findings));
      yield;
    }
  }
  append(findings, sameKeys(wanted));
  return { ...documentIn(document), team: typeof team === 'string' ? team : undefined, wanted, findings };
}

function readEntry(
  kind: ManagedKind,
  entry: JsonObject,
  pointer: Pointer,
  document: JsonObject,
  findings: Finding[],
): Wanted[] {
  const { key: named, adopt, unmanaged, ...written } = entry;
  const key = typeof named === 'string' ? named : defaultKey(kind, written);
  if (key === undefined || !KEY_SLUG.test(key)) return [];
  const definition = kind === 'alert' ? monitorOf(written, document) : written;
  if (!definition) return [];
  const sent = toSend(storedKind(kind), definition);
  append(
    findings,
    sent.findings.map((f) => ({ ...f, pointer: `${pointer}${f.pointer}` })),
  );
  const object = kind === 'dashboard' ? sent.object : tagged(sent.object, document);
  return [
    {
      kind,
      stored: storedKind(kind),
      key,
      pointer,
      object,
      adopt: typeof adopt === 'string' ? adopt : numberText(adopt),
      unmanaged: textsIn(unmanaged),
      references: referencesIn(written, pointer),
    },
  ];
}

/** The monitor that an alert means; recipients that it does not name are the document's. */
function monitorOf(alert: JsonObject, { notify }: JsonObject): JsonObject | undefined {
  const to = textsIn(notify);
  const told = alert['notify'] === undefined && to.length > 0 ? { ...alert, notify: [{ to }] } : alert;
  return check(alertSchema, told, '').length === 0 ? compileAlert(alertSchema.parse(told)) : undefined;
}

/** A monitor with the tags that the document gives all of its monitors. */
function tagged(monitor: JsonObject, { tags }: JsonObject): JsonObject {
  const own = textsIn(monitor['tags']);
  const more = textsIn(tags).filter((tag) => !own.includes(tag));
  return more.length === 0 ? monitor : { ...monitor, tags: [...own, ...more] };
}

/** The keys of the monitors whose runbook links are managed: those that write them. */
export function keysWithAssets({ wanted }: ReadDocument): ReadonlySet<string> {
  return new Set(
    wanted.flatMap(({ stored, key, object }) =>
      stored === 'monitor' && Object.hasOwn(object, 'assets') ? [key] : [],
    ),
  );
}

/** Of two entries with one key the second is a mistake. */
function sameKeys(wanted: readonly Wanted[]): Finding[] {
  const seen = new Set<string>();
  return wanted.flatMap(({ stored, key, kind, pointer }): Finding[] => {
    const name = `${stored}:${key}`;
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    return [
      {
        code: 'duplicate_key',
        severity: 'error',
        message: `The key "${key}" is taken by an entry before this one${kind === 'dashboard' ? '' : '; monitors and alerts share their keys'}.`,
        pointer,
        hint: 'Give each entry a "key" of its own.',
      },
    ];
  });
}

function textsIn(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
