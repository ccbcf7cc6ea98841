import { type Evaluated, tagsIn, type Transition } from '../evaluation/group-walk.ts';
import { queryWithoutThreshold } from '../evaluation/monitor-query.ts';
import { type State, stateNamed, worstOf } from '../evaluation/thresholds.ts';
import type { Organisation } from '../organisation.ts';
import { isRawObject, type RawObject, timestamp, toNumber } from '../raw-json.ts';

/** From the worst to the best. */
const SEVERITY = ['Alert', 'Warn', 'Unknown', 'No Data', 'Ignored', 'Skipped', 'OK'];
const TIMES = ['last_triggered_ts', 'last_nodata_ts', 'last_notified_ts', 'last_resolved_ts'] as const;

/** The state of one group; times are in epoch seconds. */
export interface GroupState extends Readonly<Partial<Record<(typeof TIMES)[number], number | null>>> {
  readonly name: string;
  readonly status: string;
}

/** Returns the groups of a monitor that were evaluated. */
export function groupsOf(monitor: RawObject): GroupState[] {
  const groups = isRawObject(monitor['state']) ? monitor['state']['groups'] : undefined;
  return Object.entries(isRawObject(groups) ? groups : {}).map(([name, state]) => groupState(name, state));
}

/** Returns when a group of the monitor last began to alert, in epoch seconds, or null. */
export function lastTriggered(monitor: RawObject): number | null {
  const times = groupsOf(monitor).flatMap(({ last_triggered_ts }) => last_triggered_ts ?? []);
  return times.length > 0 ? times.reduce((a, b) => Math.max(a, b)) : null;
}

/** Returns the `state` of a read with `group_states`: the groups in one of these states, or `all`. */
export function groupStates(monitor: RawObject, wanted: readonly string[]): RawObject {
  const isWanted = ({ status }: GroupState) =>
    wanted.includes('all') || wanted.includes(status.toLowerCase());
  return {
    groups: Object.fromEntries(
      groupsOf(monitor)
        .filter(isWanted)
        .map((group) => [group.name, group]),
    ),
  };
}

/**
 * Returns whether the state of a monitor was set or seeded. It holds until the monitor is updated: evaluations, which note
 * until when they went, leave it alone.
 */
export function isStateFixed({ state }: RawObject): boolean {
  return isRawObject(state) && state['until'] === undefined;
}

/** Returns the states of a monitor that were evaluated, and the time in epoch seconds until when; undefined without any. */
export function evaluatedStates(
  monitor: RawObject,
): { readonly groups: ReadonlyMap<string, State>; readonly until: number } | undefined {
  const until = toNumber(isRawObject(monitor['state']) ? monitor['state']['until'] : undefined);
  return until === undefined ? undefined : { groups: statesOfGroups(monitor), until };
}

/** Returns the states of the groups of a monitor, without those that no evaluation leads to. */
export function statesOfGroups(monitor: RawObject): ReadonlyMap<string, State> {
  const states = groupsOf(monitor).flatMap(({ name, status }) => {
    const state = stateNamed(status);
    return state === undefined ? [] : [[name, state] as const];
  });
  return new Map(states);
}

/**
 * Returns the fields of the state that an update changes: none if it changes no more of the query than the threshold and the
 * states were evaluated. Otherwise there are no states until the next evaluation. `now` is in epoch milliseconds.
 */
export function statesAfterUpdate(before: RawObject, after: RawObject, now: number): RawObject {
  const isSame = queryWithoutThreshold(before['query']) === queryWithoutThreshold(after['query']);
  if (isSame && evaluatedStates(before)) return {};
  const state = { groups: {}, until: Math.floor(now / 1000) + 1 };
  return { overall_state: 'No Data', overall_state_modified: null, state };
}

/** The field that has the time of the last transition to a state. */
const TIME_OF = {
  Alert: 'last_triggered_ts',
  Warn: 'last_triggered_ts',
  'No Data': 'last_nodata_ts',
  OK: 'last_resolved_ts',
} as const;
const NO_TIMES = Object.fromEntries(TIMES.map((time) => [time, null]));

/**
 * Returns a monitor with the states that evaluations until a time (epoch seconds) led to; undefined if they changed nothing.
 */
export function withStates(
  monitor: RawObject,
  states: ReadonlyMap<string, State>,
  { changes, transitions, notifications }: Evaluated,
  until: number,
): RawObject | undefined {
  const before = new Map(groupsOf(monitor).map((group) => [group.name, group]));
  const groups = new Map(
    [...states].map(([name, status]) => [name, { ...NO_TIMES, ...before.get(name), name, status }]),
  );
  const setTime = (name: string, field: (typeof TIMES)[number], at: number) => {
    const group = groups.get(name);
    if (group) groups.set(name, { ...group, [field]: at });
  };
  for (const { at, group, to } of transitions) if (to !== 'None') setTime(group, TIME_OF[to], at);
  for (const { at, group: notified } of notifications)
    for (const name of groups.keys())
      if (tagsIn(notified).every((tag) => tagsIn(name).includes(tag))) setTime(name, 'last_notified_ts', at);
  const state = { groups: Object.fromEntries(groups), until };
  if (changes.length === 0 && notifications.length === 0) return undefined;
  return { ...monitor, ...overallState(monitor, changes), state };
}

/** Returns the fields of the overall state after changes of groups, if they change it. A monitor without groups has no data. */
function overallState(monitor: RawObject, changes: readonly Transition[]): RawObject {
  const states = new Map(evaluatedStates(monitor)?.groups);
  let overall_state = String(monitor['overall_state']);
  let changedAt: number | undefined;
  for (const [at, list] of Map.groupBy(changes, (change) => change.at)) {
    for (const { group, to } of list) states.set(group, to);
    const worst = worstOf([...states.values()]);
    const next = worst === 'None' ? 'No Data' : worst;
    if (next !== overall_state) changedAt = at;
    overall_state = next;
  }
  return changedAt === undefined
    ? {}
    : { overall_state, overall_state_modified: timestamp(changedAt * 1000) };
}

/**
 * Sets the states of monitors by id: `{"1": {"groups": {"host:a": {"status": "Alert", "last_triggered_ts": 1}}}}`, with
 * `overall_state` (default: that of the worst group) and `silenced` (by scope the end of a mute, or null). Returns the first
 * error, or undefined.
 */
export function setStates(organisation: Organisation, states: unknown): string | undefined {
  if (!isRawObject(states)) return 'expected an object: {"<monitor id>": {"groups": {...}}}';
  const monitors = organisation.collection('monitors');
  for (const [id, state] of Object.entries(states)) {
    const monitor = monitors.get(id);
    if (!monitor) return `there is no monitor ${id}`;
    if (!isRawObject(state)) return `the state of monitor ${id} must be an object`;
    const given = isRawObject(state['groups']) ? state['groups'] : {};
    const groups = Object.fromEntries(
      Object.entries(given).map(([name, group]) => [name, groupState(name, group)]),
    );
    const statuses = Object.values(groups).map(({ status }) => status);
    const unknown = statuses.find((status) => !SEVERITY.includes(status));
    if (unknown !== undefined) return `"${unknown}" is not one of ${SEVERITY.join(', ')}`;
    const worst = SEVERITY.find((status) => statuses.includes(status)) ?? 'OK';
    const options = isRawObject(monitor['options']) ? monitor['options'] : {};
    const { silenced = options['silenced'] ?? {} } = state;
    monitors.put(id, {
      ...monitor,
      overall_state: state['overall_state'] ?? worst,
      overall_state_modified: timestamp(organisation.now()),
      state: { groups },
      options: { ...options, silenced },
    });
  }
  return undefined;
}

function groupState(name: string, state: unknown): GroupState {
  const given = isRawObject(state) ? state : {};
  const times = TIMES.flatMap((time) => {
    const value = given[time];
    return typeof value === 'number' || value === null ? [[time, value] as const] : [];
  });
  return { ...Object.fromEntries(times), name, status: String(given['status'] ?? 'OK') };
}
