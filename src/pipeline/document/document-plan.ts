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

/** One object of a plan, with the data for its write. */
export interface PlanStep {
  readonly planned: PlannedObject;
  readonly stored: StoredKind;
  readonly key: string;
  /** The entry of the document; absent for an object that is not in the document. */
  readonly entry: DocumentEntry | undefined;
  /** The current object in Datadog, to be changed or deleted. */
  readonly live: JsonObject | undefined;
  /** For a replacement that was interrupted: the new object, which exists already. */
  readonly successor?: JsonObject;
  /** The desired object, with the marker and all known ids; absent if it is deleted or left unchanged. */
  readonly desired: JsonObject | undefined;
}

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
