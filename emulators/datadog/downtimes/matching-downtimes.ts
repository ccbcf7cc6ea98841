import type { Organisation } from '../organisation.ts';
import { isRawObject, type RawObject } from '../raw-json.ts';
import { targetsMonitorV1 } from './downtime-target.ts';
import { stateOf } from './downtime-state.ts';
import { reschedule } from './rescheduling.ts';
import { scheduleAt } from './schedule.ts';

/** Returns a monitor's `matching_downtimes`: the active v1 downtimes that apply to it. */
export function matchingDowntimes(organisation: Organisation, monitor: RawObject): RawObject[] {
  const now = Math.floor(organisation.now() / 1000);
  reschedule(organisation);
  return organisation
    .collection('downtimes_v1')
    .all()
    .filter((one) => stateOf(one, now).active && targetsMonitorV1(one, monitor))
    .map(({ id, monitor_id, start, end, scope }) => ({
      id,
      active: true,
      monitor_id,
      start,
      end,
      scope,
      groups: ['total'],
    }));
}

/**
 * Returns the part of a monitor's `options.silenced` that comes from active downtimes of this monitor only: by scope,
 * the end in epoch seconds, or null for no end.
 */
export function activeScopes(organisation: Organisation, monitorId: unknown): RawObject {
  const monitor = { id: monitorId };
  const v1 = matchingDowntimes(organisation, monitor)
    .filter(({ monitor_id }) => monitor_id === monitorId)
    .map(({ scope, end }): [string, unknown] => [[scope].flat().join(','), end]);
  const now = organisation.now();
  const v2 = organisation
    .collection('downtimes')
    .all()
    .flatMap(({ attributes }): [string, unknown][] => {
      const { scope, monitor_identifier } = isRawObject(attributes) ? attributes : {};
      const isOn = isRawObject(monitor_identifier) && monitor_identifier['monitor_id'] === monitorId;
      const { schedule, status } = isRawObject(attributes) && isOn ? scheduleAt(attributes, now) : {};
      if (status !== 'active') return [];
      const { current_downtime, end } = schedule ?? {};
      return [[String(scope), epochSeconds(isRawObject(current_downtime) ? current_downtime['end'] : end)]];
    });
  return Object.fromEntries([...v1, ...v2]);
}

/** Returns the active scopes of a monitor. */
export function silencedBy(organisation: Organisation, monitor: RawObject): RawObject {
  return activeScopes(organisation, monitor['id']);
}

function epochSeconds(time: unknown): number | null {
  return time === null ? null : Math.floor(Date.parse(String(time)) / 1000);
}
