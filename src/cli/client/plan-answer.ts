import { isObject, type Json, type JsonObject } from '../../domain/json.ts';
import type { ManagedKind } from '../../domain/managed-fields.ts';
import type { Change, PlanAction, PlannedObject } from '../../domain/plan.ts';
import { EXIT } from '../exit-status.ts';
import { findingsIn, NoAnswer } from './birddog-failures.ts';
import type { LocatedFinding } from '../documents/lint-text.ts';

/** One object of a plan, with the URL of its page in Datadog if it exists. */
export interface PlannedEntry extends PlannedObject {
  readonly url?: string;
}

/** The plan of a document, as `/plan` and `/apply` answer it. */
export interface PlanAnswer {
  readonly application: string;
  readonly route: string;
  readonly basis: string;
  readonly objects: readonly PlannedEntry[];
  readonly findings: readonly LocatedFinding[];
}

/** One object that an apply wrote, with the URL of its page in Datadog. */
export interface DoneEntry {
  readonly kind: ManagedKind;
  readonly key: string;
  readonly id: string;
  readonly action: PlanAction;
  readonly url?: string;
}

/** Progress of an apply. `basis` is the fingerprint for the next call. */
export interface Progress {
  readonly done: readonly DoneEntry[];
  readonly remaining: readonly {
    readonly kind: ManagedKind;
    readonly key: string;
    readonly action: PlanAction;
  }[];
  readonly basis: string | undefined;
}

const KINDS: readonly ManagedKind[] = ['monitor', 'alert', 'dashboard'];
const ACTIONS: readonly PlanAction[] = ['create', 'update', 'replace', 'delete', 'none', 'extra', 'clone'];

/** Parses the answer of `/plan`. Throws NoAnswer for an unknown format. */
export function planAnswer(body: JsonObject): PlanAnswer {
  return {
    application: text(body, 'application'),
    route: text(body, 'route'),
    basis: text(body, 'basis'),
    objects: objectsIn(body, 'objects').map(plannedEntry),
    findings: findingsIn(body),
  };
}

/** Parses the progress of an apply from its answer or from the problem that ended it. */
export function progressIn(body: JsonObject): Progress {
  return {
    done: objectsIn(body, 'done').map((one) => ({
      ...named(one),
      id: text(one, 'id'),
      ...optionalText(one, 'url'),
    })),
    remaining: objectsIn(body, 'remaining').map(named),
    basis: typeof body['basis'] === 'string' ? body['basis'] : undefined,
  };
}

function plannedEntry(one: JsonObject): PlannedEntry {
  const { origin } = one;
  return {
    ...named(one),
    ...optionalText(one, 'id'),
    ...optionalText(one, 'url'),
    ...(isObject(origin) ? { origin } : {}),
    changes: changesIn(one),
  };
}

/** Returns the changes of an object in a plan or in a drift. */
export function changesIn(one: JsonObject): Change[] {
  return objectsIn(one, 'changes').map((change) => ({
    path: text(change, 'path'),
    ...optionalField(change, 'from'),
    ...optionalField(change, 'to'),
    ...optionalText(change, 'moved_from'),
  }));
}

/** Returns the kind, key and action of an entry. */
function named(one: JsonObject): { kind: ManagedKind; key: string; action: PlanAction } {
  return { kind: kindIn(one), key: text(one, 'key'), action: wordIn(one, 'action', ACTIONS) };
}

/** Returns the kind of an entry. */
export function kindIn(one: JsonObject): ManagedKind {
  return wordIn(one, 'kind', KINDS);
}

function wordIn<const T extends string>(one: JsonObject, name: string, words: readonly T[]): T {
  return words.find((word) => word === one[name]) ?? unknownAnswer(name);
}

/** Returns the objects of a list field, or an empty list if the field is absent. */
export function objectsIn(body: JsonObject, name: string): JsonObject[] {
  const list = body[name];
  return Array.isArray(list) ? list.filter(isObject) : [];
}

/** Returns a required string field. */
export function text(body: JsonObject, name: string): string {
  const value = body[name];
  return typeof value === 'string' ? value : unknownAnswer(name);
}

/** Returns an optional string field. */
export function optionalText<const N extends string>(
  body: JsonObject,
  name: N,
): { readonly [name in N]?: string } {
  const value = body[name];
  const fields: { [name in N]?: string } = {};
  if (typeof value === 'string') fields[name] = value;
  return fields;
}

function optionalField<const N extends string>(body: JsonObject, name: N): { readonly [name in N]?: Json } {
  const value = body[name];
  const fields: { [name in N]?: Json } = {};
  if (value !== undefined) fields[name] = value;
  return fields;
}

function unknownAnswer(name: string): never {
  throw new NoAnswer(
    `Birddog's answer has no valid "${name}". Use the birddog command of the same version as the server.`,
    true,
    { exit: EXIT.failed },
  );
}
