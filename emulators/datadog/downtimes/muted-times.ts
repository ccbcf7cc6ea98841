import { attributesOf } from '../json-api.ts';
import type { Downtime } from '../evaluation/notices.ts';
import type { Organisation } from '../organisation.ts';
import { isRawObject, type RawObject, toNumber } from '../raw-json.ts';
import { isOnMonitor } from './downtime-target.ts';
import { reschedule } from './rescheduling.ts';
import { spansOf } from './schedule.ts';

/** A range of time in epoch seconds. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/** Returns the downtimes and mutes of a monitor of any scope that matter between two times. */
export function mutedTimes(organisation: Organisation, monitor: RawObject, span: Span): Downtime[] {
  reschedule(organisation);
  const v2 = organisation.collection('downtimes').all();
  const v1 = organisation.collection('downtimes_v1').all();
  return [
    ...v2.filter((one) => isOnMonitor(targetOf(one), monitor)).flatMap((one) => fromV2(one, span)),
    ...v1.filter((one) => isOnMonitor(one, monitor)).map(fromV1),
    ...mutes(monitor),
  ];
}

function targetOf(downtime: RawObject): RawObject {
  const { monitor_identifier } = attributesOf(downtime);
  return isRawObject(monitor_identifier) ? monitor_identifier : {};
}

function fromV2(downtime: RawObject, span: Span): Downtime[] {
  const attributes = attributesOf(downtime);
  return spansOf(attributes, { from: span.from * 1000, to: span.to * 1000 }).map(({ start, end }) => ({
    ...notified(attributes),
    scope: String(attributes['scope'] ?? '*'),
    start: start / 1000,
    ...optional('end', end / 1000),
    ...optional('canceled', Date.parse(String(attributes['canceled'])) / 1000),
  }));
}

function fromV1(downtime: RawObject): Downtime {
  const { scope, start, end, canceled } = downtime;
  return {
    ...notified(downtime),
    scope: Array.isArray(scope) && scope.length > 0 ? scope.join(' AND ') : '*',
    start: toNumber(start) ?? 0,
    ...optional('end', toNumber(end)),
    ...optional('canceled', toNumber(canceled)),
  };
}

/** Returns the mutes of a monitor. Datadog does not say since when they apply. */
function mutes({ options }: RawObject): Downtime[] {
  const silenced = isRawObject(options) && isRawObject(options['silenced']) ? options['silenced'] : {};
  return Object.entries(silenced).map(([scope, end]) => ({
    scope: scope.replaceAll(',', ' AND '),
    start: Number.NEGATIVE_INFINITY,
    ...optional('end', toNumber(end)),
  }));
}

function notified(settings: RawObject): Partial<Downtime> {
  const { mute_first_recovery_notification, notify_end_states, notify_end_types } = settings;
  return {
    mute_first_recovery_notification: mute_first_recovery_notification === true,
    ...(Array.isArray(notify_end_states) ? { notify_end_states: notify_end_states.map(String) } : {}),
    ...(Array.isArray(notify_end_types) ? { notify_end_types: notify_end_types.map(String) } : {}),
  };
}

/** Returns an object with the time, or an empty one for no time. */
function optional(name: 'end' | 'canceled', seconds: number | undefined): Partial<Downtime> {
  return seconds === undefined || !Number.isFinite(seconds) ? {} : { [name]: seconds };
}
