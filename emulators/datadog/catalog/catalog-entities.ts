import { Buffer } from 'node:buffer';
import { json, type EmulatorResponse } from '../../server/emulator-server.ts';
import type { Collection } from '../collection.ts';
import { newUuid, type Organisation } from '../organisation.ts';
import { isRawObject, type RawObject } from '../raw-json.ts';
import { DatadogError } from '../datadog-error.ts';
import type { Call, EndpointGroup } from '../route.ts';
import { readDefinitions } from './read-definitions.ts';

/** A service of the software catalog. */
export interface Service {
  readonly name: string;
  readonly team?: string;
}

const PATH = '/api/v2/catalog/entity';
const PAGE_LIMIT = 100;
const KINDS = ['service', 'datastore', 'queue', 'system', 'api'];
/** The fields of the metadata that are attributes of an entity. */
const METADATA_ATTRIBUTES = ['displayName', 'name', 'namespace', 'owner', 'tags', 'description'];

/**
 * Serves the software catalog. An entity is stored as `{id, attributes, meta, document}`. The list also contains the
 * services of the older definitions API.
 */
export function catalogEntities(organisation: Organisation, services: readonly Service[]): EndpointGroup {
  return new CatalogEntities(organisation, services).endpoints();
}

class CatalogEntities {
  readonly #organisation: Organisation;
  readonly #entities: Collection;

  constructor(organisation: Organisation, services: readonly Service[]) {
    this.#organisation = organisation;
    this.#entities = organisation.collection('catalog_entities');
    for (const { name, team } of services) {
      const metadata = { name, displayName: name, ...(team === undefined ? {} : { owner: team }) };
      this.#upsert({ apiVersion: 'v2.2', kind: 'service', metadata }, '');
    }
  }

  #put(entity: RawObject): void {
    return this.#entities.put(String(entity['id']), entity);
  }

  #upsert(document: RawObject, text: string): RawObject {
    const metadata = isRawObject(document['metadata']) ? document['metadata'] : {};
    if (typeof metadata['name'] !== 'string')
      throw new DatadogError(400, {
        errors: [{ status: '400', title: 'Bad Request', detail: 'metadata.name is required' }],
      });
    const reference: RawObject = { namespace: 'default', ...metadata };
    const found = this.#entities.all().find((entity) => refOf(entity) === ref(document['kind'], reference));
    const at = nanoseconds(this.#organisation.now());
    const before = found && isRawObject(found['meta']) ? found['meta'] : {};
    const meta = {
      createdAt: before['createdAt'] ?? at,
      modifiedAt: at,
      ingestionSource: 'api',
      origin: 'unknown',
    };
    const { apiVersion, kind } = document;
    const attributes = METADATA_ATTRIBUTES.filter((name) => reference[name] !== undefined).map((name) => [
      name,
      reference[name],
    ]);
    const entity: RawObject = {
      id: found?.['id'] ?? newUuid(),
      type: 'entity',
      attributes: { apiVersion, kind, tags: [], ...Object.fromEntries(attributes) },
      meta,
      document: normalised({ ...document, metadata: reference }),
      raw: Buffer.from(`---\n${text.trimEnd()}\n`).toString('base64'),
    };
    // Reads return the creation time in microseconds; the response to a write has nanoseconds.
    this.#put({ ...entity, meta: { ...meta, createdAt: toMicroseconds(meta.createdAt) } });
    return entity;
  }

  #create({ text }: Call): EmulatorResponse {
    const made = readDefinitions(text).map((document) => this.#upsert(document, text));
    return json(202, page(made, ['schema']));
  }

  #list({ query }: Call): EmulatorResponse {
    const all = [
      ...this.#entities.all(),
      ...this.#organisation.collection('service_definitions').all().map(fromDefinition),
    ];
    const found = all.filter(filterOf(query));
    const offset = Number(query.get('page[offset]') ?? 0);
    const limit = Number(query.get('page[limit]') ?? PAGE_LIMIT);
    const { data, meta, included } = page(
      found.slice(offset, offset + limit),
      query.get('include')?.split(',') ?? [],
    );
    const more = offset + limit < found.length;
    const links = {
      self: linkTo(query, offset, limit),
      ...(more ? { next: linkTo(query, offset + limit, limit) } : {}),
    };
    return json(200, { data, meta, links, ...(included ? { included } : {}) });
  }

  #remove({ params }: Call): EmulatorResponse {
    const reference = decodeURIComponent(params['entity'] ?? '');
    const found = this.#entities
      .all()
      .find((entity) => entity['id'] === reference || refOf(entity) === reference);
    if (!found) throw new DatadogError(404, { errors: [{ status: '404', title: 'Not Found' }] });
    this.#entities.delete(String(found['id']));
    return { status: 204 };
  }

  endpoints(): EndpointGroup {
    return {
      routes: [
        { method: 'GET', path: PATH, run: (call) => this.#list(call) },
        { method: 'POST', path: PATH, anyBody: true, run: (call) => this.#create(call) },
        { method: 'DELETE', path: `${PATH}/:entity`, run: (call) => this.#remove(call) },
        // A reference such as service:default/name spans two segments.
        {
          method: 'DELETE',
          path: `${PATH}/:kind/:name`,
          run: (call) =>
            this.#remove({ ...call, params: { entity: `${call.params['kind']}/${call.params['name']}` } }),
        },
        {
          method: 'GET',
          path: '/api/v2/catalog/kind',
          run: () =>
            json(200, {
              data: KINDS.map((id) => ({ id, type: 'kind', attributes: { name: id } })),
              meta: { count: KINDS.length },
            }),
        },
        {
          method: 'GET',
          path: '/api/v2/catalog/relation',
          run: () => json(200, { data: [], meta: { count: 0, includeCount: 0 } }),
        },
        {
          method: 'GET',
          path: '/api/v2/apm/services',
          run: () =>
            json(200, {
              data: {
                id: 'services',
                type: 'services_list',
                attributes: {
                  services: this.#entities
                    .all()
                    .map(({ attributes }) => (isRawObject(attributes) ? attributes['name'] : null)),
                },
              },
            }),
        },
      ],
      seeds: { catalog_entities: (object) => this.#put({ meta: {}, ...object }) },
    };
  }
}

/** The related objects that a request can include. */
const INCLUDES = new Map(
  Object.entries<{ type: string; attributes: (entity: RawObject) => RawObject }>({
    schema: { type: 'schema', attributes: (entity) => ({ schema: schemaOf(entity) }) },
    raw_schema: { type: 'rawSchema', attributes: ({ raw }) => ({ rawSchema: raw }) },
  }),
);

/** Returns entities as responses show them, with the related objects that `include` names. */
function page(entities: readonly RawObject[], include: readonly string[]) {
  const requested = include.flatMap((name) => INCLUDES.get(name) ?? []);
  const whole = entities.filter(({ document }) => isRawObject(document));
  const included = requested.flatMap(({ type, attributes }) =>
    whole.map((entity) => ({ id: entity['id'], type, attributes: attributes(entity) })),
  );
  return {
    data: entities.map(({ document: _, raw: __, ...entity }): RawObject => {
      const related = requested.map(({ type }) => [type, { data: { id: entity['id'], type } }]);
      return { ...entity, ...(related.length > 0 ? { relationships: Object.fromEntries(related) } : {}) };
    }),
    meta: { count: entities.length, includeCount: included.length },
    ...(included.length > 0 ? { included } : {}),
  };
}

function schemaOf({ document, meta }: RawObject): RawObject {
  const whole = isRawObject(document) ? document : {};
  const metadata = isRawObject(whole['metadata']) ? whole['metadata'] : {};
  const { origin, ...managed } = isRawObject(meta) ? meta : {};
  const from = origin === undefined ? {} : { origin: { origin } };
  return { ...whole, metadata: { ...metadata, managed: { ...managed, ...from } } };
}

/** Normalises a document as Datadog does: removes ids and empty lists, and adds missing names. */
function normalised(document: RawObject): RawObject {
  const { metadata, spec, datadog } = document;
  const { id: _, ...reference } = isRawObject(metadata) ? metadata : {};
  return {
    ...document,
    metadata: withoutEmptyLists(reference),
    ...(isRawObject(spec) ? { spec: withoutEmptyLists(spec) } : {}),
    ...(isRawObject(datadog) ? { datadog: normalisedDatadog(datadog) } : {}),
  };
}

function normalisedDatadog(datadog: RawObject): RawObject {
  const lists = new Map(
    Object.entries<(one: RawObject) => RawObject>({
      events: (one) => ({ name: '', query: '', ...one }),
      logs: (one) => ({ name: '', query: '', ...one }),
      codeLocations: withoutEmptyLists,
    }),
  );
  const entries = Object.entries(datadog).map(([name, value]): [string, unknown] => {
    const normalise = lists.get(name);
    if (normalise && Array.isArray(value)) return [name, value.filter(isRawObject).map(normalise)];
    return [name, value];
  });
  return Object.fromEntries(entries);
}

function withoutEmptyLists(object: RawObject): RawObject {
  return Object.fromEntries(Object.entries(object).filter(([, v]) => !(Array.isArray(v) && v.length === 0)));
}

function ref(kind: unknown, { namespace = 'default', name }: RawObject): string {
  return `${String(kind)}:${String(namespace)}/${String(name)}`;
}

function refOf({ attributes }: RawObject): string {
  return isRawObject(attributes) ? ref(attributes['kind'], attributes) : '';
}

function fromDefinition({ id, attributes }: RawObject): RawObject {
  const { schema, meta } = isRawObject(attributes) ? attributes : {};
  const definition = isRawObject(schema) ? schema : {};
  const modifiedAt = isRawObject(meta) ? meta['last-modified-time'] : undefined;
  return {
    id,
    type: 'entity',
    attributes: {
      apiVersion: definition['schema-version'],
      kind: 'service',
      name: definition['dd-service'],
      namespace: 'default',
      owner: definition['team'] ?? null,
      tags: definition['tags'] ?? [],
    },
    meta: { createdAt: modifiedAt, modifiedAt, ingestionSource: 'api', origin: 'unknown' },
  };
}

/** Returns the filter of a list. The default namespace may be omitted in `filter[ref]`. */
function filterOf(query: URLSearchParams): (entity: RawObject) => boolean {
  const filter = (name: string) => query.get(`filter[${name}]`);
  const requested = filter('ref');
  const whole = requested?.includes('/') === false ? requested.replace(':', ':default/') : requested;
  return (entity) => {
    const { name, kind, owner } = isRawObject(entity['attributes']) ? entity['attributes'] : {};
    return (
      (whole === null || refOf(entity) === whole) &&
      [
        [filter('id'), entity['id']],
        [filter('name'), name],
        [filter('kind'), kind],
        [filter('owner'), owner],
      ].every(([expected, value]) => expected === null || expected === value)
    );
  };
}

function linkTo(query: URLSearchParams, offset: number, limit: number): string {
  const parameters = new URLSearchParams(query);
  parameters.set('page[limit]', String(limit));
  parameters.set('page[offset]', String(offset));
  parameters.sort();
  return `${PATH}?${parameters.toString()}`;
}

function toMicroseconds(time: unknown): string {
  return String(time).replace(/(\.\d{6})\d*Z$/, '$1Z');
}

/** Formats a time with nine fractional digits. */
function nanoseconds(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000000Z');
}
