import type { Series } from '../metrics/series.ts';
import { tagsNamedBy } from '../downtimes/downtime-target.ts';
import type { RawObject } from '../raw-json.ts';
import { termsOf } from './expression.ts';
import { GroupState, notifiesNoData, type Result } from './group-state.ts';
import { type MonitorQuery, readMonitorQuery } from './monitor-query.ts';
import { type Downtime, downtimesByTags, type Notice, Notices, optionsOf } from './notices.ts';
import { recipientsOf } from './recipients.ts';
import { groupsOfTerm, StepValues, WHOLE } from './step-values.ts';
import { limitsIn, type State, worstOf } from './thresholds.ts';
import type { GroupQueries } from './window-value.ts';
import { defaultStep, frequencyOf } from './window-start.ts';

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

/**
 * Evaluates a metric monitor over series as Datadog does. Returns the reason, a text, if the monitor is of a kind that is
 * not evaluated.
 */
export function evaluateMonitor(
  monitor: RawObject,
  series: readonly Series[],
  span: Span,
): Evaluated | string {
  const query = readMonitorQuery(monitor);
  return typeof query === 'string' ? query : new MonitorEvaluation().run({ monitor, query }, series, span);
}

/** A monitor, and its query. */
export interface ReadMonitor {
  readonly monitor: RawObject;
  readonly query: MonitorQuery;
}

/** Evaluates one monitor through time: remembers its groups from one run to the next. */
export class MonitorEvaluation {
  readonly #groups = new Map<string, GroupState>();
  readonly #notified: Notified;

  /** `states` are those of groups that were evaluated before; they count as notified. */
  constructor(states: ReadonlyMap<string, State> = new Map(), options: RawObject = {}) {
    for (const [group, state] of states) this.#groups.set(group, new GroupState(group === WHOLE, state));
    this.#notified = new Notified(states, options['notify_by']);
  }

  /** The states of the groups that have one. */
  get states(): ReadonlyMap<string, State> {
    const seen = [...this.#groups].filter(([, { state }]) => state !== 'None');
    return new Map(seen.map(([group, { state }]) => [group, state]));
  }

  /** Continues up to `to`. The series hold the points that the evaluations from `from` on may look at. */
  run(
    { monitor, query }: ReadMonitor,
    series: readonly Series[],
    { from, to, reportFrom = from, downtimes = [] }: Span,
  ): Evaluated {
    const options = optionsOf(monitor);
    const rules = { query, options, limits: limitsIn(options) };
    const groups = [...groupQueries(query, series, [...this.#groups.keys()])]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([group, queries]) => ({ group, queries, state: this.#groupState(group) }));
    const downtimesOf = downtimesByTags(downtimes);
    const named = tagsNamedBy(monitor);
    const changed: Transition[] = [];
    const notifications: Notification[] = [];
    const results = { 'not seen': 0, empty: 0, skipped: 0, delayed: 0, evaluated: 0 };
    const every = frequencyOf(query.window);
    for (let now = Math.ceil(from / every) * every; now < to; now += every) {
      const changes = groups.map(({ group, queries, state }) => {
        const before = state.state;
        const result = state.evaluate(now, rules, queries);
        if (now >= reportFrom) results[result] += 1;
        return { at: now, group, from: before, to: state.state, value: state.value };
      });
      const sent = this.#notified.at(now, changes, monitor, (tags) => downtimesOf([...tags, ...named]));
      if (now < reportFrom) continue;
      for (const change of changes) if (change.from !== change.to) changed.push(change);
      for (const one of sent) notifications.push(one);
    }
    return { transitions: changed.filter(isTransition), changes: changed, notifications, results };
  }

  #groupState(group: string): GroupState {
    const state = this.#groups.get(group) ?? new GroupState(group === WHOLE);
    this.#groups.set(group, state);
    return state;
  }
}

/** A first state of OK, and the end of a group, are no transitions. */
function isTransition({ from, to }: Transition): boolean {
  return to !== 'None' && !(from === 'None' && to === 'OK');
}

/** Returns the queries by group, of known groups also without a series. Queries without groups serve every group. */
function groupQueries(
  query: MonitorQuery,
  series: readonly Series[],
  known: readonly string[],
): Map<string, GroupQueries> {
  const terms = termsOf(query.expression).map((term) => {
    const step = term.interval ?? defaultStep(query.window);
    return { term, groups: groupsOfTerm(term, series, step), step };
  });
  const grouped = terms.filter(({ term }) => term.by.length > 0);
  const present = grouped.length > 0 ? grouped.flatMap(({ groups }) => [...groups.keys()]) : [WHOLE];
  const keys = new Set([...known, ...present]);
  return new Map(
    [...keys].map((key) => [
      key,
      new Map(
        terms.flatMap(({ term, groups, step }) => {
          const own = groups.get(term.by.length > 0 ? key : WHOLE);
          return [[term, own ?? new StepValues(term, [], step)] as const];
        }),
      ),
    ]),
  );
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
    downtimesOf: (tags: readonly string[]) => readonly Downtime[],
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
        const rules = { options, notifiesNoData: notifiesNoData(options), downtimes: downtimesOf(tags) };
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
