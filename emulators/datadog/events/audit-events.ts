import { json, type EmulatorResponse } from '../../server/emulator-server.ts';
import { newToken, type Organisation } from '../organisation.ts';
import { DatadogError } from '../datadog-error.ts';
import type { EndpointGroup } from '../route.ts';
import { seedById } from '../collection.ts';
import { type EventSearch, nextPage, pageOf, searchInBody, searchInQuery } from './event-pages.ts';

const PATH = '/api/v2/audit/events';
const SITE = 'https://api.datadoghq.com';

/** Serves the audit trail of changes. An organisation without an audit trail answers 403. */
export function auditEvents(organisation: Organisation): EndpointGroup {
  const trail = organisation.collection('audit_events');

  function searchTrail(path: string, parse: () => EventSearch): EmulatorResponse {
    if (!organisation.audit) throw new DatadogError(403, 'Forbidden');
    const search = parse();
    const { data, more, after } = pageOf(trail.all(), search);
    const meta = { elapsed: 1, request_id: newToken(43), status: 'done' };
    if (!more || after === undefined) return json(200, { data, meta });
    return json(200, {
      data,
      meta: { ...meta, page: { after } },
      links: { next: nextPage(`${SITE}${path}`, search, after) },
    });
  }

  return {
    routes: [
      {
        method: 'GET',
        path: PATH,
        run: ({ query }) => searchTrail(PATH, () => searchInQuery(query, organisation.now())),
      },
      {
        method: 'POST',
        path: `${PATH}/search`,
        run: ({ body }) => searchTrail(PATH, () => searchInBody(body, organisation.now())),
      },
    ],
    seeds: { audit_events: seedById(trail) },
  };
}
