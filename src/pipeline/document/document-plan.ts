import type { Route } from '../../domain/application.ts';
import type { RequestContext } from '../../domain/caller.ts';
import type { Finding } from '../../domain/finding.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { StoredKind } from '../../domain/managed-fields.ts';
import type { PlannedObject } from '../../domain/plan.ts';
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
  /** Ids of objects of other applications, by `kind:application/key`. */
  readonly foreign: ReadonlyMap<string, string>;
}

/** What every step of a plan has. */
interface StepBase {
  readonly planned: PlannedObject;
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
  readonly live: undefined;
}

/** `live` is the current object in Datadog. */
export interface UpdateStep extends EntryStep {
  readonly action: 'update' | 'none';
  readonly live: JsonObject;
}

export interface ReplaceStep extends EntryStep {
  readonly action: 'replace';
  readonly live: JsonObject;
  /** If the replacement was interrupted: the new object, which exists already. */
  readonly successor: JsonObject | undefined;
}

/** An object that is not in the document. */
export interface OtherStep extends StepBase {
  readonly action: 'delete' | 'extra' | 'clone';
  readonly entry: undefined;
  readonly live: JsonObject;
  readonly desired: undefined;
}

/** One object of a plan, with the data for its write. `action` is that of `planned`. */
export type PlanStep = CreateStep | UpdateStep | ReplaceStep | OtherStep;

/** An entry that is not planned, because it contains another marker. Pointers are relative to the entry. */
export interface RefusedEntry {
  readonly entry: DocumentEntry;
  readonly findings: readonly Finding[];
}

export interface DocumentPlan {
  readonly application: string;
  /** A fingerprint of the document and the Datadog state that the plan was computed from. */
  readonly fingerprint: string;
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
