import type { RequestContext } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Owner, StoredKind } from '../domain/managed-kind.ts';
import type { KeyLock } from './key-lock.ts';

/**
 * One kind of Datadog object, as the pipeline sees it. Every method throws ProblemError for what cannot be
 * helped (`datadog_refused`, `datadog_forbidden`, `rate_limited`, `datadog_failed`, `datadog_away`,
 * `datadog_keys_refused`, `deadline_passed`). Ids are text: they pass 2^53.
 */
export interface ObjectPort {
  readonly kind: StoredKind;
  /**
   * Every object whose marker says `owner`, oldest first, whole. Paged to the end.
   * Monitors by their marker tags; dashboards by the last line of the description in the list of all.
   */
  find(owner: Owner, context: RequestContext): Promise<JsonObject[]>;
  /** One object, or undefined where Datadog has none of that id. */
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

/** The object a create is about. */
export interface WriteUnderWay {
  readonly kind: StoredKind;
  readonly application: string;
  readonly key: string;
}

/** What Datadog cannot tell: which creates were begun and not seen through. Times in epoch milliseconds. */
export interface Journal {
  /** Notes a create before it is sent. Gives the entry's number. */
  begin(write: WriteUnderWay, caller: string, now: number): number;
  /** One create has ended: it is known what it made, or that it made nothing. */
  settle(entry: number): void;
  /** Whatever was under way for this object has ended. */
  settleAll(write: WriteUnderWay): void;
  /** When the latest unsettled create of this object was begun, or undefined where there is none. */
  underWaySince(write: WriteUnderWay): number | undefined;
}

/** One line for everything that was written, or refused, and who asked. */
export type Audit = (entry: {
  readonly caller: string;
  readonly requestId: string;
  readonly action: string;
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
  readonly journal: Journal;
  readonly audit: Audit;
  readonly clock: Clock;
}
