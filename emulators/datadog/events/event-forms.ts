import { isRawObject, toNumber, type RawObject } from '../raw-json.ts';
import type { EventIds } from './event-ids.ts';

/** How sources are shown; others are shown as the first. */
const SOURCES: Readonly<Record<string, string>> = {
  my_apps: 'My Apps',
  bitbucket: 'Bitbucket',
  chef: 'Chef',
  docker: 'Docker',
  git: 'Git',
  github: 'GitHub',
  hudson: 'Hudson',
  jenkins: 'Jenkins',
  kubernetes: 'Kubernetes',
  nagios: 'Nagios',
  puppet: 'Puppet',
  vsphere: 'vSphere',
};
const OWN_SOURCE = 'my_apps';
const OWN_SOURCE_ID = 100;

/** An event as it is kept: as the second API shows it, with what the first one shows. */
export interface StoredEvent extends RawObject {
  readonly id: string;
  readonly type: 'event';
  readonly attributes: RawObject;
  readonly v1?: RawObject;
}

/** The text of an id that may be a number longer than a double holds. */
export function idText(id: unknown): string {
  return typeof id === 'object' && id !== null && 'rawJSON' in id ? String(id.rawJSON) : String(id);
}

/** Keeps an event that was posted to the first API. */
export function storedFromV1(sent: RawObject, date_happened: number, ids: EventIds): StoredEvent {
  const source = String(sent['source_type_name'] ?? OWN_SOURCE).toLowerCase();
  const v1 = {
    ...v1Shown(ids.number, date_happened),
    alert_type: sent['alert_type'] ?? 'info',
    title: sent['title'],
    text: sent['text'],
    tags: Array.isArray(sent['tags']) ? sent['tags'] : [],
    device_name: sent['device_name'] ?? null,
    priority: sent['priority'] ?? 'normal',
    host: sent['host'] ?? null,
    source: SOURCES[source] ?? SOURCES[OWN_SOURCE],
  };
  return storedFromView(v1, ids, { source, aggregation_key: sent['aggregation_key'] ?? undefined });
}

/** Keeps an event in the form in which the first API reads it. */
export function storedFromSeed(seed: RawObject): StoredEvent {
  const number = idText(seed['id']);
  const { is_aggregate: _, comments: __, ...v1 } = seed;
  return storedFromView(v1, { number, id: number, uid: number }, { source: sourceKey(seed['source']) });
}

function storedFromView(
  v1: RawObject,
  { number, id, uid }: EventIds,
  { source, aggregation_key }: { source: string; aggregation_key?: unknown },
): StoredEvent {
  const { title, text, tags, host, priority, alert_type, date_happened } = v1;
  const ms = (toNumber(date_happened) ?? 0) * 1000;
  const attributes = {
    status: alert_type,
    ...(aggregation_key === undefined ? {} : { event_object: aggregation_key, aggregation_key }),
    service: 'undefined',
    title,
    timestamp: ms,
    ...(typeof host === 'string' ? { hostname: host } : {}),
    priority,
    evt: { ...(source === OWN_SOURCE ? { source_id: OWN_SOURCE_ID } : {}), type: 'api', id: number, uid },
  };
  return {
    id,
    type: 'event',
    attributes: {
      attributes,
      message: text,
      tags: [...(Array.isArray(tags) ? tags : []), `source:${source}`],
      timestamp: isoTime(ms),
    },
    v1,
  };
}

/** Keeps an event that was posted to the second API. */
export function storedFromV2(sent: RawObject, ms: number, { number, id, uid }: EventIds): StoredEvent {
  const { attributes, aggregation_key, category, host, integration_id, message, tags, title } = sent;
  const given = (members: RawObject) =>
    Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
  return {
    id,
    type: 'event',
    attributes: {
      attributes: {
        ...(isRawObject(attributes) ? attributes : {}),
        ...given({ aggregation_key, hostname: host }),
        evt: { category, id: number, ...given({ integration_id }), uid },
        timestamp: ms,
        title,
      },
      message: message ?? '',
      tags: Array.isArray(tags) ? tags : [],
      timestamp: isoTime(ms),
    },
  };
}

/** What the first API shows of an event in its list; read alone, an event has no `source`. */
export function v1View({ id, attributes, v1 }: StoredEvent): RawObject {
  if (v1) return v1;
  const inner = isRawObject(attributes['attributes']) ? attributes['attributes'] : {};
  const evt = isRawObject(inner['evt']) ? inner['evt'] : {};
  const tags = Array.isArray(attributes['tags']) ? attributes['tags'].map(String) : [];
  const source = tags.find((tag) => tag.startsWith('source:'))?.slice('source:'.length) ?? OWN_SOURCE;
  const ms = Date.parse(String(attributes['timestamp']));
  return {
    ...v1Shown(idText(evt['id'] ?? id), Math.floor(ms / 1000)),
    alert_type: inner['status'] ?? 'info',
    title: inner['title'] ?? '',
    text: attributes['message'] ?? '',
    tags: tags.filter((tag) => !tag.startsWith('source:')),
    device_name: null,
    priority: inner['priority'] ?? 'normal',
    host: inner['hostname'] ?? null,
    source: SOURCES[source] ?? SOURCES[OWN_SOURCE],
  };
}

/** What an event of the second API shows. */
export function v2View({ v1: _, ...shown }: StoredEvent): RawObject {
  return shown;
}

/** Each id by which an event is asked for. */
export function idsOf(event: RawObject): string[] {
  const { id, attributes, v1 } = event;
  const outer = isRawObject(attributes) ? attributes['attributes'] : undefined;
  const evt = isRawObject(outer) && isRawObject(outer['evt']) ? outer['evt'] : {};
  const all = [id, evt['id'], evt['uid'], isRawObject(v1) ? v1['id'] : undefined];
  return [...new Set(all.filter((one) => one !== undefined).map(idText))];
}

/** The name of a source, as it is written or as it is shown, in the form in which names are compared. */
export function sourceKey(source: unknown): string {
  return String(source ?? '')
    .trim()
    .toLowerCase()
    .replaceAll(' ', '_');
}

function v1Shown(number: string, date_happened: number): RawObject {
  return {
    date_happened,
    url: `/event/event?id=${number}`,
    resource: `/api/v1/events/${number}`,
    id: /^\d+$/.test(number) ? JSON.rawJSON(number) : number,
  };
}

/** Whole seconds have no fraction. */
function isoTime(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}
