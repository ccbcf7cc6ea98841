import { json, type EmulatorAnswer } from '../../server/emulator-server.ts';
import { numeric, type RawObject } from '../raw-json.ts';
import { Refused } from '../refused.ts';
import type { Call, Route } from '../route.ts';
import { keptOfV1, sourceKey, v1Of } from './event-forms.ts';
import type { KeptEvents } from './kept-events.ts';

const PAGE = 1000;

/** The endpoints of events of the first API. */
export function eventsV1(events: KeptEvents): readonly Route[] {
  return [
    { method: 'POST', path: '/api/v1/events', apiKeyAlone: true, run: (call) => create(events, call) },
    { method: 'GET', path: '/api/v1/events', run: (call) => list(events, call) },
    { method: 'GET', path: '/api/v1/events/:id', run: (call) => read(events, call) },
  ];
}

function create(events: KeptEvents, { body }: Call): EmulatorAnswer {
  for (const name of ['title', 'text'])
    if (typeof body[name] !== 'string') throw new Refused(400, `Missing required parameter: '${name}'`);
  const date_happened = numeric(body['date_happened']) ?? Math.floor(events.now / 1000);
  if (events.isTooOld(date_happened * 1000)) throw new Refused(400, 'Event too far in the past');
  const ids = events.newIds();
  events.put(keptOfV1(body, date_happened, ids));
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

/** The newest events of a time, a thousand at most; `page` counts thousands where events are not aggregated. */
function list(events: KeptEvents, { query }: Call): EmulatorAnswer {
  const [start, end] = [seconds(query, 'start'), seconds(query, 'end')];
  const [priority, sources, tags] = [query.get('priority'), listed(query, 'sources'), listed(query, 'tags')];
  const wanted = sources.map(sourceKey);
  const found = events
    .all()
    .map(v1Of)
    .filter((event) => {
      const at = numeric(event['date_happened']) ?? 0;
      return (
        at >= start &&
        at <= end &&
        (priority === null || event['priority'] === priority) &&
        (wanted.length === 0 || wanted.includes(sourceKey(event['source']))) &&
        tags.every((tag) => Array.isArray(event['tags']) && event['tags'].includes(tag))
      );
    })
    .toReversed()
    .toSorted((a, b) => (numeric(b['date_happened']) ?? 0) - (numeric(a['date_happened']) ?? 0));
  const paged = query.get('unaggregated') === 'true' || query.get('exclude_aggregate') === 'true';
  const from = paged ? PAGE * Math.max(0, Number(query.get('page') ?? 0) || 0) : 0;
  return json(200, { events: found.slice(from, from + PAGE).map(listItem) });
}

function listItem(event: RawObject): RawObject {
  return { ...event, is_aggregate: false, comments: [] };
}

function read(events: KeptEvents, { params }: Call): EmulatorAnswer {
  const found = events.get(params['id']);
  if (!found) throw new Refused(404, 'No event matches that event_id.');
  const { source: _, ...event } = v1Of(found);
  return json(200, { event });
}

function seconds(query: URLSearchParams, name: string): number {
  const text = query.get(name);
  if (text === null) throw new Refused(400, `Missing required parameter: '${name}'`);
  if (!/^\d+$/.test(text)) throw new Refused(400, `The value provided for parameter '${name}' is invalid`);
  return Number(text);
}

function listed(query: URLSearchParams, name: string): string[] {
  return (query.get(name) ?? '').split(',').filter((part) => part !== '');
}
