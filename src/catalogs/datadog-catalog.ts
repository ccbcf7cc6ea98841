import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import type { Outbound } from '../runtime/outbound.ts';
import { requestCatalog } from './request-catalog.ts';
import {
  answerFrom,
  failuresAsAnswers,
  type Catalog,
  CATALOG_TITLES,
  CatalogFailure,
  type CatalogQuery,
} from './catalog.ts';

export interface DatadogCatalogOptions {
  /** The API of the site, `https://api.<site>`. */
  readonly url: URL;
  readonly outbound: Outbound;
  /** Returns `DD-API-KEY` and `DD-APPLICATION-KEY`. Called before every request, so that rotated keys are used. */
  readonly headers: () => Readonly<Record<string, string>>;
}

const TITLE = CATALOG_TITLES.datadog;
const PAGE_SIZE = 100;
const MAX_PAGES = 20;
const ENTITY_REFERENCE = /^service:([^/]+)\/(.+)$/;

/**
 * Creates a lookup in Datadog's software catalog: services with a definition of any schema version. Case is ignored, because
 * v3 entities keep it while `service:` tags are lower-case; names that differ only in case are ambiguous. An alias may be an
 * entity reference, `service:<namespace>/<name>`, which must match exactly. `filter[name]` is not documented as exact, so
 * the results are compared again; `displayName` is ignored.
 */
export function createDatadogCatalog(options: DatadogCatalogOptions): Catalog {
  return failuresAsAnswers(async (query) => {
    const reference = query.alias ? ENTITY_REFERENCE.exec(query.name) : null;
    const lowerCaseName = query.name.toLowerCase();
    const entities = await entitiesNamed(reference?.[2] ?? query.name, query, options);
    return answerFrom(
      entities.filter((e) => (reference ? e.handle === query.name : e.name.toLowerCase() === lowerCaseName)),
    );
  });
}

interface Entity {
  readonly name: string;
  /** The entity's reference. */
  readonly handle: string;
}

async function entitiesNamed(
  name: string,
  query: CatalogQuery,
  options: DatadogCatalogOptions,
): Promise<Entity[]> {
  const found = new Map<string, Entity>();
  let offset = 0;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const json = await fetchPage(name, offset, query, options);
    const data = isObject(json) ? json['data'] : undefined;
    if (!isObject(json) || !Array.isArray(data)) {
      throw new CatalogFailure(`${TITLE} answered without a list of entities`);
    }
    if (data.length > PAGE_SIZE)
      throw new CatalogFailure(`${TITLE} answered with a page larger than requested`);
    const before = found.size;
    for (const entity of data.flatMap(parseService)) found.set(entity.handle, entity);
    if (data.length > 0 && pages > 0 && found.size === before)
      throw new CatalogFailure(`${TITLE} answered with the same page twice`);
    offset += data.length;
    if (data.length === 0 || (data.length < PAGE_SIZE && !hasNext(json))) return [...found.values()];
  }
  throw new CatalogFailure(`${TITLE} found too many services for "${name}"`);
}

async function fetchPage(
  name: string,
  offset: number,
  { deadline }: CatalogQuery,
  { url: site, outbound, headers }: DatadogCatalogOptions,
): Promise<Json> {
  const url = new URL('/api/v2/catalog/entity', site);
  url.searchParams.set('filter[name]', name);
  url.searchParams.set('filter[kind]', 'service');
  url.searchParams.set('page[limit]', String(PAGE_SIZE));
  url.searchParams.set('page[offset]', String(offset));
  const { json } = await requestCatalog(outbound, TITLE, {
    method: 'GET',
    url,
    headers: { ...headers(), accept: 'application/json' },
    deadline,
  });
  return json;
}

function hasNext(json: JsonObject): boolean {
  const links = json['links'];
  return isObject(links) && typeof links['next'] === 'string' && links['next'] !== '';
}

function parseService(entity: Json): Entity[] {
  const attributes = isObject(entity) ? entity['attributes'] : undefined;
  const name = isObject(attributes) ? attributes['name'] : undefined;
  if (!isObject(attributes) || typeof name !== 'string') {
    throw new CatalogFailure(`${TITLE} answered with an entity that has no name`);
  }
  if ((attributes['kind'] ?? 'service') !== 'service') return [];
  const namespace = typeof attributes['namespace'] === 'string' ? attributes['namespace'] : 'default';
  return [{ name, handle: `service:${namespace}/${name}` }];
}
