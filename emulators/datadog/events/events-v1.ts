import { json, type EmulatorResponse } from '../../server/emulator-server.ts';
import { toNumber, type RawObject } from '../raw-json.ts';
import { DatadogError } from '../datadog-error.ts';
import type { Call, Route } from '../route.ts';
import { storedFromV1, sourceKey, v1View } from './event-forms.ts';
import type { EventStore } from './event-store.ts';

const PAGE_SIZE = 1000;

/** Serves the v1 endpoints of events. */
export function eventsV1(events: EventStore): readonly Route[] {
  return [
    { method: 'POST', path: '/api/v1/events', apiKeyOnly: true, run: (call) => create(events, call) },
    { method: 'GET', path: '/api/v1/events', run: (call) => list(events, call) },
    { method: 'GET', path: '/api/v1/events/:id', run: (call) => read(events, call) },
  ];
}

function create(events: EventStore, { body }: Call): EmulatorResponse {
  for (const name of ['title', 'text'])
    if (typeof body[name] !== 'string') throw new DatadogError(400, `Missing required parameter: '${name}'`);
  const date_happened = toNumber(body['date_happened']) ?? Math.floor(events.now / 1000);
  if (events.isTooOld(date_happened * 1000)) throw new DatadogError(400, 'Event too far in the past');
  const ids = events.newIds();
  events.put(storedFromV1(body, date_happened, ids));
  const event = {
    id: JSON.rawJSON(ids.number),
    id_str: ids.number,
    title: body['title'],
    text: body['text'],
    date_happened,
    handle: null,
    priority: body['priority'] ?? null,
    related_event_id: body['related_event_id'] ?? null,
    tags: body['tags'] ?? null,
    url: `https://app.datadoghq.com/event/event?id=${ids.number}`,
  };
  return json(202, { status: 'ok', event });
}

/** Lists the newest events of a time range, at most 1,000. If events are not aggregated, `page` selects further ones. */
function list(events: EventStore, { query }: Call): EmulatorResponse {
  const [start, end] = [seconds(query, 'start'), seconds(query, 'end')];
  const [priority, sources, tags] = [query.get('priority'), listed(query, 'sources'), listed(query, 'tags')];
  const sourceKeys = sources.map(sourceKey);
  const found = events
    .all()
    .map(v1View)
    .filter((event) => {
      const at = toNumber(event['date_happened']) ?? 0;
      return (
        at >= start &&
        at <= end &&
        (priority === null || event['priority'] === priority) &&
        (sourceKeys.length === 0 || sourceKeys.includes(sourceKey(event['source']))) &&
        tags.every((tag) => Array.isArray(event['tags']) && event['tags'].includes(tag))
      );
    })
    .toReversed()
    .toSorted((a, b) => (toNumber(b['date_happened']) ?? 0) - (toNumber(a['date_happened']) ?? 0));
  const paged = query.get('unaggregated') === 'true' || query.get('exclude_aggregate') === 'true';
  const from = paged ? PAGE_SIZE * Math.max(0, Number(query.get('page') ?? 0) || 0) : 0;
  return json(200, { events: found.slice(from, from + PAGE_SIZE).map(listItem) });
}

function listItem(event: RawObject): RawObject {
  return { ...event, is_aggregate: false, comments: [] };
}

function read(events: EventStore, { params }: Call): EmulatorResponse {
  const found = events.get(params['id']);
  if (!found) throw new DatadogError(404, 'No event matches that event_id.');
  const { source: _, ...event } = v1View(found);
  return json(200, { event });
}

function seconds(query: URLSearchParams, name: string): number {
  const text = query.get(name);
  if (text === null) throw new DatadogError(400, `Missing required parameter: '${name}'`);
  if (!/^\d+$/.test(text))
    throw new DatadogError(400, `The value provided for parameter '${name}' is invalid`);
  return Number(text);
}

function listed(query: URLSearchParams, name: string): string[] {
  return (query.get(name) ?? '').split(',').filter((part) => part !== '');
}
