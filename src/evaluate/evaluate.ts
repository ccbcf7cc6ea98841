import { runAtOnce, type Steps } from '../domain/steps.ts';
import type { Condition, NoticeRules, Thresholds } from './condition.ts';
import { type Downtime, type NoticeKind, noticesOf } from './notices.ts';
import { tagsOf } from './group-tags.ts';
import type { NotificationRules } from './notification-rules.ts';
import { Recipients, statusOf } from './recipients.ts';
import { changesOf, groupStates, NONE, OK, type State, STATES } from './states.ts';
import {
  EMPTY,
  type GroupWindows,
  NO_FINITE_VALUE,
  VALUE,
  WINDOW_NOT_FULL,
  type Windows,
} from './window-values.ts';

/** A change of a group's state. The first state of a group comes from `none`. `at` is UNIX seconds. */
export interface Transition {
  readonly at: number;
  readonly group: string;
  readonly from: State;
  readonly to: State;
  /** The value of the window, if there is one. */
  readonly value?: number;
}

/** A notification about a group. `at` is UNIX seconds. */
export interface Notification {
  readonly at: number;
  /** The notified group: `tag:value,...`, or `*` for the whole monitor. */
  readonly group: string;
  readonly kind: NoticeKind;
  /** Equal to `to` unless the kind is `transition`. */
  readonly from: State;
  readonly to: State;
  readonly value?: number;
  /** With their `@`. */
  readonly recipients: readonly string[];
}

/** The evaluations of one group. */
export interface GroupEvaluation {
  /** Indexes of STATES, one for each evaluation. */
  readonly states: Uint8Array;
  /** The evaluations with another state than the one before. */
  readonly changes: readonly number[];
  /** Indexes of OUTCOMES; empty in a composite. */
  readonly outcomes: Uint8Array;
  /** NaN if there is no value; empty in a composite. */
  readonly values: Float64Array;
}

/** How many evaluations of groups had no effect, by reason. */
export interface Skipped {
  readonly empty: number;
  readonly noFiniteValue: number;
  readonly windowNotFull: number;
  readonly newGroup: number;
}

export interface Evaluation {
  /** The times of all evaluations, also of the lead-in (UNIX seconds). */
  readonly times: Float64Array;
  /** The index of the first evaluation to report. Everything below is from there on. */
  readonly firstReported: number;
  /** The groups with the states of all evaluations, by key. */
  readonly groups: ReadonlyMap<string, GroupEvaluation>;
  /** By time, then by group. */
  readonly transitions: readonly Transition[];
  /** By time, then by group. */
  readonly notifications: readonly Notification[];
  /** The number of evaluations of groups that had a value. */
  readonly evaluated: number;
  readonly skipped: Skipped;
  /** Whether the monitor notifies of No Data. */
  readonly notifiesNoData: boolean;
}

/** What decides about notifications besides the monitor. */
export interface NoticeOptions {
  readonly downtimes?: readonly Downtime[];
  readonly rules?: NotificationRules;
}

export interface EvaluateOptions extends NoticeOptions {
  /** Replaces the thresholds of the condition. */
  readonly thresholds?: Thresholds;
}

/** Computes states, transitions and notifications from windows. The windows may be used again with other thresholds. */
export function evaluate(condition: Condition, windows: Windows, options: EvaluateOptions = {}): Evaluation {
  return runAtOnce(evaluating(condition, windows, options));
}

/** Computes the same as `evaluate`, and yields after each group. */
export function* evaluating(
  condition: Condition,
  { schedule, groups: windows }: Windows,
  options: EvaluateOptions = {},
): Steps<Evaluation> {
  const { times, firstReported } = schedule;
  const rules = { ...condition.states, thresholds: options.thresholds ?? condition.states.thresholds };
  const groups = new Map<string, GroupEvaluation>();
  const counts = new Counts(firstReported);
  for (const [group, window] of windows) {
    const { states, changes, waiting } = groupStates(rules, times, window);
    groups.set(group, { states, changes, outcomes: window.outcomes, values: window.values });
    counts.add(window, waiting);
    yield;
  }
  const { notifiesNoData } = condition.notices;
  return {
    times,
    firstReported,
    groups,
    transitions: transitionsOf(times, firstReported, groups),
    notifications: yield* findingNotifications(
      condition.notices,
      times,
      firstReported,
      groups,
      () => notifiesNoData,
      options,
    ),
    evaluated: counts.evaluated,
    skipped: counts.skipped(),
    notifiesNoData,
  };
}

class Counts {
  evaluated = 0;
  readonly #from: number;
  readonly #byOutcome = [0, 0, 0, 0];
  #newGroup = 0;

  constructor(from: number) {
    this.#from = from;
  }

  /** Adds a group. The evaluations that a new group waits for count as such, with any outcome. */
  add({ outcomes, counts }: GroupWindows, waiting: readonly number[]): void {
    const byOutcome = [...counts];
    for (const at of waiting) {
      if (at < this.#from) continue;
      const outcome = outcomes[at] ?? EMPTY;
      byOutcome[outcome] = (byOutcome[outcome] ?? 0) - 1;
      this.#newGroup += 1;
    }
    for (const [outcome, count] of byOutcome.entries())
      this.#byOutcome[outcome] = (this.#byOutcome[outcome] ?? 0) + count;
    this.evaluated += byOutcome[VALUE] ?? 0;
  }

  skipped(): Skipped {
    const of = (outcome: number) => this.#byOutcome[outcome] ?? 0;
    return {
      empty: of(EMPTY),
      noFiniteValue: of(NO_FINITE_VALUE),
      windowNotFull: of(WINDOW_NOT_FULL),
      newGroup: this.#newGroup,
    };
  }
}

/** Returns the transitions of every group, by time and then by group. */
export function transitionsOf(
  times: Float64Array,
  firstReported: number,
  groups: ReadonlyMap<string, GroupEvaluation>,
): Transition[] {
  const transitions: Transition[] = [];
  for (const [group, { states, changes, values }] of groups)
    for (const at of changes) {
      const to = states[at] ?? NONE;
      const from = at === 0 ? NONE : (states[at - 1] ?? NONE);
      if (at < firstReported || to === NONE || (from === NONE && to === OK)) continue;
      transitions.push({
        at: times[at] ?? 0,
        group,
        from: STATES[from] ?? 'none',
        to: STATES[to] ?? 'none',
        ...valueIn(values, at),
      });
    }
  return transitions.sort(byTimeAndGroup);
}

/** Returns the notifications of every notified group, by time and then by group. Yields after each notified group. */
export function* findingNotifications(
  rules: NoticeRules,
  times: Float64Array,
  firstReported: number,
  groups: ReadonlyMap<string, GroupEvaluation>,
  notifiesNoData: (at: number, group: string) => boolean,
  { downtimes = [], rules: added }: NoticeOptions,
): Steps<Notification[]> {
  const recipients = new Recipients(rules.messages);
  const notifications: Notification[] = [];
  for (const [group, { states, changes, values }] of notifiedGroups(rules.notifyBy, groups)) {
    const tags = new Set([...rules.tags, ...tagsOf(group)]);
    const covering = downtimes.filter(({ covers }) => covers?.(group) ?? true);
    for (const { at, kind, from, to } of noticesOf(
      rules,
      times,
      { states, changes },
      (index) => notifiesNoData(index, group),
      covering,
    )) {
      if (at < firstReported) continue;
      const value = values[at] ?? Number.NaN;
      const isRenotification = kind === 'renotification';
      const own = recipients.of({ from, to, isRenotification, group, value });
      notifications.push({
        at: times[at] ?? 0,
        group,
        kind,
        from: STATES[from] ?? 'none',
        to: STATES[to] ?? 'none',
        ...valueIn(values, at),
        recipients: added
          ? [...new Set([...own, ...added.of({ from: statusOf(from), to: statusOf(to), tags })])]
          : own,
      });
    }
    yield;
  }
  return notifications.sort(byTimeAndGroup);
}

function valueIn(values: Float64Array, at: number): { readonly value?: number } {
  const value = values[at] ?? Number.NaN;
  return Number.isNaN(value) ? {} : { value };
}

function byTimeAndGroup(a: { at: number; group: string }, b: { at: number; group: string }): number {
  return a.at - b.at || (a.group < b.group ? -1 : a.group > b.group ? 1 : 0);
}

/** Returns the groups that are notified: each group, or the most severe state of all with equal values of some tags. */
function notifiedGroups(
  notifyBy: readonly string[] | undefined,
  groups: ReadonlyMap<string, GroupEvaluation>,
): ReadonlyMap<string, Pick<GroupEvaluation, 'states' | 'changes' | 'values'>> {
  if (notifyBy === undefined) return groups;
  const wholes = new Map<string, { states: Uint8Array; values: Float64Array }>();
  for (const [group, { states, values }] of groups) {
    const key = notifiedGroupOf(notifyBy, group);
    const whole = wholes.get(key);
    if (!whole) {
      wholes.set(key, { states: states.slice(), values: values.slice() });
      continue;
    }
    for (let at = 0; at < states.length; at += 1) {
      const state = states[at] ?? NONE;
      if (state <= (whole.states[at] ?? NONE)) continue;
      whole.states[at] = state;
      whole.values[at] = values[at] ?? Number.NaN;
    }
  }
  return new Map([...wholes].map(([key, whole]) => [key, { ...whole, changes: changesOf(whole.states) }]));
}

/** Returns the group that is notified for a group: itself, or its tags with the keys of `notifyBy`, in their order. */
export function notifiedGroupOf(notifyBy: readonly string[] | undefined, group: string): string {
  if (notifyBy === undefined) return group;
  if (notifyBy.length === 0) return '*';
  const tags = tagsOf(group);
  return notifyBy.map((key) => tags.find((tag) => tag.startsWith(`${key}:`)) ?? `${key}:`).join();
}
