import type { Route } from '../../domain/application.ts';
import type { RequestContext } from '../../domain/caller.ts';
import type { Finding } from '../../domain/finding.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { StoredKind } from '../../domain/managed-kind.ts';
import type { PlannedObject } from '../../domain/plan.ts';
import type { Ports } from '../ports.ts';
import type { ReadDocument, Wanted } from './read-document.ts';

/** What Datadog holds, as far as a plan needs it. */
export interface LiveState {
  /** Whatever carries the application's marker. */
  readonly own: Readonly<Record<StoredKind, readonly JsonObject[]>>;
  /** What carries the application's marker and a different one besides: it belongs to nobody. */
  readonly contested: Readonly<Record<StoredKind, readonly JsonObject[]>>;
  /** Objects to be adopted, by `kind:id`. */
  readonly adoptable: ReadonlyMap<string, JsonObject>;
  /** Ids of objects of other applications, by `kind:application/key`. */
  readonly foreign: ReadonlyMap<string, string>;
}

/** One object of a plan, and what its write needs. */
export interface PlanStep {
  readonly planned: PlannedObject;
  readonly stored: StoredKind;
  readonly key: string;
  /** Absent for what the document does not have. */
  readonly wanted: Wanted | undefined;
  /** What Datadog holds now; to become another, or to go. */
  readonly live: JsonObject | undefined;
  /** With marker and with the ids that are known; absent for what is to go or to stay as it is. */
  readonly desired: JsonObject | undefined;
}

/** An entry that is not planned, because it would carry a marker that Birddog did not write; pointers within the entry. */
export interface RefusedEntry {
  readonly wanted: Wanted;
  readonly findings: readonly Finding[];
}

export interface DocumentPlan {
  readonly application: string;
  /** A digest of what the plan was made from. */
  readonly basis: string;
  /** Those of one list refer only to those of lists before it. */
  readonly steps: readonly (readonly PlanStep[])[];
  readonly refused: readonly RefusedEntry[];
  readonly findings: readonly Finding[];
}

/** A document, what Datadog holds, and the plan that comes of both. */
export interface Prepared {
  readonly document: ReadDocument;
  readonly live: LiveState;
  readonly plan: DocumentPlan;
  readonly findings: readonly Finding[];
}

/** What an apply has to work with. */
export interface Applying {
  readonly document: ReadDocument;
  readonly plan: DocumentPlan;
  readonly live: LiveState;
  readonly route: Route;
  readonly ports: Ports;
  readonly context: RequestContext;
}
