import { isObject, type Json, type JsonObject } from '../../domain/json.ts';
import type { ManagedKind } from '../../domain/managed-kind.ts';
import type { Change, PlanAction, PlannedObject } from '../../domain/plan.ts';
import { findingsIn, NoAnswer } from './birddog-failures.ts';
import type { LocatedFinding } from '../documents/lint-text.ts';

/** One object of a plan, with its page in Datadog where it is there already. */
export interface PlannedEntry extends PlannedObject {
  readonly url?: string;
}

/** What `/plan` and `/apply` say of a document. */
export interface PlanAnswer {
  readonly application: string;
  readonly route: string;
  readonly basis: string;
  readonly objects: readonly PlannedEntry[];
  readonly findings: readonly LocatedFinding[];
}

/** What an apply wrote, and where it is to be seen. */
export interface DoneEntry {
  readonly kind: ManagedKind;
  readonly key: string;
  readonly id: string;
  readonly action: PlanAction;
  readonly url?: string;
}

/** How far an apply came. `basis` is what to go on with. */
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

/** Reads the answer of `/plan`. Throws NoAnswer where it is of another Birddog than this command knows. */
export function planAnswer(body: JsonObject): PlanAnswer {
  return {
    application: text(body, 'application'),
    route: text(body, 'route'),
    basis: text(body, 'basis'),
    objects: objectsIn(body, 'objects').map(plannedEntry),
    findings: findingsIn(body),
  };
}

/** Reads how far an apply came, from its answer or from the problem that ended it. */
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

/** The changes that an object of a plan or of a drift lists. */
export function changesIn(one: JsonObject): Change[] {
  return objectsIn(one, 'changes').map((change) => ({
    path: text(change, 'path'),
    ...member(change, 'from'),
    ...member(change, 'to'),
    ...optionalText(change, 'moved_from'),
  }));
}

/** The kind, key and action that an entry of an answer names. */
function named(one: JsonObject): { kind: ManagedKind; key: string; action: PlanAction } {
  return { kind: kindIn(one), key: text(one, 'key'), action: wordIn(one, 'action', ACTIONS) };
}

/** The kind that an entry of an answer names. */
export function kindIn(one: JsonObject): ManagedKind {
  return wordIn(one, 'kind', KINDS);
}

function wordIn<const T extends string>(one: JsonObject, name: string, words: readonly T[]): T {
  return words.find((word) => word === one[name]) ?? unknownAnswer(name);
}

/** The objects of a list in an answer; none where there is no list. */
export function objectsIn(body: JsonObject, name: string): JsonObject[] {
  const list = body[name];
  return Array.isArray(list) ? list.filter(isObject) : [];
}

/** A text that an answer must have. */
export function text(body: JsonObject, name: string): string {
  const value = body[name];
  return typeof value === 'string' ? value : unknownAnswer(name);
}

/** A text that an answer may have. */
export function optionalText<const N extends string>(
  body: JsonObject,
  name: N,
): { readonly [name in N]?: string } {
  const value = body[name];
  const members: { [name in N]?: string } = {};
  if (typeof value === 'string') members[name] = value;
  return members;
}

function member<const N extends string>(body: JsonObject, name: N): { readonly [name in N]?: Json } {
  const value = body[name];
  const members: { [name in N]?: Json } = {};
  if (value !== undefined) members[name] = value;
  return members;
}

function unknownAnswer(name: string): never {
  throw new NoAnswer(
    `Birddog's answer has no "${name}" that this command knows: is it of another version?`,
    true,
  );
}
