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
/** Of metadata, what an entity's attributes show. */
const SHOWN = ['displayName', 'name', 'namespace', 'owner', 'tags', 'description'];

/**
 * The software catalog. An entity is kept as `{id, attributes, meta, document}`; those registered by the old API are
 * kept as service definitions and listed too.
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
    const named: RawObject = { namespace: 'default', ...metadata };
    const found = this.#entities.all().find((entity) => refOf(entity) === ref(document['kind'], named));
    const at = nanoseconds(this.#organisation.now());
    const before = found && isRawObject(found['meta']) ? found['meta'] : {};
    const meta = {
      createdAt: before['createdAt'] ?? at,
      modifiedAt: at,
      ingestionSource: 'api',
      origin: 'unknown',
    };
    const { apiVersion, kind } = document;
    const shown = SHOWN.filter((name) => named[name] !== undefined).map((name) => [name, named[name]]);
    const entity: RawObject = {
      id: found?.['id'] ?? newUuid(),
      type: 'entity',
      attributes: { apiVersion, kind, tags: [], ...Object.fromEntries(shown) },
      meta,
      document: tidied({ ...document, metadata: named }),
      raw: Buffer.from(`---\n${text.trimEnd()}\n`).toString('base64'),
    };
    // Reads have microseconds of the first time; the answer to a write, nanoseconds.
    this.#put({ ...entity, meta: { ...meta, createdAt: micro(meta.createdAt) } });
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
    const named = decodeURIComponent(params['entity'] ?? '');
    const found = this.#entities.all().find((entity) => entity['id'] === named || refOf(entity) === named);
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
        // A reference such as service:default/name has a step of its own for the name.
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

/** What can come along with an entity, by what is asked for. */
const INCLUDES: Readonly<Record<string, { type: string; attributes: (entity: RawObject) => RawObject }>> = {
  schema: { type: 'schema', attributes: (entity) => ({ schema: schemaOf(entity) }) },
  raw_schema: { type: 'rawSchema', attributes: ({ raw }) => ({ rawSchema: raw }) },
};

/** Entities as answers show them, with what is asked for along with them. */
function page(entities: readonly RawObject[], include: readonly string[]) {
  const wanted = include.flatMap((name) => INCLUDES[name] ?? []);
  const whole = entities.filter(({ document }) => isRawObject(document));
  const included = wanted.flatMap(({ type, attributes }) =>
    whole.map((entity) => ({ id: entity['id'], type, attributes: attributes(entity) })),
  );
  return {
    data: entities.map(({ document: _, raw: __, ...entity }): RawObject => {
      const related = wanted.map(({ type }) => [type, { data: { id: entity['id'], type } }]);
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

/** The catalog drops ids and empty lists, and names what has no name. */
function tidied(document: RawObject): RawObject {
  const { metadata, spec, datadog } = document;
  const { id: _, ...named } = isRawObject(metadata) ? metadata : {};
  return {
    ...document,
    metadata: withoutEmptyLists(named),
    ...(isRawObject(spec) ? { spec: withoutEmptyLists(spec) } : {}),
    ...(isRawObject(datadog) ? { datadog: tidiedDatadog(datadog) } : {}),
  };
}

function tidiedDatadog(datadog: RawObject): RawObject {
  const lists: Readonly<Record<string, (one: RawObject) => RawObject>> = {
    events: (one) => ({ name: '', query: '', ...one }),
    logs: (one) => ({ name: '', query: '', ...one }),
    codeLocations: withoutEmptyLists,
  };
  const entries = Object.entries(datadog).map(([name, value]): [string, unknown] => {
    const tidy = lists[name];
    if (tidy && Array.isArray(value)) return [name, value.filter(isRawObject).map(tidy)];
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

/** `filter[ref]` may leave out the namespace. */
function filterOf(query: URLSearchParams): (entity: RawObject) => boolean {
  const filter = (name: string) => query.get(`filter[${name}]`);
  const wanted = filter('ref');
  const whole = wanted?.includes('/') === false ? wanted.replace(':', ':default/') : wanted;
  return (entity) => {
    const { name, kind, owner } = isRawObject(entity['attributes']) ? entity['attributes'] : {};
    return (
      (whole === null || refOf(entity) === whole) &&
      [
        [filter('id'), entity['id']],
        [filter('name'), name],
        [filter('kind'), kind],
        [filter('owner'), owner],
      ].every(([asked, value]) => asked === null || asked === value)
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

function micro(time: unknown): string {
  return String(time).replace(/(\.\d{6})\d*Z$/, '$1Z');
}

/** Times of the catalog have nine digits. */
function nanoseconds(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000000Z');
}
