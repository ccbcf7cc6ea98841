import { json, type EmulatorAnswer } from '../../server/emulator-server.ts';
import { attributesOf } from '../json-api.ts';
import { newText, type Organisation } from '../organisation.ts';
import { isRawObject, numeric, type RawObject } from '../raw-json.ts';
import { Refused } from '../refused.ts';
import type { Call, Family } from '../route.ts';
import { type EventSearch, pageOf, searchInBody, searchInQuery } from './event-pages.ts';

/** An event may lie so far back. */
const OLDEST_S = 18 * 3600;
const CATEGORIES = ['alert', 'change'];
/** Sources as they are shown. */
const SOURCES: Readonly<Record<string, string>> = { vsphere: 'vSphere' };
/** Events of the first API are numbered beyond what a double holds. */
const FIRST_ID = 5_309_722_140_426_601_038n;

/** Events, v1 and v2. An event is kept as v2 reads it, with what v1 shows under `v1`. */
export function events(organisation: Organisation): Family {
  const held = organisation.collection('events');
  const seconds = () => Math.floor(organisation.now() / 1000);
  const newId = () => String(FIRST_ID + BigInt(organisation.newNumber()));

  function create({ body }: Call): EmulatorAnswer {
    const { title, text } = body;
    if (typeof title !== 'string' || typeof text !== 'string')
      throw new Refused(400, "Missing required parameter: 'title' or 'text'");
    const date_happened = numeric(body['date_happened']) ?? seconds();
    if (seconds() - date_happened > OLDEST_S) throw new Refused(400, 'Event too far in the past');
    const id = newId();
    const source = String(body['source_type_name'] ?? 'my_apps').toLowerCase();
    const tags = Array.isArray(body['tags']) ? body['tags'] : [];
    const shown: RawObject = {
      date_happened,
      alert_type: body['alert_type'] ?? 'info',
      title,
      url: `/event/event?id=${id}`,
      text,
      tags,
      device_name: body['device_name'] ?? null,
      priority: body['priority'] ?? 'normal',
      host: body['host'] ?? null,
      resource: `/api/v1/events/${id}`,
      id: JSON.rawJSON(id),
    };
    const attributes = {
      attributes: { title, priority: shown['priority'], timestamp: date_happened * 1000, evt: { id } },
      message: text,
      tags: [...tags, `source:${source}`],
      timestamp: new Date(date_happened * 1000).toISOString(),
    };
    held.put(id, { id, type: 'event', attributes, v1: { ...shown, source: SOURCES[source] ?? 'My Apps' } });
    return json(202, {
      status: 'ok',
      event: {
        id: JSON.rawJSON(id),
        id_str: id,
        title,
        text,
        date_happened,
        handle: null,
        priority: body['priority'] ?? null,
        related_event_id: body['related_event_id'] ?? null,
        tags: body['tags'] ?? null,
        url: `https://app.datadoghq.com/event/event?id=${id}`,
      },
    });
  }

  function listV1({ query }: Call): EmulatorAnswer {
    const [start, end] = [Number(query.get('start')), Number(query.get('end'))];
    const [priority, sources] = [query.get('priority'), query.get('sources')?.toLowerCase().split(',')];
    const wanted = query.get('tags')?.split(',') ?? [];
    const found = v1Events().filter((event) => {
      const at = numeric(event['date_happened']) ?? 0;
      const tags = Array.isArray(event['tags']) ? event['tags'].map(String) : [];
      return (
        at >= start &&
        at <= end &&
        (priority === null || event['priority'] === priority) &&
        (sources === undefined || sources.includes(String(event['source']).toLowerCase())) &&
        wanted.every((tag) => tags.includes(tag))
      );
    });
    return json(200, { events: found.map((event) => ({ ...event, is_aggregate: false, comments: [] })) });
  }

  function v1Events(): RawObject[] {
    return held.all().flatMap(({ v1 }) => (isRawObject(v1) ? [v1] : []));
  }

  function readV1({ params }: Call): EmulatorAnswer {
    const v1 = held.get(params['id'])?.['v1'];
    if (!isRawObject(v1)) throw new Refused(404, `No event matches that event_id.`);
    const { source: _, ...event } = v1;
    return json(200, { event });
  }

  function createV2({ body }: Call): EmulatorAnswer {
    const sent = attributesOf(body);
    if (!CATEGORIES.includes(String(sent['category']))) {
      const words = `JSON validation failed at $.data.attributes.category: value must be one of: ["alert", "change"].`;
      throw new Refused(400, { errors: [{ status: '400', title: 'Bad Request', detail: words }] });
    }
    const [id, uid] = [newId(), newText(24)];
    const attributes = {
      attributes: {
        ...(isRawObject(sent['attributes']) ? sent['attributes'] : {}),
        title: sent['title'],
        evt: { id, uid, category: sent['category'] },
      },
      message: sent['message'] ?? '',
      tags: sent['tags'] ?? [],
      timestamp: sent['timestamp'] ?? new Date(organisation.now()).toISOString(),
    };
    held.put(uid, { id: uid, type: 'event', attributes });
    return json(202, {
      data: { attributes: { attributes: { evt: { id, uid } } }, id: '_', type: 'event' },
      links: { self: `https://app.datadoghq.com/event/event?uid=${uid}` },
    });
  }

  function found(wanted: EventSearch): EmulatorAnswer {
    const { data, after } = pageOf(held.all(), wanted);
    const shown = data.map(({ v1: _, ...event }) => event);
    if (after === undefined) return json(200, { data: shown });
    const next = `https://api.datadoghq.com/api/v2/events?page%5Bcursor%5D=${after}&page%5Blimit%5D=${wanted.limit}`;
    return json(200, { data: shown, meta: { page: { after } }, links: { next } });
  }

  return {
    routes: [
      { method: 'POST', path: '/api/v1/events', apiKeyAlone: true, run: create },
      { method: 'GET', path: '/api/v1/events', run: listV1 },
      { method: 'GET', path: '/api/v1/events/:id', run: readV1 },
      { method: 'POST', path: '/api/v2/events', apiKeyAlone: true, run: createV2 },
      {
        method: 'GET',
        path: '/api/v2/events',
        run: ({ query }) => found(searchInQuery(query, organisation.now())),
      },
      {
        method: 'POST',
        path: '/api/v2/events/search',
        run: ({ body }) => found(searchInBody(body, organisation.now())),
      },
      {
        method: 'GET',
        path: '/api/v2/events/:id',
        run: ({ params }) => {
          const event = held.get(params['id']);
          if (!event) throw new Refused(404, { errors: [{ status: '404', title: 'Not Found' }] });
          const { v1: _, ...data } = event;
          return json(200, { data });
        },
      },
    ],
    seeds: { events: (object) => held.put(String(object['id']), object) },
  };
}
