import type { NoticeRules } from './condition.ts';
import { type GroupStates, NO_DATA, NONE, OK, STATES } from './states.ts';

/** A downtime of a monitor. Times are UNIX seconds; it is active from `start` to before `end`. */
export interface Downtime {
  readonly start: number;
  readonly end: number;
  /** Whether it ended because somebody canceled it, at `end`. */
  readonly isCanceled?: boolean;
  readonly mutesFirstRecovery?: boolean;
  /** Returns whether it mutes a notified group. Without this function it mutes all. */
  readonly covers?: (group: string) => boolean;
}

/** Why a notification is sent. */
export type NoticeKind = 'transition' | 'downtime_end' | 'renotification';

/** A notification before its recipients are known. */
export interface Notice {
  /** The index of the evaluation. */
  readonly at: number;
  readonly kind: NoticeKind;
  /** Indexes of STATES. They are equal unless the kind is `transition`. */
  readonly from: number;
  readonly to: number;
}

/** The names that `renotify_statuses` uses. */
const STATUS_NAMES: readonly string[] = STATES.map((state) => state.replace('_', ' '));

/**
 * Returns the notifications about one notified group, in time linear in the number of evaluations. `notifiesNoData` returns
 * whether No Data at an evaluation is notified. `times` are UNIX seconds.
 */
export function noticesOf(
  { renotify, isIndependent = false }: NoticeRules,
  times: Float64Array,
  { states, changes }: Pick<GroupStates, 'states' | 'changes'>,
  notifiesNoData: (at: number) => boolean,
  downtimes: readonly Downtime[],
): Notice[] {
  if (isIndependent) return independentNotices(times, states, notifiesNoData, downtimes);
  const renotifies = STATUS_NAMES.map((name) => renotify?.statuses.has(name) === true);
  const notifier = new Notifier(renotifies, renotify?.intervalS ?? 0, renotify?.maxCount ?? 0);
  const notices: Notice[] = [];
  // Without renotifications and downtimes, only a change of the state is notified.
  const isEventful = renotify !== undefined || downtimes.length > 0;
  let previousS = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < (isEventful ? times : changes).length; index += 1) {
    const at = isEventful ? index : (changes[index] ?? 0);
    const state = states[at] ?? NONE;
    const nowS = times[at] ?? 0;
    if (downtimes.length > 0) notifier.follow(downtimes, previousS, nowS);
    const before = notifier.state;
    const kind = notifier.next(nowS, state, state !== NO_DATA || notifiesNoData(at));
    if (kind) notices.push({ at, kind, from: kind === 'transition' ? before : state, to: state });
    previousS = nowS;
  }
  return notices;
}

/** Returns a notification of each evaluation with another state than OK, as if there had been no state before. */
function independentNotices(
  times: Float64Array,
  states: Uint8Array,
  notifiesNoData: (at: number) => boolean,
  downtimes: readonly Downtime[],
): Notice[] {
  const notices: Notice[] = [];
  for (const [at, nowS] of times.entries()) {
    const to = states[at] ?? NONE;
    const isMuted = downtimes.some(({ start, end }) => start <= nowS && nowS < end);
    if (to < NO_DATA || isMuted || (to === NO_DATA && !notifiesNoData(at))) continue;
    notices.push({ at, kind: 'transition', from: NONE, to });
  }
  return notices;
}

/** The memory about the notifications of one group. */
class Notifier {
  state: number = NONE;
  readonly #renotifies: readonly boolean[];
  readonly #intervalS: number;
  readonly #maxCount: number;
  /** The time of the last notification or transition (UNIX seconds). */
  #lastS = Number.NaN;
  #count = 0;
  /** Whether somebody was notified of the state. */
  #isNotified = false;
  #isMuted = false;
  #mutesRecovery = false;
  /** Whether the recovery of what alerted before the downtime is still to come. */
  #owesRecovery = false;
  /** Whether a downtime has expired since the evaluation before. */
  #hasExpired = false;

  constructor(renotifies: readonly boolean[], intervalS: number, maxCount: number) {
    this.#renotifies = renotifies;
    this.#intervalS = intervalS;
    this.#maxCount = maxCount;
  }

  /** Updates what is muted at an evaluation. */
  follow(downtimes: readonly Downtime[], previousS: number, nowS: number): void {
    const active = downtimes.filter(({ start, end }) => start <= nowS && nowS < end);
    if (active.length > 0 && !this.#isMuted) this.#owesRecovery = this.#isNotified && this.state >= NO_DATA;
    this.#isMuted = active.length > 0;
    this.#mutesRecovery = active.some(({ mutesFirstRecovery }) => mutesFirstRecovery === true);
    this.#hasExpired = downtimes.some(
      ({ start, end, isCanceled }) => isCanceled !== true && start < end && previousS < end && end <= nowS,
    );
  }

  /** Returns what is sent at an evaluation, if anything. `isNotifiable` is false for a No Data that is only shown. */
  next(nowS: number, state: number, isNotifiable: boolean): NoticeKind | undefined {
    if (state !== this.state) return this.#move(nowS, state, isNotifiable) ? 'transition' : undefined;
    if (this.#isMuted || state < NO_DATA || !isNotifiable) return undefined;
    if (this.#hasExpired) return this.#send(nowS, 'downtime_end');
    if (this.#renotifies[state] !== true || this.#count >= this.#maxCount) return undefined;
    if (nowS - this.#lastS < this.#intervalS) return undefined;
    this.#count += 1;
    return this.#send(nowS, 'renotification');
  }

  /** Moves to another state. Returns whether it is notified. */
  #move(nowS: number, state: number, isNotifiable: boolean): boolean {
    const before = this.state;
    const wasNotified = this.#isNotified;
    this.state = state;
    this.#lastS = nowS;
    this.#count = 0;
    this.#isNotified = false;
    // A removed group is silent.
    if (state === NONE) return false;
    const isSent = this.#isWanted(before, wasNotified, isNotifiable) && !this.#mutes(state);
    if (state === OK) this.#owesRecovery = false;
    this.#isNotified = isSent;
    return isSent;
  }

  #isWanted(before: number, wasNotified: boolean, isNotifiable: boolean): boolean {
    if (this.state !== OK) return isNotifiable;
    return before !== NONE && (before !== NO_DATA || wasNotified);
  }

  /** A downtime mutes everything but the first recovery of what alerted before it. */
  #mutes(state: number): boolean {
    return this.#isMuted && !(state === OK && this.#owesRecovery && !this.#mutesRecovery);
  }

  #send(nowS: number, kind: NoticeKind): NoticeKind {
    this.#lastS = nowS;
    this.#isNotified = true;
    return kind;
  }
}
