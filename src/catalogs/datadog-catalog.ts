import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import type { Outbound } from '../runtime/outbound.ts';
import { askCatalog } from './ask-catalog.ts';
import {
  answerFrom,
  answering,
  type Catalog,
  CATALOG_TITLES,
  CatalogFailure,
  type Question,
} from './catalog.ts';

export interface DatadogCatalogOptions {
  /** The API of the site, `https://api.<site>`. */
  readonly url: URL;
  readonly outbound: Outbound;
  /** `DD-API-KEY` and `DD-APPLICATION-KEY`, asked for before every call so that a rotated key is taken up. */
  readonly headers: () => Readonly<Record<string, string>>;
}

const TITLE = CATALOG_TITLES.datadog;
const PAGE = 100;
const MAX_PAGES = 20;
const REF = /^service:([^/]+)\/(.+)$/;

/**
 * Datadog's software catalog: services that have a definition, of any schema version. Names are compared without
 * regard to case, because v3 entities keep theirs while `service:` tags are lower-case; so two that differ in case
 * alone are ambiguous. An alias may be an entity's reference, `service:<namespace>/<name>`, which is exact.
 * `filter[name]` is not documented as exact, and `displayName` may be another word altogether: neither decides.
 */
export function createDatadogCatalog(options: DatadogCatalogOptions): Catalog {
  return answering(async (question) => {
    const ref = question.alias ? REF.exec(question.name) : null;
    const wanted = question.name.toLowerCase();
    const entities = await entitiesNamed(ref?.[2] ?? question.name, question, options);
    return answerFrom(
      entities.filter((e) => (ref ? e.handle === question.name : e.name.toLowerCase() === wanted)),
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
  question: Question,
  options: DatadogCatalogOptions,
): Promise<Entity[]> {
  const found = new Map<string, Entity>();
  let offset = 0;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const json = await read(name, offset, question, options);
    const data = isObject(json) ? json['data'] : undefined;
    if (!isObject(json) || !Array.isArray(data)) {
      throw new CatalogFailure(`${TITLE} answered without a list of entities`);
    }
    if (data.length > PAGE) throw new CatalogFailure(`${TITLE} answered with a page larger than asked for`);
    const before = found.size;
    for (const entity of data.flatMap(serviceOf)) found.set(entity.handle, entity);
    if (data.length > 0 && pages > 0 && found.size === before)
      throw new CatalogFailure(`${TITLE} answered with the same page twice`);
    offset += data.length;
    if (data.length === 0 || (data.length < PAGE && !hasNext(json))) return [...found.values()];
  }
  throw new CatalogFailure(`${TITLE} found too many services for "${name}"`);
}

async function read(
  name: string,
  offset: number,
  { deadline }: Question,
  { url: site, outbound, headers }: DatadogCatalogOptions,
): Promise<Json> {
  const url = new URL('/api/v2/catalog/entity', site);
  url.searchParams.set('filter[name]', name);
  url.searchParams.set('filter[kind]', 'service');
  url.searchParams.set('page[limit]', String(PAGE));
  url.searchParams.set('page[offset]', String(offset));
  const { json } = await askCatalog(outbound, TITLE, {
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

function serviceOf(entity: Json): Entity[] {
  const attributes = isObject(entity) ? entity['attributes'] : undefined;
  const name = isObject(attributes) ? attributes['name'] : undefined;
  if (!isObject(attributes) || typeof name !== 'string') {
    throw new CatalogFailure(`${TITLE} answered with an entity that has no name`);
  }
  if ((attributes['kind'] ?? 'service') !== 'service') return [];
  const namespace = typeof attributes['namespace'] === 'string' ? attributes['namespace'] : 'default';
  return [{ name, handle: `service:${namespace}/${name}` }];
}
