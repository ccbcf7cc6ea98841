import { json, type EmulatorResponse } from '../../server/emulator-server.ts';
import { sentAttributes } from '../json-api.ts';
import { DatadogError } from '../datadog-error.ts';
import type { Call, Route } from '../route.ts';
import { badEvent, checkEvent } from './event-checks.ts';
import { storedFromV2, v2View } from './event-forms.ts';
import { type EventSearch, nextPage, pageOf, searchInBody, searchInQuery } from './event-pages.ts';
import type { EventStore } from './event-store.ts';

const PATH = '/api/v2/events';
const SITE = 'https://api.datadoghq.com';

/** Serves the v2 endpoints of events. At Datadog, the intake has a separate host. */
export function eventsV2(events: EventStore): readonly Route[] {
  return [
    { method: 'POST', path: PATH, apiKeyOnly: true, run: (call) => create(events, call) },
    {
      method: 'GET',
      path: PATH,
      run: ({ query }) => searchEvents(events, PATH, searchInQuery(query, events.now)),
    },
    {
      method: 'POST',
      path: `${PATH}/search`,
      run: ({ body }) => searchEvents(events, `${PATH}/search`, searchInBody(body, events.now)),
    },
    { method: 'GET', path: `${PATH}/:id`, run: (call) => read(events, call) },
  ];
}

function create(events: EventStore, { body }: Call): EmulatorResponse {
  checkEvent(body);
  const sent = sentAttributes(body);
  const ms = sent['timestamp'] === undefined ? events.now : Date.parse(String(sent['timestamp']));
  if (Number.isNaN(ms))
    throw badEvent('JSON validation failed at $.data.attributes.timestamp: value is not a time.');
  if (events.isTooOld(ms)) throw badEvent('Event too far in the past');
  const ids = events.newIds();
  events.put(storedFromV2(sent, ms, ids));
  return json(202, {
    data: { attributes: { attributes: { evt: { id: ids.number, uid: ids.uid } } }, id: '_', type: 'event' },
    links: { self: `https://app.datadoghq.com/event/event?uid=${ids.uid}` },
  });
}

/** Answers with a page. A page with events links to the next page, even if that is empty. */
function searchEvents(events: EventStore, path: string, search: EventSearch): EmulatorResponse {
  const { data, after } = pageOf(events.all().map(v2View), search);
  if (after === undefined) return json(200, { data });
  return json(200, {
    meta: { page: { after } },
    data,
    links: { next: nextPage(`${SITE}${path}`, search, after) },
  });
}

function read(events: EventStore, { params }: Call): EmulatorResponse {
  const event = events.get(params['id']);
  if (!event) throw new DatadogError(404, { errors: [{ status: '404', title: 'Not Found' }] });
  return json(200, { data: v2View(event) });
}
