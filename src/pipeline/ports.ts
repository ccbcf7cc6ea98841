import type { RequestContext } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Owner, StoredKind } from '../domain/managed-kind.ts';
import type { PlanAction } from '../domain/plan.ts';
import type { TagPolicy } from '../domain/tag-policies.ts';
import type { ObjectHistory } from '../diff/who-changed.ts';
import type { KeyLock } from './key-lock.ts';

/**
 * One kind of Datadog object, as the pipeline sees it. Every method throws ProblemError for what cannot be
 * helped (`datadog_refused`, `datadog_forbidden`, `rate_limited`, `datadog_failed`, `datadog_unavailable`,
 * `datadog_keys_refused`, `deadline_exceeded`). Ids are text: they pass 2^53.
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
   * Whole objects that match, whoever owns them, oldest first; for import. Both conditions must hold where both
   * are given. `query` is Datadog's own search for monitors, which lags behind writes by some seconds: never ask it
   * whether a write arrived. Datadog has no search for dashboards: each word of `query` must stand in the title or
   * description, and `team:x` among the tags.
   */
  search(filter: SearchFilter, context: RequestContext): Promise<JsonObject[]>;
  /** Why objects must stay, by id, in Datadog's words; ids that may go are not in it. Of dashboards any may go. */
  canDelete(ids: readonly string[], context: RequestContext): Promise<ReadonlyMap<string, string>>;
  /** One object with all there is of it, or undefined where Datadog has none of that id. */
  get(id: string, context: RequestContext): Promise<JsonObject | undefined>;
  /** Sends one POST, once. Throws AnswerLostError where it may have arrived, DuplicateMonitorError on Datadog's duplicate check. */
  create(body: JsonObject, context: RequestContext): Promise<JsonObject>;
  /** Repeats safely on 5xx; throws AnswerLostError when every try was lost. */
  update(id: string, body: JsonObject, context: RequestContext): Promise<JsonObject>;
  /** Repeats safely; an object that is gone already is no error. */
  delete(id: string, context: RequestContext): Promise<void>;
  /** Where a person sees the object. */
  url(object: JsonObject): string;
}

/** Which objects are looked for: by words of a search, by one tag or several (`a:b,c:d`), or by both. */
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

/** What Datadog cannot tell: which creates were begun and not seen through. Times in epoch milliseconds. */
export interface Ledger {
  /** Notes a create before it is sent. Gives the entry's number. */
  begin(write: WriteUnderWay, caller: string, now: number): number;
  /** One create has ended: it is known what it made, or that it made nothing. */
  settle(entry: number): void;
  /** Whatever was under way for this object has ended. */
  settleAll(write: WriteUnderWay): void;
  /** When the latest unsettled create of this object was begun, or undefined where there is none. */
  underWaySince(write: WriteUnderWay): number | undefined;
}

/** An object as it was last seen in Datadog. */
export interface KnownObject {
  readonly id: string;
  readonly key: string;
  /** `modified_at` of a dashboard, `modified` of a monitor; empty where there was none. */
  readonly version: string;
  readonly body: JsonObject;
}

/**
 * What was last seen of Datadog's objects: a hint that saves reads and tells a shrunken list, never the truth.
 * A body that was too large to keep is `{}`, with an empty version; what has the version it had is not kept anew.
 */
export interface KnownObjects {
  of(kind: StoredKind, application: string): KnownObject[];
  /** Replaces what is known of the application's objects of this kind; in one transaction. */
  keep(kind: StoredKind, application: string, objects: readonly KnownObject[]): void;
  /** The object has gone, whosever it was. */
  forget(kind: StoredKind, id: string): void;
}

/**
 * What a plan was made from, by its basis, so that what moved since can be told. The last few of each application
 * are kept, for a day.
 */
export interface Bases {
  keep(basis: string, application: string, objects: readonly KnownObject[], now: number): void;
  read(basis: string): readonly KnownObject[] | undefined;
}

/** An object as Birddog wrote it last; `at` in epoch milliseconds. */
export interface AppliedObject {
  readonly kind: StoredKind;
  readonly key: string;
  readonly id: string;
  readonly body: JsonObject;
  readonly at: number;
}

/** What was written last, for drift. */
export interface AppliedObjects {
  keep(kind: StoredKind, application: string, key: string, id: string, body: JsonObject, now: number): void;
  of(application: string): readonly AppliedObject[];
  /** The object has gone, whosever it was. */
  forget(kind: StoredKind, id: string): void;
}

/**
 * What was done to objects at `since` (epoch ms) or later, by their ids, with one question for many. What Datadog does not
 * tell of is missing. Never throws.
 */
export interface AuditTrail {
  changes(
    ids: readonly string[],
    since: number,
    context: RequestContext,
  ): Promise<ReadonlyMap<string, ObjectHistory>>;
}

/** The organisation's monitor config policies. Empty where the key may not read them; else throws as a read does. */
export interface Policies {
  list(context: RequestContext): Promise<readonly TagPolicy[]>;
}

/** Is told of every object that was written. */
export type Audit = (entry: {
  readonly action: PlanAction;
  readonly kind: StoredKind;
  readonly application: string;
  readonly key: string;
  readonly id: string;
}) => void;

/** What the pipeline works with. */
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
  /** Of an application's objects, the share (percent) that an apply deletes at most without `force`. */
  readonly maxDeletePercent: number;
}
