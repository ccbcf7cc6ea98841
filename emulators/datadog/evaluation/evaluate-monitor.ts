import type { Series } from '../metrics/series.ts';
import type { RawObject } from '../raw-json.ts';
import { termsOf } from './expression.ts';
import { GroupState, notifiesNoData } from './group-state.ts';
import { type Evaluated, GroupWalk, knownStates, type Span } from './group-walk.ts';
import { type MonitorQuery, readMonitorQuery } from './monitor-query.ts';
import { optionsOf } from './notices.ts';
import { groupsOfTerm, StepValues, WHOLE } from './step-values.ts';
import { limitsIn, type State } from './thresholds.ts';
import type { GroupQueries } from './window-value.ts';
import { defaultStep, frequencyOf } from './window-start.ts';

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
  readonly #walk: GroupWalk;

  /** `states` are those of groups that were evaluated before; they count as notified. */
  constructor(states: ReadonlyMap<string, State> = new Map(), options: RawObject = {}) {
    for (const [group, state] of states) this.#groups.set(group, new GroupState(group === WHOLE, state));
    this.#walk = new GroupWalk(states, options);
  }

  /** The states of the groups that have one. */
  get states(): ReadonlyMap<string, State> {
    return knownStates(this.#groups);
  }

  /** Continues up to `to`. The series hold the points that the evaluations from `from` on may look at. */
  run({ monitor, query }: ReadMonitor, series: readonly Series[], span: Span): Evaluated {
    const options = query.schedule ? independent(optionsOf(monitor)) : optionsOf(monitor);
    const rules = { query, options, limits: limitsIn(options) };
    const groups = [...groupQueries(query, series, [...this.#groups.keys()])]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([group, queries]) => {
        const state = this.#groupState(group);
        return { group, state, evaluate: (now: number) => state.evaluate(now, rules, queries) };
      });
    const every = frequencyOf(query.window);
    const notifies = notifiesNoData(options);
    const { schedule } = query;
    return this.#walk.run({ monitor, groups, every, schedule, notifiesNoData: () => notifies }, span);
  }

  #groupState(group: string): GroupState {
    const state = this.#groups.get(group) ?? new GroupState(group === WHOLE);
    this.#groups.set(group, state);
    return state;
  }
}

/** Returns options without those that connect an evaluation with the ones before it. */
function independent(options: RawObject): RawObject {
  const limits = limitsIn(options);
  return {
    ...options,
    thresholds: { critical: limits.critical, warning: limits.warning },
    require_full_window: false,
    new_group_delay: 0,
    timeout_h: 0,
  };
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
