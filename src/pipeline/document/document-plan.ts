import type { Route } from '../../domain/application.ts';
import type { RequestContext } from '../../domain/caller.ts';
import type { Finding } from '../../domain/finding.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { ManagedKind, StoredKind } from '../../domain/managed-fields.ts';
import type { Mark } from '../../domain/marker.ts';
import type { Change } from '../../domain/plan.ts';
import type { Ports } from '../ports.ts';
import type { ReadDocument, DocumentEntry } from './read-document.ts';

/** The state of Datadog that a plan needs. */
export interface LiveState {
  /** Objects with the application's marker. */
  readonly own: Readonly<Record<StoredKind, readonly JsonObject[]>>;
  /** Objects with the application's marker and a different one, so that their owner is unclear. */
  readonly contested: Readonly<Record<StoredKind, readonly JsonObject[]>>;
  /** Objects to adopt, by `kind:id`. */
  readonly adoptable: ReadonlyMap<string, JsonObject>;
  /** Objects of other applications that entries rename, by `kind:application/key`; the oldest first. */
  readonly renamable: ReadonlyMap<string, readonly JsonObject[]>;
  /** The present names of objects that have none of their former names any more, by those (`kind:application/key`). */
  readonly presentNames: ReadonlyMap<string, Mark>;
  /** Ids of objects that the entries refer to and that are not in `own`, by `kind:application/key`. */
  readonly foreign: ReadonlyMap<string, string>;
}

/** What every step of a plan has: the object that it is about. */
interface StepBase {
  readonly kind: ManagedKind;
  readonly stored: StoredKind;
  readonly key: string;
}

/** An entry of the document. `desired` is the object with the marker and all known ids. */
interface EntryStep extends StepBase {
  readonly entry: DocumentEntry;
  readonly desired: JsonObject;
}

export interface CreateStep extends EntryStep {
  readonly action: 'create';
}

/** Changes an object in place. `live` is the current object in Datadog, here and in every other step. */
export interface UpdateStep extends EntryStep {
  readonly action: 'update';
  readonly live: JsonObject;
  readonly changes: readonly Change[];
}

/** Gives an object another key, and makes other changes. Its id stays. */
export interface RenameStep extends EntryStep {
  readonly action: 'rename';
  readonly live: JsonObject;
  /** The marker of `live`. */
  readonly from: Mark;
  /** The changes besides the marker. */
  readonly changes: readonly Change[];
}

export interface ReplaceStep extends EntryStep {
  readonly action: 'replace';
  readonly live: JsonObject;
  readonly changes: readonly Change[];
  /** If the replacement was interrupted: the new object, which exists already. */
  readonly successor: JsonObject | undefined;
}

/** An entry that Datadog has as it is. */
export interface NoneStep extends EntryStep {
  readonly action: 'none';
  readonly live: JsonObject;
}

/** Deletes an object that is not in the document. */
export interface DeleteStep extends StepBase {
  readonly action: 'delete';
  readonly live: JsonObject;
}

/** An object that is not in the document, or a clone. Neither is written. */
export interface OtherStep extends StepBase {
  readonly action: 'extra' | 'clone';
  readonly live: JsonObject;
}

/** A step that changes Datadog, with the data for its write. */
export type WriteStep = CreateStep | UpdateStep | RenameStep | ReplaceStep | DeleteStep;

/** One object of a plan. */
export type PlanStep = WriteStep | NoneStep | OtherStep;

/** Returns the current object of a step; undefined for a create. */
export function liveOf(step: PlanStep): JsonObject | undefined {
  return step.action === 'create' ? undefined : step.live;
}

/** Returns the entry of a step; undefined for an object that is not in the document. */
export function entryOf(step: PlanStep): DocumentEntry | undefined {
  return 'entry' in step ? step.entry : undefined;
}

/** Returns the steps of a plan that write, in order. */
export function writesOf({ steps }: Pick<DocumentPlan, 'steps'>): WriteStep[] {
  return steps.flat().filter(isWrite);
}

/** Returns whether a step changes Datadog. */
export function isWrite(step: PlanStep): step is WriteStep {
  return step.action !== 'none' && step.action !== 'extra' && step.action !== 'clone';
}

/** An entry that is not planned, because it contains another marker. Pointers are relative to the entry. */
export interface RefusedEntry {
  readonly entry: DocumentEntry;
  readonly findings: readonly Finding[];
}

export interface DocumentPlan {
  readonly application: string;
  /** The objects of one list refer only to objects of earlier lists. */
  readonly steps: readonly (readonly PlanStep[])[];
  readonly refused: readonly RefusedEntry[];
  readonly findings: readonly Finding[];
}

/** A document, the state of Datadog and the resulting plan. */
export interface Prepared {
  readonly document: ReadDocument;
  readonly live: LiveState;
  readonly plan: DocumentPlan;
  /** A fingerprint of the document and the state of Datadog. */
  readonly fingerprint: string;
  readonly findings: readonly Finding[];
}

/** The input of an apply. */
export interface Applying {
  readonly document: ReadDocument;
  readonly plan: DocumentPlan;
  readonly live: LiveState;
  readonly route: Route;
  readonly ports: Ports;
  readonly context: RequestContext;
}
