import { json } from '../../server/emulator-server.ts';
import { DatadogError } from '../datadog-error.ts';
import { attributesOf, sentAttributes } from '../json-api.ts';
import { newUuid, type Organisation } from '../organisation.ts';
import { KEY_OWNER } from '../people/key-owner.ts';
import { pickFields, type RawObject } from '../raw-json.ts';
import { resource } from '../resource.ts';
import type { Call, EndpointGroup } from '../route.ts';

const DEFAULT_PAGE_SIZE = 25;
/** The fields that a request may set. */
const SETTABLE = [
  'slo_id',
  'start',
  'end',
  'description',
  'category',
  'timezone',
  'rrule',
  'duration',
  'slo_query',
];
const { handle, email, name, icon } = KEY_OWNER.attributes;
const USER = {
  data: { type: 'users', id: KEY_OWNER.id, attributes: { uuid: KEY_OWNER.id, handle, email, name, icon } },
};

/** Serves SLO corrections: periods that do not count towards an SLO. */
export function sloCorrections(organisation: Organisation): EndpointGroup {
  const collection = organisation.collection('slo_corrections');
  const seconds = () => Math.floor(organisation.now() / 1000);

  function create({ body }: Call): RawObject {
    const sent = sentAttributes(body);
    if ((sent['slo_id'] === undefined) === (sent['slo_query'] === undefined))
      throw new DatadogError(400, 'Invalid payload: exactly one of slo_id and slo_query is expected');
    const now = seconds();
    const attributes: RawObject = {
      slo_id: null,
      start: null,
      end: null,
      description: '',
      category: null,
      timezone: 'UTC',
      created_at: now,
      modified_at: now,
      rrule: null,
      duration: null,
      ...pickFields(sent, SETTABLE),
      creator: USER,
      modifier: null,
    };
    return { type: 'correction', id: newUuid(), attributes };
  }

  const corrections = resource({
    collection,
    path: '/api/v1/slo/correction',
    idParam: 'id',
    notFound: (id) => `slo correction public id ${id} not found`,
    list: ({ query }) => page(collection.all(), query),
    create,
    // Only the response to a create omits the times.
    createdBody: (correction) => ({
      data: {
        ...correction,
        attributes: { ...attributesOf(correction), created_at: null, modified_at: null },
      },
    }),
    updateMethod: 'PATCH',
    update: (before, { body }) => ({
      ...before,
      attributes: {
        ...attributesOf(before),
        ...pickFields(sentAttributes(body), SETTABLE),
        modified_at: seconds(),
        modifier: USER,
      },
    }),
  });

  return {
    routes: [
      ...corrections.routes,
      {
        method: 'GET',
        path: '/api/v1/slo/:id/corrections',
        run: ({ params }) =>
          json(200, { data: collection.all().filter((one) => attributesOf(one)['slo_id'] === params['id']) }),
      },
    ],
    seeds: { slo_corrections: corrections.put },
  };
}

/** Returns one page. Datadog counts the items of the page in `total_filtered_count`. */
function page(all: readonly RawObject[], query: URLSearchParams): RawObject {
  const offset = Number(query.get('offset') ?? 0);
  const data = all.slice(offset, offset + Number(query.get('limit') ?? DEFAULT_PAGE_SIZE));
  return { data, meta: { page: { total_count: all.length, total_filtered_count: data.length } } };
}
