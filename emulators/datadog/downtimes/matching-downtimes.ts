import type { Organisation } from '../organisation.ts';
import type { RawObject } from '../raw-json.ts';
import { coversMonitor, stateOf } from './downtimes-v1.ts';

/** What `matching_downtimes` of a monitor shows: the downtimes about it, by their old API. */
export function matchingDowntimes(organisation: Organisation, monitor: RawObject): RawObject[] {
  const now = Math.floor(organisation.now() / 1000);
  return organisation
    .collection('downtimes_v1')
    .all()
    .filter((d) => ['active', 'scheduled'].includes(stateOf(d, now).status) && coversMonitor(d, monitor))
    .map((d) => ({
      id: d['id'],
      active: stateOf(d, now).active,
      monitor_id: d['monitor_id'],
      start: d['start'],
      end: d['end'],
      scope: d['scope'],
      groups: ['total'],
    }));
}

/** What `options.silenced` of a monitor shows for downtimes on that monitor alone: their ends by scope. */
export function silencedBy(organisation: Organisation, monitor: RawObject): RawObject {
  const active = matchingDowntimes(organisation, monitor).filter(
    (d) => d['active'] && d['monitor_id'] !== null,
  );
  return Object.fromEntries(
    active.map(({ scope, end }) => [Array.isArray(scope) ? scope.join(',') : String(scope), end]),
  );
}
