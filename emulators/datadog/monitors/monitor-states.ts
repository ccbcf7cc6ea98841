import type { Organisation } from '../organisation.ts';
import { isRawObject, type RawObject, timestamp } from '../raw-json.ts';

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
