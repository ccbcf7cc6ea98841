import { among } from '../downtimes/downtime-target.ts';
import { parseScope, type Scope } from '../downtimes/downtime-scope.ts';
import { isRawObject, type RawObject, toNumber } from '../raw-json.ts';
import type { State } from './thresholds.ts';

/** A downtime of the monitor. Times are epoch seconds. */
export interface Downtime {
  readonly start: number;
  /** Undefined for no end. */
  readonly end?: number;
  readonly canceled?: number;
  /** The tags of the muted groups, as a downtime writes them; `*` (default) for every group. */
  readonly scope?: string;
  readonly mute_first_recovery_notification?: boolean;
  readonly notify_end_states?: readonly string[];
  readonly notify_end_types?: readonly string[];
}

export type NoticeKind = 'transition' | 'downtime_end' | 'renotification';

/** Why a group, or several groups together, notify. */
export interface Notice {
  readonly kind: NoticeKind;
  readonly from: State;
  readonly to: State;
}

const RENOTIFIED: readonly string[] = ['alert', 'no data'];
const ENDED: readonly string[] = ['alert', 'no data', 'warn'];
const FAILING: readonly State[] = ['Alert', 'Warn', 'No Data'];

/** What decides about the notifications of one evaluation. */
export interface NoticeRules {
  readonly options: RawObject;
  readonly notifiesNoData: boolean;
  /** The downtimes of the group. */
  readonly downtimes: readonly Downtime[];
  /** True with a custom schedule: each evaluation notifies as if it were the first. */
  readonly isScheduled?: boolean;
}

/** Decides at each evaluation whether one group, or several groups together, notify. */
export class Notices {
  #before: number | undefined;
  #wasMuted = false;
  /** True if a notification about the state was sent. */
  #isSent: boolean;
  /** True until the first recovery, if such a notification was sent before the downtime. */
  #owesRecovery = false;
  /** The time from which the next renotification counts. */
  #since: number | undefined;
  #renotified = 0;

  /** `isSent` says whether a notification about the present state was sent. */
  constructor(isSent = false) {
    this.#isSent = isSent;
  }

  /** Returns the notice, if any, of an evaluation at `now` that led from `from` to `to`. */
  at(now: number, { from, to }: Pick<Notice, 'from' | 'to'>, rules: NoticeRules): Notice | undefined {
    const { downtimes, notifiesNoData, options, isScheduled = false } = rules;
    const muted = downtimes.filter((one) => isActive(one, now));
    if (isScheduled) {
      const isWanted = to === 'No Data' ? notifiesNoData : FAILING.includes(to);
      return isWanted && muted.length === 0 ? { kind: 'transition', from: 'None', to } : undefined;
    }
    if (muted.length > 0 && !this.#wasMuted) this.#owesRecovery = this.#isSent && FAILING.includes(from);
    const ended = downtimes.some((one) => this.#notifiesEnd(one, now, to));
    this.#wasMuted = muted.length > 0;
    this.#before = now;
    if (from !== to) return this.#transition(now, { kind: 'transition', from, to }, muted, notifiesNoData);
    if (muted.length > 0 || (to === 'No Data' && !notifiesNoData)) return undefined;
    if (ended) return this.#send(now, { kind: 'downtime_end', from, to });
    if (!this.#isDue(now, to, options)) return undefined;
    this.#renotified += 1;
    return this.#send(now, { kind: 'renotification', from, to });
  }

  #transition(
    now: number,
    notice: Notice,
    muted: readonly Downtime[],
    notifiesNoData: boolean,
  ): Notice | undefined {
    const { from, to } = notice;
    const isWanted = to === 'No Data' ? notifiesNoData : this.#isWanted(from, to);
    this.#renotified = 0;
    this.#since = isWanted ? now : undefined;
    const isSent = isWanted && (muted.length === 0 || this.#isFirstRecovery(to, muted));
    if (to === 'OK') this.#owesRecovery = false;
    this.#isSent = isSent;
    return isSent ? notice : undefined;
  }

  #isFirstRecovery(to: State, muted: readonly Downtime[]): boolean {
    const keepsQuiet = muted.some((one) => one.mute_first_recovery_notification === true);
    return to === 'OK' && this.#owesRecovery && !keepsQuiet;
  }

  /** Returns whether a transition to another state than No Data notifies, downtimes aside. */
  #isWanted(from: State, to: State): boolean {
    if (to === 'OK') return from !== 'None' && (from !== 'No Data' || this.#isSent);
    return to !== 'None';
  }

  #send(now: number, notice: Notice): Notice {
    this.#since = now;
    this.#isSent = true;
    return notice;
  }

  #isDue(now: number, state: State, options: RawObject): boolean {
    const interval = (toNumber(options['renotify_interval']) ?? 0) * 60;
    const given = options['renotify_statuses'];
    const statuses = Array.isArray(given) ? given.map(String) : RENOTIFIED;
    const max = toNumber(options['renotify_occurrences']) ?? Number.POSITIVE_INFINITY;
    return (
      interval > 0 &&
      this.#since !== undefined &&
      now - this.#since >= interval &&
      this.#renotified < max &&
      statuses.includes(state.toLowerCase())
    );
  }

  #notifiesEnd(one: Downtime, now: number, state: State): boolean {
    const { start, end, canceled, notify_end_states = ENDED, notify_end_types = ['expired'] } = one;
    const isCanceled = canceled !== undefined && (end === undefined || canceled < end);
    const at = isCanceled ? canceled : end;
    if (at === undefined || this.#before === undefined) return false;
    return (
      start < at &&
      this.#before < at &&
      at <= now &&
      notify_end_types.includes(isCanceled ? 'canceled' : 'expired') &&
      notify_end_states.includes(state.toLowerCase())
    );
  }
}

/** Returns whether a downtime mutes at a time. */
export function isActive({ start, end, canceled }: Downtime, now: number): boolean {
  return start <= now && now < Math.min(end ?? Infinity, canceled ?? Infinity);
}

/** Returns a function that selects the downtimes of a group with certain tags. A scope that is invalid covers nothing. */
export function downtimesByTags(all: readonly Downtime[]): (tags: readonly string[]) => readonly Downtime[] {
  if (all.length === 0) return () => all;
  const scoped = all.map((one) => ({ one, covers: scopeOf(one.scope ?? '*') }));
  return (tags) => scoped.filter(({ covers }) => covers(among(tags))).map(({ one }) => one);
}

function scopeOf(text: string): Scope {
  try {
    return parseScope(text);
  } catch {
    return () => false;
  }
}

/** Returns the options of a monitor. */
export function optionsOf(monitor: RawObject): RawObject {
  return isRawObject(monitor['options']) ? monitor['options'] : {};
}
