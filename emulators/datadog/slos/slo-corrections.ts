import { json, type EmulatorResponse } from '../../server/emulator-server.ts';
import type { Collection } from '../collection.ts';
import { attributesOf } from '../json-api.ts';
import { newUuid, type Organisation } from '../organisation.ts';
import { KEY_OWNER } from '../people/key-owner.ts';
import { isRawObject, type RawObject } from '../raw-json.ts';
import { DatadogError } from '../datadog-error.ts';
import type { Call, EndpointGroup } from '../route.ts';
import { seedById } from '../seed.ts';

const PATH = '/api/v1/slo/correction';
const PAGE_LIMIT = 25;
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
const PERSON = {
  data: { type: 'users', id: KEY_OWNER.id, attributes: { uuid: KEY_OWNER.id, handle, email, name, icon } },
};

/** Times that do not count against an SLO. */
export function sloCorrections(organisation: Organisation): EndpointGroup {
  return new SloCorrections(organisation).endpoints();
}

class SloCorrections {
  readonly #organisation: Organisation;
  readonly #corrections: Collection;

  constructor(organisation: Organisation) {
    this.#organisation = organisation;
    this.#corrections = organisation.collection('slo_corrections');
  }

  #seconds() {
    return Math.floor(this.#organisation.now() / 1000);
  }

  #find({ params }: Call): RawObject {
    const correction = this.#corrections.get(params['id']);
    if (!correction)
      throw new DatadogError(404, `slo correction public id ${String(params['id'])} not found`);
    return correction;
  }

  #put(correction: RawObject): EmulatorResponse {
    this.#corrections.put(String(correction['id']), correction);
    return json(200, { data: correction });
  }

  #create({ body }: Call): EmulatorResponse {
    const sent = attributesOf(body);
    if ((sent['slo_id'] === undefined) === (sent['slo_query'] === undefined))
      throw new DatadogError(400, 'Invalid payload: exactly one of slo_id and slo_query is expected');
    const now = this.#seconds();
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
      ...settingsIn(sent),
      creator: PERSON,
      modifier: null,
    };
    const correction = { type: 'correction', id: newUuid(), attributes };
    this.#put(correction);
    // The answer to a create alone does not tell when.
    return json(200, {
      data: { ...correction, attributes: { ...attributes, created_at: null, modified_at: null } },
    });
  }

  #update(call: Call): EmulatorResponse {
    const before = this.#find(call);
    const old = isRawObject(before['attributes']) ? before['attributes'] : {};
    const attributes = {
      ...old,
      ...settingsIn(attributesOf(call.body)),
      modified_at: this.#seconds(),
      modifier: PERSON,
    };
    return this.#put({ ...before, attributes });
  }

  /** `total_filtered_count` is that of the page. */
  #list({ query }: Call): EmulatorResponse {
    const all = this.#corrections.all();
    const offset = Number(query.get('offset') ?? 0);
    const data = all.slice(offset, offset + Number(query.get('limit') ?? PAGE_LIMIT));
    return json(200, {
      data,
      meta: { page: { total_count: all.length, total_filtered_count: data.length } },
    });
  }

  #ofSlo({ params }: Call): EmulatorResponse {
    const data = this.#corrections
      .all()
      .filter(({ attributes }) => isRawObject(attributes) && attributes['slo_id'] === params['id']);
    return json(200, { data });
  }

  endpoints(): EndpointGroup {
    return {
      routes: [
        { method: 'GET', path: PATH, run: (call) => this.#list(call) },
        { method: 'POST', path: PATH, run: (call) => this.#create(call) },
        { method: 'GET', path: `${PATH}/:id`, run: (call) => json(200, { data: this.#find(call) }) },
        { method: 'PATCH', path: `${PATH}/:id`, run: (call) => this.#update(call) },
        {
          method: 'DELETE',
          path: `${PATH}/:id`,
          run: (call) => {
            this.#corrections.drop(String(this.#find(call)['id']));
            return { status: 204 };
          },
        },
        { method: 'GET', path: '/api/v1/slo/:id/corrections', run: (call) => this.#ofSlo(call) },
      ],
      seeds: { slo_corrections: seedById(this.#corrections) },
    };
  }
}

function settingsIn(sent: RawObject): RawObject {
  return Object.fromEntries(
    SETTABLE.filter((member) => sent[member] !== undefined).map((member) => [member, sent[member]]),
  );
}
