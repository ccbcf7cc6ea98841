import type { Transition } from '../evaluation/group-walk.ts';
import type { RawObject } from '../raw-json.ts';
import type { StoredEvent } from './event-forms.ts';
import { newEventIds } from './event-ids.ts';

/** How an event names and rates the state that a group changes to. */
const DESTINATIONS = {
  Alert: { name: 'Triggered', status: 'error', type: 'alert' },
  Warn: { name: 'Warn', status: 'warning', type: 'warning' },
  'No Data': { name: 'No Data', status: 'warning', type: 'no data' },
  OK: { name: 'Recovered', status: 'success', type: 'recovery' },
  None: { name: 'Ended', status: 'info', type: 'ended' },
} as const;

/** The number that Datadog gives to events of monitors. */
const SOURCE_ID = 36;

/** Creates the event of a change of the state of a group of a monitor, as the v2 search shows it. */
export function transitionEvent(monitor: RawObject, transition: Transition, serial: number): StoredEvent {
  const { at, group } = transition;
  const ids = newEventIds(at * 1000, serial);
  const { name, status } = DESTINATIONS[transition.to];
  const groupTags = group === '*' ? [] : group.split(',');
  const own = Array.isArray(monitor['tags']) ? monitor['tags'].map(String) : [];
  const title = `[${name}${group === '*' ? '' : ` on {${group}}`}] ${String(monitor['name'])}`;
  return {
    id: ids.id,
    type: 'event',
    attributes: {
      attributes: {
        aggregation_key: `monitor:${String(monitor['id'])}`,
        evt: { id: ids.number, name: title, source_id: SOURCE_ID, type: 'query_alert_monitor', uid: ids.uid },
        monitor: monitorPart(monitor, transition, groupTags),
        monitor_groups: groupTags,
        monitor_id: monitor['id'],
        priority: 'normal',
        service: 'undefined',
        status,
        timestamp: at * 1000,
        title,
      },
      message: monitor['message'] ?? '',
      tags: [...own, ...groupTags, 'monitor', 'source:alert'],
      timestamp: new Date(at * 1000).toISOString().replace('.000Z', 'Z'),
    },
  };
}

function monitorPart(monitor: RawObject, { at, group, from, to }: Transition, groups: string[]): RawObject {
  const { id, name, type, query, message, tags } = monitor;
  // A group that starts in Alert or Warn was in no state; Datadog shows that as OK.
  const source = from === 'None' ? 'OK' : from;
  const recovered = `${DESTINATIONS[source].type} recovery`;
  return {
    created_at: monitor['created_at'] ?? Date.parse(String(monitor['created'])),
    groups,
    id,
    message,
    modified: Date.parse(String(monitor['modified'])),
    name,
    query,
    result: { group_key: group, result_ts: at },
    tags,
    templated_name: name,
    transition: {
      source_state: source,
      destination_state: to,
      trans_name: DESTINATIONS[to].name,
      transition_type: to === 'OK' ? recovered : DESTINATIONS[to].type,
    },
    type,
  };
}
