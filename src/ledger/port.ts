import type { GrantCalls } from '../domain/call-grants.ts';
import type { Route } from '../domain/application.ts';
import type { Deadline } from '../domain/deadline.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Mark } from '../domain/marker.ts';
import type { StoredKind } from '../domain/managed-fields.ts';
import type { PlanAction } from '../domain/plan.ts';
import type { Pointer } from '../domain/pointer.ts';

/** Names one object: its kind, application and key. */
export interface ObjectName {
  readonly kind: StoredKind;
  readonly application: string;
  readonly key: string;
}

/** The exclusive right to write some objects, which every replica respects. */
export interface Lease {
  /** Fencing token. A write is recorded only while the ledger holds the lease under this token. */
  readonly token: string;
  /** Aborts when the lease expired before it could be renewed. Nothing may be sent afterwards. */
  readonly lost: AbortSignal;
  /** The unsettled writes of the lease's objects when it was acquired, in the order of the objects, oldest first. */
  readonly unsettled: readonly UnsettledWrite[];
  /** Delays the release until a write is settled, so that nobody finds it unsettled who acquires the lease next. */
  releaseAfter(settled: Promise<void>): void;
  /** Gives the lease up. Never throws: a lease that cannot be deleted expires. */
  release(): Promise<void>;
}

export type WriteAction = 'create' | 'update' | 'delete';

/** A write that is about to be sent to Datadog. */
export interface Intent extends ObjectName {
  readonly action: WriteAction;
  /** The object's id; undefined for a create. */
  readonly id?: string | undefined;
  /** The object as Datadog should hold it; undefined for a delete. */
  readonly body?: JsonObject | undefined;
  /** The object that the write changes, as the decision to write read it; undefined for a create that replaces nothing. */
  readonly before?: JsonObject | undefined;
  /** Ids of the objects that carried the same marker before a create: the one that it replaces, and clones. */
  readonly others?: readonly string[] | undefined;
  readonly caller: string;
  /** What the revision of the write reports; undefined if none is recorded. */
  readonly source?: RevisionSource | undefined;
}

/** What a revision reports about its write, besides the object. */
export interface RevisionSource {
  /** The action of the plan; a replace is a create and a delete. */
  readonly action: PlanAction;
  readonly requestId: string | undefined;
  /** Whether the write is part of the apply of a document or of a restore. */
  readonly isApply: boolean;
  /** The revision that the write restores. */
  readonly restoredFrom: number | undefined;
  /** The former name of an object that the write renames. The revisions of the object get its new name. */
  readonly renamedFrom?: Mark | undefined;
}

/** What is stored about a write when it is settled, in one round trip. */
export interface Outcome {
  /** The id with which Datadog confirmed a create. */
  readonly id?: string | undefined;
  /** What `record` is given. */
  readonly revisions?: readonly NewRevision[];
  /** The lease that is released with it, because nothing else is sent under it. `release` has nothing to do then. */
  readonly release?: Lease | undefined;
}

/** A revision of an object before it has its number. */
export interface NewRevision extends ObjectName, RevisionSource {
  /** The entry of the recorded write. Each entry is recorded once. */
  readonly entry: string;
  readonly id: string;
  readonly caller: string;
  /** The object after the write, with its marker; undefined after a delete. */
  readonly body: JsonObject | undefined;
  /** A digest of the body, equal for states without a difference; undefined after a delete. */
  readonly fingerprint: string | undefined;
  /** Pointers to the strings of the body in which secrets are redacted. */
  readonly redacted: readonly Pointer[];
}

/** One recorded state of an object. Revisions of an object count from 1. `atMs` is in epoch milliseconds. */
export interface Revision extends NewRevision {
  readonly revision: number;
  readonly atMs: number;
}

/** Selects revisions, newest first. With a key, they have bodies, and include the renames of that key to another one. */
export interface RevisionFilter {
  readonly application: string;
  readonly kind?: StoredKind | undefined;
  readonly key?: string | undefined;
  /** The last revision of the previous page. */
  readonly after?: Pick<Revision, 'atMs' | 'revision' | 'entry'> | undefined;
  readonly limit: number;
}

/** Until when (epoch ms) revisions were deleted because the history was full; undefined if none were. */
export interface LostRevisions {
  readonly untilMs: number | undefined;
  /** The same for the newest revisions of objects. */
  readonly newestUntilMs: number | undefined;
}

/** An object that an apply wrote: its first revision by the apply, and the one before it. */
export interface UndoneObject {
  readonly first: Revision;
  /** Undefined if the history has none. */
  readonly before: Revision | undefined;
}

/** A recorded write whose outcome is not settled. */
export interface UnsettledWrite extends Intent {
  readonly entry: string;
  /** Milliseconds since it was last sent, by the ledger's clock. */
  readonly sentAgoMs: number;
  /** How often it was sent. More than one attempt can land later, one after the other. */
  readonly attempts: number;
}

/** Maximum number of unsettled writes, or creates to verify, that the ledger returns at once. */
export const MAX_UNSETTLED = 1_000;

/** A create that is settled, kept until it has been verified. `id` is undefined if Datadog never confirmed one. */
export type SettledCreate = Omit<UnsettledWrite, 'attempts'>;

/**
 * Leases and writes in progress, which Datadog cannot report. Every method except those marked otherwise throws the problem
 * `ledger_unavailable` when the database does not answer.
 */
export interface Ledger {
  /**
   * Acquires the leases of objects, all or none. Waits while others hold one. Throws `deadline_exceeded` if they are not
   * acquired in time. Reads the unsettled writes of the objects in the same round trip, after the leases are held.
   */
  acquire(names: readonly LeaseName[], deadline: Deadline): Promise<Lease>;
  /** Records a write immediately before it is sent. Throws `ledger_unavailable` if the lease is no longer held. */
  begin(lease: Lease, intent: Intent): Promise<string>;
  /** Records that a write is sent once more. Throws `ledger_unavailable` if the lease is no longer held. */
  resend(lease: Lease, entry: string, intent: Intent): Promise<void>;
  /**
   * Settles a write that has landed or can no longer land. Keeps a create with an id for verification if another create of the
   * same object is recorded: only then can there be two objects. Never throws: the settler repeats what fails.
   */
  settle(entry: string, outcome?: Outcome): Promise<void>;
  /**
   * Settles a create that has not landed and counts as never written; keeps it, so that an object that appears even so is
   * recognised as ours. Never throws.
   */
  expire(entry: string): Promise<void>;
  /**
   * Settles an acknowledged update of which an earlier attempt may still land, with the same body. Only a write with another
   * body must wait for it. Never throws.
   */
  acknowledge(entry: string): Promise<void>;
  /** Returns the unsettled writes of some objects, in the order of the objects, oldest first. */
  unsettledOf(names: readonly ObjectName[]): Promise<readonly UnsettledWrite[]>;
  /** Returns the unsettled writes of an application, or of all. At most `MAX_UNSETTLED`, oldest first. */
  unsettled(application?: string): Promise<readonly UnsettledWrite[]>;
  /** Returns the milliseconds since the last attempt of acknowledged updates of an object; empty if there are none. */
  acknowledgedAgoMs(name: ObjectName): Promise<readonly number[]>;
  /** Returns creates that are confirmed or expired and were sent at least `ageMs` ago, oldest first; at most 1,000. */
  toVerify(ageMs: number): Promise<readonly SettledCreate[]>;
  /** Records the revision of a write, the last of the list, and what was found before it; nothing if it is recorded already. Never throws. */
  record(revisions: readonly NewRevision[]): Promise<void>;
  /** Returns the newest revision of an object. */
  newestRevision(name: ObjectName): Promise<Revision | undefined>;
  /** Returns the newest revision of each object of an application that was not deleted: what Birddog last wrote. */
  newestRevisions(application: string): Promise<readonly Revision[]>;
  revisions(filter: RevisionFilter): Promise<readonly Revision[]>;
  /** Returns the name that the object with a former name has now, by the history; undefined if it was not renamed, or deleted since. */
  renamedTo(former: ObjectName): Promise<ObjectName | undefined>;
  /** Returns until when revisions are missing because the history was full. */
  lostRevisions(): Promise<LostRevisions>;
  /** Returns one revision; undefined if the history does not have it. */
  revision(name: ObjectName, revision: number): Promise<Revision | undefined>;
  /** Returns the ids that the objects of an application have had, by the history; the last key of an id last. */
  recordedIds(application: string): Promise<readonly Pick<Revision, 'kind' | 'key' | 'id'>[]>;
  /** Returns the objects that the last apply of an application wrote, apart from writes of the request with this id. */
  lastApply(application: string, exceptRequestId: string): Promise<readonly UndoneObject[]>;
  /**
   * Deletes acknowledged updates and expired creates that were sent at least `ageMs` ago, expired pins of routes, and
   * revisions beyond the limits.
   */
  forgetSettled(ageMs: number): Promise<void>;
  /**
   * Records that a write of an application goes on a route, until `unpinRoute` or for at most `holdMs`. While writes are in
   * progress or unsettled on another route, returns that one instead.
   */
  pinRoute(application: string, route: Route, holdMs: number): Promise<PinnedRoute>;
  /** Ends a pin. Never throws: a pin that cannot be deleted expires. */
  unpinRoute(pin: string): Promise<void>;
  /** Grants calls of a Datadog rate limit that all processes with this ledger share. */
  readonly grantCalls: GrantCalls;
  readonly cache: SharedCache;
  readonly incidents: IncidentLedger;
  /** Writes to the ledger and takes it back. */
  probe(): Promise<void>;
  /** Returns the state at the last look, which each call repeats in the background. Never throws. */
  readings(): LedgerReadings;
}

/**
 * A cache of bytes that all processes with the ledger share. Beyond its limit (SQLite: 16 MiB, PostgreSQL: 1 GiB), the least
 * recently used entries are evicted. A failure of the database is a miss, and never an incident of the ledger.
 */
export interface SharedCache {
  /** Returns the bytes of a key; undefined if they have expired, were evicted or cannot be read. Never throws. */
  get(key: string): Promise<Uint8Array | undefined>;
  /**
   * Stores bytes for at most `ttlMs`. Stores nothing if they take more than a quarter of the limit or 16 MiB, or if the database
   * fails. Never throws.
   */
  put(key: string, bytes: Uint8Array, ttlMs: number): Promise<void>;
  /** Deletes what has expired, and the least recently used entries beyond the limit. `put` does so when it is due. Never throws. */
  evict(): Promise<void>;
}

/** What a receiver is notified of: an incident began, it still lasts, or it ended. */
export const NOTIFICATION_EVENTS = ['begun', 'lasting', 'ended'] as const;
export type NotificationEvent = (typeof NOTIFICATION_EVENTS)[number];

/** An incident as one process observes it. */
export interface ObservedIncident {
  /** Identity: processes that observe the same incident use the same name. */
  readonly name: string;
  /** Whether it has lasted long enough to notify receivers. Until then it only keeps an open incident open. */
  readonly isDue: boolean;
  /** Time (epoch ms) of the first observation. */
  readonly since: number;
  /** How long (ms) it stays open if this process observes nothing more, because it died. */
  readonly holdMs: number;
  /** What notifications say about it. */
  readonly report: JsonObject;
}

/** A notification that this process must send. It is claimed for `CLAIM_MS`; each `observe` renews the claim. */
export interface ClaimedNotification {
  readonly id: string;
  /** The name of the incident. */
  readonly incident: string;
  readonly receiver: string;
  readonly event: NotificationEvent;
  /** Time (epoch ms) of the first observation. */
  readonly since: number;
  readonly report: JsonObject;
}

/** How long (ms) a notification is claimed by one process. Afterwards another process sends it. */
export const CLAIM_MS = 30_000;

export interface ObserveOptions {
  /** Names of the receivers of this process. */
  readonly receivers: readonly string[];
  /** Notifications that receivers accepted since the last successful call. */
  readonly accepted: readonly string[];
  /** Time (ms) after which a lasting incident is reported again. */
  readonly remindMs: number;
}

/** The incidents that receivers were notified of, over all processes with the ledger and over restarts. */
export interface IncidentLedger {
  /**
   * Records what this process observes now, all of it. Returns the notifications that it must send: the beginning of an incident
   * that is not open, reminders, the end of an incident that no process observes, and what processes that died did not send. Each
   * belongs to one process at a time. After a lost answer, the next call returns the same notifications.
   */
  observe(
    observed: readonly ObservedIncident[],
    options: ObserveOptions,
  ): Promise<readonly ClaimedNotification[]>;
  /** Records that receivers have accepted notifications. */
  accept(ids: readonly string[]): Promise<void>;
}

/** Names what a lease is about: an object, all applies of an application, or the leader of a background task. */
export type LeaseName =
  | ObjectName
  | { readonly application: string; readonly kind?: never; readonly key?: never }
  | { readonly leader: string; readonly kind?: never };

/** The route on which a write goes. */
export interface PinnedRoute {
  readonly pin: string;
  readonly route: Route;
}

/** State of the ledger, for metrics and incidents. */
export interface LedgerReadings {
  readonly database: 'SQLite' | 'PostgreSQL';
  /** Unsettled writes. */
  readonly entries: number;
  /** Age (ms) of the oldest unsettled write; undefined without one. */
  readonly oldestMs: number | undefined;
  /** Size of the database's file in bytes; undefined for a server. */
  readonly bytes: number | undefined;
  /** Whether the file is in a volume that is lost with the pod: one of memory, or an emptyDir. */
  readonly isLostWithPod: boolean;
  /** Until when (epoch ms) the newest revisions of objects were deleted because the history was full. */
  readonly newestLostMs: number | undefined;
  /** Failed statements since the start. */
  readonly failures: number;
  /** Reason why the last statement failed; undefined after a success. */
  readonly failing: string | undefined;
}
