import { isRawObject, toNumber, type RawObject } from '../raw-json.ts';
import type { EventIds } from './event-ids.ts';

/** The display names of event sources. Other sources appear as the first. */
const SOURCES = new Map(
  Object.entries({
    my_apps: 'My Apps',
    alert: 'Alert',
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
  }),
);
const DEFAULT_SOURCE = 'my_apps';
const DEFAULT_SOURCE_ID = 100;

/** A stored event: its v2 form, with its v1 form in `v1`. */
export interface StoredEvent extends RawObject {
  readonly id: string;
  readonly type: 'event';
  readonly attributes: RawObject;
  readonly v1?: RawObject;
}

/** Formats an id, which may be a number beyond the precision of a double. */
export function idText(id: unknown): string {
  return typeof id === 'object' && id !== null && 'rawJSON' in id ? String(id.rawJSON) : String(id);
}

/** Creates an event from the body of a v1 request. */
export function storedFromV1(sent: RawObject, date_happened: number, ids: EventIds): StoredEvent {
  const source = String(sent['source_type_name'] ?? DEFAULT_SOURCE).toLowerCase();
  const v1 = {
    ...v1Identity(ids.number, date_happened),
    alert_type: sent['alert_type'] ?? 'info',
    title: sent['title'],
    text: sent['text'],
    tags: Array.isArray(sent['tags']) ? sent['tags'] : [],
    device_name: sent['device_name'] ?? null,
    priority: sent['priority'] ?? 'normal',
    host: sent['host'] ?? null,
    source: SOURCES.get(source) ?? SOURCES.get(DEFAULT_SOURCE),
  };
  return storedFromView(v1, ids, { source, aggregation_key: sent['aggregation_key'] ?? undefined });
}

/** Creates an event from the form that v1 reads return. */
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
    evt: {
      ...(source === DEFAULT_SOURCE ? { source_id: DEFAULT_SOURCE_ID } : {}),
      type: 'api',
      id: number,
      uid,
    },
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

/** Creates an event from the attributes of a v2 request. */
export function storedFromV2(sent: RawObject, ms: number, { number, id, uid }: EventIds): StoredEvent {
  const { attributes, aggregation_key, category, host, integration_id, message, tags, title } = sent;
  const definedFields = (fields: RawObject) =>
    Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  return {
    id,
    type: 'event',
    attributes: {
      attributes: {
        ...(isRawObject(attributes) ? attributes : {}),
        ...definedFields({ aggregation_key, hostname: host }),
        evt: { category, id: number, ...definedFields({ integration_id }), uid },
        timestamp: ms,
        title,
      },
      message: message ?? '',
      tags: Array.isArray(tags) ? tags : [],
      timestamp: isoTime(ms),
    },
  };
}

/** Returns an event as v1 lists show it. A read of one event has no `source`. */
export function v1View({ id, attributes, v1 }: StoredEvent): RawObject {
  if (v1) return v1;
  const inner = isRawObject(attributes['attributes']) ? attributes['attributes'] : {};
  const evt = isRawObject(inner['evt']) ? inner['evt'] : {};
  const tags = Array.isArray(attributes['tags']) ? attributes['tags'].map(String) : [];
  const source = tags.find((tag) => tag.startsWith('source:'))?.slice('source:'.length) ?? DEFAULT_SOURCE;
  const ms = Date.parse(String(attributes['timestamp']));
  return {
    ...v1Identity(idText(evt['id'] ?? id), Math.floor(ms / 1000)),
    alert_type: inner['status'] ?? 'info',
    title: inner['title'] ?? '',
    text: attributes['message'] ?? '',
    tags: tags.filter((tag) => !tag.startsWith('source:')),
    device_name: null,
    priority: inner['priority'] ?? 'normal',
    host: inner['hostname'] ?? null,
    source: SOURCES.get(source) ?? SOURCES.get(DEFAULT_SOURCE),
  };
}

/** Returns an event as v2 shows it. */
export function v2View({ v1: _, ...event }: StoredEvent): RawObject {
  return event;
}

/** Returns every id by which an event can be read. */
export function idsOf(event: RawObject): string[] {
  const { id, attributes, v1 } = event;
  const outer = isRawObject(attributes) ? attributes['attributes'] : undefined;
  const evt = isRawObject(outer) && isRawObject(outer['evt']) ? outer['evt'] : {};
  const all = [id, evt['id'], evt['uid'], isRawObject(v1) ? v1['id'] : undefined];
  return [...new Set(all.filter((one) => one !== undefined).map(idText))];
}

/** Normalises the key or display name of a source for comparison. */
export function sourceKey(source: unknown): string {
  return String(source ?? '')
    .trim()
    .toLowerCase()
    .replaceAll(' ', '_');
}

function v1Identity(number: string, date_happened: number): RawObject {
  return {
    date_happened,
    url: `/event/event?id=${number}`,
    resource: `/api/v1/events/${number}`,
    id: /^\d+$/.test(number) ? JSON.rawJSON(number) : number,
  };
}

/** Formats a time, without a fraction for whole seconds. */
function isoTime(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}
