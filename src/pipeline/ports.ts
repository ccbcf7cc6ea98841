import type { RequestContext } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Owner, StoredKind } from '../domain/managed-fields.ts';
import type { PlanAction } from '../domain/plan.ts';
import type { TagPolicy } from '../domain/tag-policies.ts';
import type { ObjectHistory } from '../diff/who-changed.ts';
import type { Ledger } from '../ledger/port.ts';
import type { PreviewPorts } from '../preview/preview.ts';
import type { Semaphore } from '../runtime/concurrency/semaphore.ts';
import type { KnownRecipients } from '../lint/recipients/known-recipients.ts';

/**
 * Access to one kind of Datadog object. Every method throws ProblemError (`datadog_refused`, `datadog_forbidden`,
 * `rate_limited`, `datadog_failed`, `datadog_unavailable`, `datadog_keys_refused`, `deadline_exceeded`). Ids are strings,
 * because they can exceed 2^53.
 */
export interface ObjectPort {
  readonly kind: StoredKind;
  /**
   * Returns every complete object with the marker of `owner`, oldest first, from all pages. Finds monitors by their marker
   * tags; their list omits only runbook links (`assets`). Finds dashboards by the last line of their description in the list
   * of all dashboards, and reads each one singly, unless `cached` (by id) has it in the version of the list. Calls
   * `onContested` for each object that carries this marker and a different one, and so belongs to nobody; for a dashboard,
   * with its entry in the list.
   */
  find(
    owner: Owner,
    context: RequestContext,
    cached?: ReadonlyMap<string, CachedObject>,
    onContested?: (object: JsonObject) => void,
  ): Promise<JsonObject[]>;
  /**
   * Returns the same objects as `find`. Monitors also have the states of all groups (`state.groups`) and the downtimes that
   * match them (`matching_downtimes`).
   */
  findWithState(owner: Owner, context: RequestContext): Promise<JsonObject[]>;
  /**
   * Yields the objects of any owner whose ids follow `after`, sorted by id, in parts: monitors as in `findWithState`, 1,000
   * with each call; dashboards that the caller wants by their entry in the list, read one by one. An object that exists
   * all the time is in exactly one part, even if others are created or deleted meanwhile.
   */
  list(wanted: ListFilter, after: string | undefined, context: RequestContext): AsyncIterable<ListedPart>;
  /**
   * Returns complete matching objects of any owner, oldest first; for import. Objects must match all given conditions.
   * `query` uses Datadog's monitor search, which lags behind writes by some seconds and therefore cannot show whether a write
   * arrived. Datadog has no search for dashboards: each word of `query` must occur in the title or description, and `team:x`
   * among the tags.
   */
  search(filter: SearchFilter, context: RequestContext): Promise<JsonObject[]>;
  /** Returns the reasons why objects cannot be deleted, by id, as Datadog states them. Every dashboard can be deleted. */
  canDelete(ids: readonly string[], context: RequestContext): Promise<ReadonlyMap<string, string>>;
  /** Returns one complete object, or undefined if Datadog has none with that id. */
  get(id: string, context: RequestContext): Promise<JsonObject | undefined>;
  /**
   * Sends one POST; again only where the one before was certainly not carried out. Throws AnswerLostError if it may have arrived, DuplicateMonitorError on
   * Datadog's duplicate check.
   */
  create(body: JsonObject, context: RequestContext, attempts: Attempts): Promise<JsonObject>;
  /** Sends a PUT, again after a failure. Throws AnswerLostError if no attempt was answered. */
  update(id: string, body: JsonObject, context: RequestContext, attempts: Attempts): Promise<JsonObject>;
  /** Sends a DELETE, again after a failure; an object that is gone is not an error. Throws AnswerLostError like `update`. */
  delete(id: string, context: RequestContext, attempts: Attempts): Promise<void>;
  /** Returns the URL of the object in Datadog's web application. */
  url(object: JsonObject): string;
}

/** A search by words, by one or several tags (`a:b,c:d`), or by both. */
export interface SearchFilter {
  readonly query?: string;
  readonly tag?: string;
}

/** Which objects a list yields at least; the others may be missing. */
export interface ListFilter {
  /** Tags that the objects have. */
  readonly tags: readonly string[];
  /** Returns whether a dashboard is wanted by its entry in the list, which has no tags. */
  readonly isWanted: (summary: JsonObject) => boolean;
  /** How many objects the caller needs. */
  readonly limit: number;
}

/** Consecutive objects of a list. */
export interface ListedPart {
  readonly objects: readonly JsonObject[];
  /** How many wanted objects Datadog did not let Birddog read. */
  readonly notReadable: number;
  /** The id of the last object that was examined. */
  readonly last: string;
  readonly hasMore: boolean;
}

/** Follows the attempts of one write. */
export interface Attempts {
  /** Runs immediately before an attempt leaves, after every wait; what it throws keeps the attempt from being sent. */
  beforeSend(): Promise<void>;
  /** The last attempt was certainly not carried out: Datadog rejected it, or it never left. */
  notWritten(): void;
}

/** A cached object of Datadog. */
export interface CachedObject {
  readonly id: string;
  readonly key: string;
  /** `modified_at` of a dashboard, `modified` of a monitor; empty if missing. */
  readonly version: string;
  readonly body: JsonObject;
}

/**
 * A cache of the objects that Datadog last returned, which saves reads and detects incomplete lists. The body is `{}` if only
 * the id is cached, as for monitors, and the version is empty too if the body was too large. Evicts the lists that were
 * replaced longest ago. Never throws: a failed read returns an empty list, a failed write is lost.
 */
export interface ObjectCache {
  list(kind: StoredKind, application: string): CachedObject[];
  /**
   * Replaces the cached list of this kind and application in one transaction. Skips an object whose key and non-empty version
   * are cached already.
   */
  replace(kind: StoredKind, application: string, objects: readonly CachedObject[]): void;
  /** Removes an object of any application. */
  remove(kind: StoredKind, id: string): void;
}

/**
 * The Datadog objects of recent plans by fingerprint, so that later changes can be reported. Keeps at most 20 plans of each
 * application, for a day.
 */
export interface Fingerprints {
  store(fingerprint: string, application: string, objects: readonly CachedObject[], now: number): void;
  read(fingerprint: string): readonly CachedObject[] | undefined;
}

/** Datadog's audit trail. */
export interface AuditTrail {
  /**
   * Returns the changes of objects at `since` (epoch ms) or later, by id, with one query for many objects. Omits what Datadog
   * does not report. Never throws.
   */
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

/** What is known of the recipients, for `/check`. */
export interface RecipientsStatus {
  /** The number of known recipients; undefined before they have been read. */
  readonly size: number | undefined;
  /** What cannot be read, and why. */
  readonly faults: readonly string[];
}

/** The recipients of notifications that exist. */
export interface Recipients {
  /** Returns the known recipients; undefined while none are. Waits at most a part of the deadline. Never throws. */
  known(context: RequestContext): Promise<KnownRecipients | undefined>;
  status(): RecipientsStatus;
}

/** Datadog's answer about a monitor: its message if it would refuse the monitor. */
export interface Verdict {
  readonly refusal?: string;
}

/** Datadog's validation of monitors, which writes nothing. `id` is that of the monitor to change; undefined for a new one. */
export interface MonitorValidator {
  /** Returns the cached verdict about a monitor of the same content. */
  cached(monitor: JsonObject, id: string | undefined): Verdict | undefined;
  /** Asks Datadog. Throws like a read. */
  validate(monitor: JsonObject, id: string | undefined, context: RequestContext): Promise<Verdict>;
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
  readonly ledger: Ledger;
  readonly objectCache: ObjectCache;
  readonly fingerprints: Fingerprints;
  readonly auditTrail: AuditTrail;
  readonly policies: Policies;
  /** Undefined if recipients are not checked. */
  readonly recipients: Recipients | undefined;
  /** Undefined if plans are not validated by Datadog. */
  readonly validator: MonitorValidator | undefined;
  readonly preview: PreviewPorts;
  /** Bounds how many previews are in memory. */
  readonly previewSlots: Semaphore;
  readonly audit: Audit;
  readonly clock: Clock;
  /** Milliseconds after which a write without an answer that is not visible counts as never written. */
  readonly settleMs: number;
  /** Maximum percentage of an application's objects that an apply deletes without `force`. */
  readonly maxDeletePercent: number;
  /** Maximum percentage of an application's monitors whose alerting an apply changes without `force`. */
  readonly maxChangePercent: number;
  /** The time zone of reports: an IANA name. */
  readonly timeZone: string;
}
