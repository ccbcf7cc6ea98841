import { json, type EmulatorAnswer } from '../../server/emulator-server.ts';
import type { Collection } from '../collection.ts';
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
  return new Events(organisation).family();
}

class Events {
  readonly #organisation: Organisation;
  readonly #held: Collection;

  constructor(organisation: Organisation) {
    this.#organisation = organisation;
    this.#held = organisation.collection('events');
  }

  #seconds() {
    return Math.floor(this.#organisation.now() / 1000);
  }

  #newId() {
    return String(FIRST_ID + BigInt(this.#organisation.newNumber()));
  }

  #create({ body }: Call): EmulatorAnswer {
    const { title, text } = body;
    if (typeof title !== 'string' || typeof text !== 'string')
      throw new Refused(400, "Missing required parameter: 'title' or 'text'");
    const date_happened = numeric(body['date_happened']) ?? this.#seconds();
    if (this.#seconds() - date_happened > OLDEST_S) throw new Refused(400, 'Event too far in the past');
    const id = this.#newId();
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
    this.#held.put(id, {
      id,
      type: 'event',
      attributes,
      v1: { ...shown, source: SOURCES[source] ?? 'My Apps' },
    });
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

  #listV1({ query }: Call): EmulatorAnswer {
    const [start, end] = [Number(query.get('start')), Number(query.get('end'))];
    const [priority, sources] = [query.get('priority'), query.get('sources')?.toLowerCase().split(',')];
    const wanted = query.get('tags')?.split(',') ?? [];
    const matching = this.#v1Events().filter((event) => {
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
    return json(200, { events: matching.map((event) => ({ ...event, is_aggregate: false, comments: [] })) });
  }

  #v1Events(): RawObject[] {
    return this.#held.all().flatMap(({ v1 }) => (isRawObject(v1) ? [v1] : []));
  }

  #readV1({ params }: Call): EmulatorAnswer {
    const v1 = this.#held.get(params['id'])?.['v1'];
    if (!isRawObject(v1)) throw new Refused(404, `No event matches that event_id.`);
    const { source: _, ...event } = v1;
    return json(200, { event });
  }

  #createV2({ body }: Call): EmulatorAnswer {
    const sent = attributesOf(body);
    if (!CATEGORIES.includes(String(sent['category']))) {
      const words = `JSON validation failed at $.data.attributes.category: value must be one of: ["alert", "change"].`;
      throw new Refused(400, { errors: [{ status: '400', title: 'Bad Request', detail: words }] });
    }
    const [id, uid] = [this.#newId(), newText(24)];
    const attributes = {
      attributes: {
        ...(isRawObject(sent['attributes']) ? sent['attributes'] : {}),
        title: sent['title'],
        evt: { id, uid, category: sent['category'] },
      },
      message: sent['message'] ?? '',
      tags: sent['tags'] ?? [],
      timestamp: sent['timestamp'] ?? new Date(this.#organisation.now()).toISOString(),
    };
    this.#held.put(uid, { id: uid, type: 'event', attributes });
    return json(202, {
      data: { attributes: { attributes: { evt: { id, uid } } }, id: '_', type: 'event' },
      links: { self: `https://app.datadoghq.com/event/event?uid=${uid}` },
    });
  }

  #found(wanted: EventSearch): EmulatorAnswer {
    const { data, after } = pageOf(this.#held.all(), wanted);
    const shown = data.map(({ v1: _, ...event }) => event);
    if (after === undefined) return json(200, { data: shown });
    const next = `https://api.datadoghq.com/api/v2/events?page%5Bcursor%5D=${after}&page%5Blimit%5D=${wanted.limit}`;
    return json(200, { data: shown, meta: { page: { after } }, links: { next } });
  }

  family(): Family {
    return {
      routes: [
        { method: 'POST', path: '/api/v1/events', apiKeyAlone: true, run: (call) => this.#create(call) },
        { method: 'GET', path: '/api/v1/events', run: (call) => this.#listV1(call) },
        { method: 'GET', path: '/api/v1/events/:id', run: (call) => this.#readV1(call) },
        { method: 'POST', path: '/api/v2/events', apiKeyAlone: true, run: (call) => this.#createV2(call) },
        {
          method: 'GET',
          path: '/api/v2/events',
          run: ({ query }) => this.#found(searchInQuery(query, this.#organisation.now())),
        },
        {
          method: 'POST',
          path: '/api/v2/events/search',
          run: ({ body }) => this.#found(searchInBody(body, this.#organisation.now())),
        },
        {
          method: 'GET',
          path: '/api/v2/events/:id',
          run: ({ params }) => {
            const event = this.#held.get(params['id']);
            if (!event) throw new Refused(404, { errors: [{ status: '404', title: 'Not Found' }] });
            const { v1: _, ...data } = event;
            return json(200, { data });
          },
        },
      ],
      seeds: { events: (object) => this.#held.put(String(object['id']), object) },
    };
  }
}
