import { tagsNamedBy } from '../downtimes/downtime-target.ts';
import type { RawObject } from '../raw-json.ts';
import type { Schedule } from './custom-schedule.ts';
import type { Result } from './group-state.ts';
import { type Downtime, downtimesByTags, type Notice, Notices, optionsOf } from './notices.ts';
import { recipientsOf } from './recipients.ts';
import { WHOLE } from './step-values.ts';
import { type State, worstOf } from './thresholds.ts';

/** A change of the state of one group. Times are epoch seconds. */
export interface Transition {
  readonly at: number;
  readonly group: string;
  readonly from: State;
  readonly to: State;
  /** The value of the evaluation; undefined without data. */
  readonly value: number | undefined;
}

export interface Notification extends Omit<Transition, 'value'> {
  readonly kind: Notice['kind'];
  /** With `@`, in alphabetical order. */
  readonly recipients: readonly string[];
}

/** What a monitor did in a span of time: by time, then by group. */
export interface Evaluated {
  readonly transitions: readonly Transition[];
  /** The transitions, and the other changes of states: a first state of OK, and the end of a group. */
  readonly changes: readonly Transition[];
  readonly notifications: readonly Notification[];
  /** The evaluations of groups, by what they did. */
  readonly results: Readonly<Record<Result, number>>;
}

/** The times of the evaluations, in epoch seconds: from `from`, before `to`. Those before `reportFrom` are not reported. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly reportFrom?: number;
  readonly downtimes?: readonly Downtime[];
}

/** One group of a monitor, whose state evaluations change. */
export interface WalkedGroup {
  readonly group: string;
  readonly state: { readonly state: State; readonly value?: number | undefined };
  readonly evaluate: (now: number) => Result;
}

/** How the groups of a monitor are evaluated. */
interface Walked {
  readonly monitor: RawObject;
  /** In alphabetical order. */
  readonly groups: readonly WalkedGroup[];
  /** The seconds between two evaluations, unless they have a schedule. */
  readonly every: number;
  readonly schedule?: Schedule | undefined;
  /** Returns whether No Data of a group is notified at present. */
  readonly notifiesNoData: (group: string) => boolean;
}

/** Takes the groups of a monitor through the times of its evaluations, and decides what notifies. */
export class GroupWalk {
  readonly #notified: Notified;

  /** `states` are those of groups that were evaluated before; they count as notified. */
  constructor(states: ReadonlyMap<string, State>, options: RawObject) {
    this.#notified = new Notified(states, options['notify_by']);
  }

  /** Continues from `from` to before `to`. */
  run(
    { monitor, groups, every, schedule, notifiesNoData }: Walked,
    { from, to, reportFrom = from, downtimes = [] }: Span,
  ): Evaluated {
    const downtimesOf = downtimesByTags(downtimes);
    const named = tagsNamedBy(monitor);
    const rules = {
      notifiesNoData,
      isScheduled: schedule !== undefined,
      downtimesOf: (tags: readonly string[]) => downtimesOf([...tags, ...named]),
    };
    const changed: Transition[] = [];
    const notifications: Notification[] = [];
    const results = { 'not seen': 0, empty: 0, skipped: 0, delayed: 0, evaluated: 0 };
    for (const now of schedule ? schedule(from, to) : timesEvery(every, from, to)) {
      const changes = groups.map(({ group, state, evaluate }) => {
        const before = state.state;
        const result = evaluate(now);
        if (now >= reportFrom) results[result] += 1;
        return { at: now, group, from: before, to: state.state, value: state.value };
      });
      const sent = this.#notified.at(now, changes, monitor, rules);
      if (now < reportFrom) continue;
      for (const change of changes) if (change.from !== change.to) changed.push(change);
      for (const one of sent) notifications.push(one);
    }
    return { transitions: changed.filter(isTransition), changes: changed, notifications, results };
  }
}

function* timesEvery(every: number, from: number, to: number): Generator<number, void> {
  for (let now = Math.ceil(from / every) * every; now < to; now += every) yield now;
}

/** Returns the states of the groups that have one. */
export function knownStates(
  groups: ReadonlyMap<string, { readonly state: State }>,
): ReadonlyMap<string, State> {
  const known = [...groups].filter(([, { state }]) => state !== 'None');
  return new Map(known.map(([group, { state }]) => [group, state]));
}

/** A first state of OK, and the end of a group, are no transitions. */
function isTransition({ from, to }: Transition): boolean {
  return to !== 'None' && !(from === 'None' && to === 'OK');
}

interface NotifiedRules extends Pick<Walked, 'notifiesNoData'> {
  readonly isScheduled: boolean;
  readonly downtimesOf: (tags: readonly string[]) => readonly Downtime[];
}

/** Decides what notifies: each group alone, or groups together by `notify_by`. */
class Notified {
  readonly #notices = new Map<string, Notices>();
  readonly #states = new Map<string, State>();

  constructor(states: ReadonlyMap<string, State>, notifyBy: unknown) {
    for (const [whole, members] of Map.groupBy(states, ([group]) => keyOf(group, notifyBy))) {
      const worst = worstOf(members.map(([, state]) => state));
      this.#states.set(whole, worst);
      this.#notices.set(whole, new Notices(worst !== 'OK'));
    }
  }

  at(
    now: number,
    changes: readonly Transition[],
    monitor: RawObject,
    { notifiesNoData, downtimesOf, isScheduled }: NotifiedRules,
  ): Notification[] {
    const options = optionsOf(monitor);
    const wholes = Map.groupBy(changes, ({ group }) => keyOf(group, options['notify_by']));
    return [...wholes]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([group, members]) => {
        const from = this.#states.get(group) ?? 'None';
        const to = worstOf(members.map((one) => one.to));
        this.#states.set(group, to);
        const tags = tagsIn(group);
        const rules = {
          options,
          notifiesNoData: notifiesNoData(group),
          downtimes: downtimesOf(tags),
          isScheduled,
        };
        const notice = this.#noticesOf(group).at(now, { from, to }, rules);
        if (!notice) return [];
        const again = notice.kind === 'renotification' ? String(options['escalation_message'] ?? '') : '';
        const text = `${String(monitor['message'] ?? '')}\n${again}`;
        return [{ at: now, group, ...notice, recipients: recipientsOf(text, notice, tags) }];
      });
  }

  #noticesOf(group: string): Notices {
    const found = this.#notices.get(group) ?? new Notices();
    this.#notices.set(group, found);
    return found;
  }
}

/** Returns the group that notifies: the group itself, or the part of it that `notify_by` names. */
function keyOf(group: string, notifyBy: unknown): string {
  if (!Array.isArray(notifyBy) || notifyBy.length === 0) return group;
  const kept = tagsIn(group).filter((tag) => notifyBy.includes(tag.slice(0, tag.indexOf(':'))));
  return kept.join() || WHOLE;
}

/** Returns the tags of a group. */
export function tagsIn(group: string): string[] {
  return group === WHOLE ? [] : group.split(',');
}
