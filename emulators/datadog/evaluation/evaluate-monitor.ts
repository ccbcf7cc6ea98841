import type { Series } from '../metrics/series.ts';
import type { RawObject } from '../raw-json.ts';
import { termsOf } from './expression.ts';
import { GroupState, notifiesNoData, type Result } from './group-state.ts';
import { type MonitorQuery, readMonitorQuery } from './monitor-query.ts';
import { type Downtime, type Notice, Notices, optionsOf } from './notices.ts';
import { recipientsOf } from './recipients.ts';
import { groupsOfTerm, StepValues, WHOLE } from './step-values.ts';
import { SEVERITY, type State } from './thresholds.ts';
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
  { from, to, reportFrom = from, downtimes = [] }: Span,
): Evaluated | string {
  const query = readMonitorQuery(monitor);
  if (typeof query === 'string') return query;
  const options = optionsOf(monitor);
  const rules = { query, options };
  const groups = new Map(
    [...groupQueries(query, series)]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, queries]) => [key, new GroupState(rules, queries, key === WHOLE)]),
  );
  const notified = new Notified(monitor, downtimes);
  const transitions: Transition[] = [];
  const notifications: Notification[] = [];
  const results = { 'not seen': 0, empty: 0, skipped: 0, delayed: 0, evaluated: 0 };
  const every = frequencyOf(query.window);
  for (let now = Math.ceil(from / every) * every; now < to; now += every) {
    const changes = [...groups].map(([group, state]) => {
      const before = state.state;
      const result = state.evaluate(now);
      if (now >= reportFrom) results[result] += 1;
      return { at: now, group, from: before, to: state.state, value: state.value };
    });
    const sent = notified.at(now, changes);
    if (now < reportFrom) continue;
    for (const change of changes) if (isReported(change)) transitions.push(change);
    for (const one of sent) notifications.push(one);
  }
  return { transitions, notifications, results };
}

/** A first state of OK, and the end of a group, are no transitions. */
function isReported({ from, to }: Transition): boolean {
  return from !== to && to !== 'None' && !(from === 'None' && to === 'OK');
}

/** Returns the queries by group. Queries without groups serve every group. */
function groupQueries(query: MonitorQuery, series: readonly Series[]): Map<string, GroupQueries> {
  const terms = termsOf(query.expression).map((term) => {
    const step = term.interval ?? defaultStep(query.window);
    return { term, groups: groupsOfTerm(term, series, step), step };
  });
  const grouped = terms.filter(({ term }) => term.by.length > 0);
  const keys = new Set(grouped.length > 0 ? grouped.flatMap(({ groups }) => [...groups.keys()]) : [WHOLE]);
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
  readonly #monitor: RawObject;
  readonly #downtimes: readonly Downtime[];
  readonly #notices = new Map<string, Notices>();
  readonly #states = new Map<string, State>();

  constructor(monitor: RawObject, downtimes: readonly Downtime[]) {
    this.#monitor = monitor;
    this.#downtimes = downtimes;
  }

  at(now: number, changes: readonly Transition[]): Notification[] {
    const options = optionsOf(this.#monitor);
    const wholes = Map.groupBy(changes, ({ group }) => this.#keyOf(group, options['notify_by']));
    return [...wholes]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([group, members]) => {
        const from = this.#states.get(group) ?? 'None';
        const to = SEVERITY.find((state) => members.some((one) => one.to === state)) ?? 'None';
        this.#states.set(group, to);
        const notice = this.#noticesOf(group).at(now, from, to);
        if (!notice) return [];
        const again = notice.kind === 'renotification' ? String(options['escalation_message'] ?? '') : '';
        const text = `${String(this.#monitor['message'] ?? '')}\n${again}`;
        const recipients = recipientsOf(text, notice, tagsIn(group));
        return [{ at: now, group, ...notice, recipients }];
      });
  }

  #keyOf(group: string, notifyBy: unknown): string {
    if (!Array.isArray(notifyBy) || notifyBy.length === 0) return group;
    const kept = tagsIn(group).filter((tag) => notifyBy.includes(tag.slice(0, tag.indexOf(':'))));
    return kept.join() || WHOLE;
  }

  #noticesOf(group: string): Notices {
    const options = optionsOf(this.#monitor);
    const found =
      this.#notices.get(group) ??
      new Notices(options, {
        tags: tagsIn(group),
        notifiesNoData: notifiesNoData(options),
        downtimes: this.#downtimes,
      });
    this.#notices.set(group, found);
    return found;
  }
}

function tagsIn(group: string): string[] {
  return group === WHOLE ? [] : group.split(',');
}
