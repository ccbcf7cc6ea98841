import type { RequestContext } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Owner, StoredKind } from '../domain/managed-fields.ts';
import type { PlanAction } from '../domain/plan.ts';
import type { TagPolicy } from '../domain/tag-policies.ts';
import type { ObjectHistory } from '../diff/who-changed.ts';
import type { KeyLock } from './key-lock.ts';

/**
 * Access to one kind of Datadog object. Every method throws ProblemError (`datadog_refused`, `datadog_forbidden`,
 * `rate_limited`, `datadog_failed`, `datadog_unavailable`, `datadog_keys_refused`, `deadline_exceeded`). Ids are strings,
 * because they can exceed 2^53.
 */
export interface ObjectPort {
  readonly kind: StoredKind;
  /**
   * Every object whose marker says `owner`, oldest first, whole. Paged to the end.
   * Monitors by their marker tags, whose list says everything but runbook links (`assets`); dashboards by the last line of the description
   * in the list of all, each read singly unless `known` (by id,
   * bodies as Datadog gave them) has it at the version that the list gives. `onContested` is given each object that carries
   * this owner's marker and a different one besides (of a dashboard, its line in the list): it belongs to nobody.
   */
  find(
    owner: Owner,
    context: RequestContext,
    known?: ReadonlyMap<string, KnownObject>,
    onContested?: (object: JsonObject) => void,
  ): Promise<JsonObject[]>;
  /**
   * Returns complete matching objects of any owner, oldest first; for import. Both conditions must hold if both
   * are given. `query` is Datadog's own search for monitors, which lags behind writes by some seconds: never ask it
   * whether a write arrived. Datadog has no search for dashboards: each word of `query` must occur in the title or
   * description, and `team:x` among the tags.
   */
  search(filter: SearchFilter, context: RequestContext): Promise<JsonObject[]>;
  /** Returns the reasons why objects cannot be deleted, by id, as Datadog states them. Every dashboard can be deleted. */
  canDelete(ids: readonly string[], context: RequestContext): Promise<ReadonlyMap<string, string>>;
  /** Returns one complete object, or undefined if Datadog has none with that id. */
  get(id: string, context: RequestContext): Promise<JsonObject | undefined>;
  /** Sends exactly one POST. Throws AnswerLostError if it may have arrived, DuplicateMonitorError on Datadog's duplicate check. */
  create(body: JsonObject, context: RequestContext): Promise<JsonObject>;
  /** Retries on 5xx; throws AnswerLostError if no attempt was answered. */
  update(id: string, body: JsonObject, context: RequestContext): Promise<JsonObject>;
  /** Retries on 5xx; a missing object is not an error. */
  delete(id: string, context: RequestContext): Promise<void>;
  /** Returns the URL of the object in Datadog's web application. */
  url(object: JsonObject): string;
}

/** A search by words, by one or several tags (`a:b,c:d`), or by both. */
export interface SearchFilter {
  readonly query?: string;
  readonly tag?: string;
}

/** The object a create is about. */
export interface WriteUnderWay {
  readonly kind: StoredKind;
  readonly application: string;
  readonly key: string;
}

/** Records creates in progress, which Datadog cannot report. Times in epoch milliseconds. */
export interface Ledger {
  /** Records a create before it is sent. Returns the number of the entry. */
  begin(write: WriteUnderWay, caller: string, now: number): number;
  /** Settles one create, whose outcome is known. */
  settle(entry: number): void;
  /** Settles all creates of this object. */
  settleAll(write: WriteUnderWay): void;
  /** Returns the start time of the latest unsettled create of this object, or undefined if there is no such create. */
  underWaySince(write: WriteUnderWay): number | undefined;
}

/** A cached object of Datadog. */
export interface KnownObject {
  readonly id: string;
  readonly key: string;
  /** `modified_at` of a dashboard, `modified` of a monitor; empty if missing. */
  readonly version: string;
  readonly body: JsonObject;
}

/**
 * A cache of Datadog's objects, which saves reads and detects incomplete lists. A body that is too large to cache is `{}`,
 * with an empty version. An object with an unchanged version is not written again.
 */
export interface KnownObjects {
  of(kind: StoredKind, application: string): KnownObject[];
  /** Replaces the cached objects of this kind and application in one transaction. */
  keep(kind: StoredKind, application: string, objects: readonly KnownObject[]): void;
  /** Removes an object of any owner. */
  forget(kind: StoredKind, id: string): void;
}

/**
 * The inputs of recent plans by their basis, so that later changes can be reported. Keeps the last few of each application
 * for a day.
 */
export interface Bases {
  keep(basis: string, application: string, objects: readonly KnownObject[], now: number): void;
  read(basis: string): readonly KnownObject[] | undefined;
}

/** An object as Birddog last wrote it; `at` in epoch milliseconds. */
export interface AppliedObject {
  readonly kind: StoredKind;
  readonly key: string;
  readonly id: string;
  readonly body: JsonObject;
  readonly at: number;
}

/** The last written state of each object, for drift detection. */
export interface AppliedObjects {
  keep(kind: StoredKind, application: string, key: string, id: string, body: JsonObject, now: number): void;
  of(application: string): readonly AppliedObject[];
  /** Removes an object of any owner. */
  forget(kind: StoredKind, id: string): void;
}

/**
 * Returns the changes of objects at `since` (epoch ms) or later, by id, with one query for many objects. Omits what Datadog
 * does not report. Never throws.
 */
export interface AuditTrail {
  changes(
    ids: readonly string[],
    since: number,
    context: RequestContext,
  ): Promise<ReadonlyMap<string, ObjectHistory>>;
}

/** The organisation's monitor config policies. Empty if the key has no permission; otherwise throws like a read. */
export interface Policies {
  list(context: RequestContext): Promise<readonly TagPolicy[]>;
}

/** Receives every write, for the audit log. */
export type Audit = (entry: {
  readonly action: PlanAction;
  readonly kind: StoredKind;
  readonly application: string;
  readonly key: string;
  readonly id: string;
}) => void;

/** The dependencies of the pipeline. */
export interface Ports {
  readonly monitor: ObjectPort;
  readonly dashboard: ObjectPort;
  readonly lock: KeyLock;
  readonly ledger: Ledger;
  readonly known: KnownObjects;
  readonly bases: Bases;
  readonly applied: AppliedObjects;
  readonly trail: AuditTrail;
  readonly policies: Policies;
  readonly audit: Audit;
  readonly clock: Clock;
  /** Maximum percentage of an application's objects that an apply deletes without `force`. */
  readonly maxDeletePercent: number;
}
