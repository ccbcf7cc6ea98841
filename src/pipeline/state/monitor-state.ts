import type { MonitorStateFields } from '../../contract/answers.ts';
import { MONITOR_STATES, plainState } from '../../contract/query-parameters.ts';
import { isObject, type Json, type JsonObject, toNumber } from '../../domain/json.ts';
import { keyAndValue, tagsOf } from '../../evaluate/group-tags.ts';
import type { Status } from '../../language/message/transitions.ts';
import { isMuted, mutesOf } from './mutes.ts';
import { notifiedBy } from './notified.ts';

type State = MonitorStateFields['state'];

const BY_NAME = new Map(MONITOR_STATES.map((state) => [plainState(state), state]));
/** The status of the blocks in a message; nobody is notified of the other states. */
const STATUSES: ReadonlyMap<State, Status> = new Map([
  ['alert', 'alert'],
  ['warn', 'warning'],
  ['unknown', 'unknown'],
  ['no_data', 'no_data'],
]);

/** The maximum number of groups of one monitor that are shown. */
const MAX_GROUPS = 100;

/**
 * Returns the state of a monitor that Datadog returned with its groups and downtimes: the groups that are not ok, the worst and
 * oldest first, with when they got there, whether they are muted and who is notified. `nowMs` is the time of mutes (epoch ms).
 */
export function monitorState(monitor: JsonObject, nowMs: number): MonitorStateFields {
  const mutes = mutesOf(monitor, nowMs / 1000);
  const notified = notifiedBy(monitor);
  const overall = stateOf(monitor['overall_state']) ?? 'no_data';
  const problems = problemsOf(monitor, overall).sort(
    (a, b) =>
      MONITOR_STATES.indexOf(a.state) - MONITOR_STATES.indexOf(b.state) ||
      (a.since ?? Number.POSITIVE_INFINITY) - (b.since ?? Number.POSITIVE_INFINITY) ||
      (a.group < b.group ? -1 : 1),
  );
  const since = problems.find(({ state }) => state === overall)?.since ?? modifiedAt(monitor);
  const groups = problems.slice(0, MAX_GROUPS).map(({ group, state, since: from }) => {
    const tags = tagsOf(group).map((tag) => tag.trim());
    const muted = isMuted(mutes, tags);
    const status = STATUSES.get(state);
    return {
      group,
      state,
      ...(from === undefined ? {} : { since: isoTime(from) }),
      muted,
      notified:
        muted || status === undefined ? [] : notified({ status, tags: new Map(tags.map(keyAndValue)) }),
    };
  });
  return {
    state: overall,
    ...(since === undefined ? {} : { since: isoTime(since) }),
    muted: isMuted(mutes, []),
    mutes: mutes.map(({ scope, until }) => ({
      scope,
      ...(until === undefined ? {} : { until: isoTime(until) }),
    })),
    groups,
    ...(problems.length > MAX_GROUPS ? { more_groups: problems.length - MAX_GROUPS } : {}),
  };
}

/** Returns a monitor without the fields of its state that only some reads have. */
export function withoutGroups({ state: _, matching_downtimes: __, ...monitor }: JsonObject): JsonObject {
  return monitor;
}

interface Problem {
  readonly group: string;
  readonly state: State;
  /** Epoch seconds. */
  readonly since: number | undefined;
}

/** Returns the groups that are not ok. A monitor without groups has the group `*`. */
function problemsOf(monitor: JsonObject, overall: State): Problem[] {
  const given = isObject(monitor['state']) ? monitor['state']['groups'] : undefined;
  const groups = Object.entries(isObject(given) ? given : {}).flatMap(([group, one]): Problem[] => {
    const state = isObject(one) ? stateOf(one['status']) : undefined;
    if (!isObject(one) || state === undefined || state === 'ok') return [];
    const times = state === 'no_data' ? ['last_nodata_ts', 'last_triggered_ts'] : ['last_triggered_ts'];
    return [{ group, state, since: times.flatMap((name) => timeIn(one[name])).at(0) }];
  });
  if (groups.length > 0 || overall === 'ok') return groups;
  return [{ group: '*', state: overall, since: modifiedAt(monitor) }];
}

function stateOf(state: Json | undefined): State | undefined {
  return typeof state === 'string' ? BY_NAME.get(plainState(state)) : undefined;
}

/** Returns when the overall state changed, in epoch seconds. */
function modifiedAt({ overall_state_modified: at }: JsonObject): number | undefined {
  const ms = typeof at === 'string' ? Date.parse(at) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms / 1000;
}

function timeIn(value: Json | undefined): number[] {
  const seconds = toNumber(value);
  return seconds !== undefined && seconds > 0 ? [seconds] : [];
}

/** The last time that a Date can express, in epoch seconds. */
const MAX_TIME = 8.64e12;

function isoTime(seconds: number): string {
  return new Date(Math.min(seconds, MAX_TIME) * 1000).toISOString();
}
