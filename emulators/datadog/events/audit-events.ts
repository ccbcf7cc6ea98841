import { json, type EmulatorAnswer } from '../../server/emulator-server.ts';
import type { Organisation } from '../organisation.ts';
import { Refused } from '../refused.ts';
import type { Family } from '../route.ts';
import { type EventSearch, pageOf, searchInBody, searchInQuery } from './event-pages.ts';

const PATH = '/api/v2/audit/events';

/** Who changed what: the audit trail. An organisation without one answers 403. */
export function auditEvents(organisation: Organisation): Family {
  const found = (wanted: () => EventSearch): EmulatorAnswer => {
    if (!organisation.audit) throw new Refused(403, 'Forbidden');
    const { data, after } = pageOf(organisation.collection('audit_events').all(), wanted());
    const page = after === undefined ? {} : { page: { after } };
    return json(200, {
      data,
      meta: { elapsed: 1, status: 'done', request_id: 'emulated', warnings: [], ...page },
    });
  };
  return {
    routes: [
      {
        method: 'GET',
        path: PATH,
        run: ({ query }) => found(() => searchInQuery(query, organisation.now())),
      },
      {
        method: 'POST',
        path: `${PATH}/search`,
        run: ({ body }) => found(() => searchInBody(body, organisation.now())),
      },
    ],
    seeds: {},
  };
}
