import { json, type EmulatorAnswer } from '../../server/emulator-server.ts';
import type { Organisation } from '../organisation.ts';
import type { Call, Family } from '../route.ts';
import { seedInto } from '../seed.ts';

/** A service of the software catalog. */
export interface Service {
  readonly name: string;
  readonly team?: string;
}

/** The software catalog: services that have a definition. */
export function catalogEntities(organisation: Organisation, services: readonly Service[]): Family {
  return {
    routes: [{ method: 'GET', path: '/api/v2/catalog/entity', run: (call) => list(services, call) }],
    seeds: { catalog_entities: seedInto(organisation.collection('catalog_entities')) },
  };
}

function list(services: readonly Service[], { query }: Call): EmulatorAnswer {
  const name =
    query.get('filter[name]') ?? /^service:(?:[^/]+\/)?(.+)$/.exec(query.get('filter[ref]') ?? '')?.[1];
  const kind = query.get('filter[kind]');
  const found = services.filter(
    (s) => (name === undefined || s.name === name) && (kind === null || kind === 'service'),
  );
  const offset = Number(query.get('page[offset]') ?? 0);
  const limit = Number(query.get('page[limit]') ?? 100);
  const page = found.slice(offset, offset + limit);
  return json(200, {
    data: page.map((service, at) => entity(service, offset + at)),
    meta: { count: page.length, includeCount: 0 },
    links: {
      self: '/api/v2/catalog/entity',
      ...(offset + limit < found.length
        ? { next: `/api/v2/catalog/entity?page[offset]=${offset + limit}` }
        : {}),
    },
  });
}

function entity({ name, team }: Service, at: number) {
  return {
    id: `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`,
    type: 'entity',
    attributes: {
      apiVersion: 'v2.2',
      kind: 'service',
      name,
      namespace: 'default',
      owner: team ?? null,
      displayName: name,
      tags: [],
    },
    meta: {
      ingestionSource: 'api',
      origin: 'unknown',
      createdAt: '2026-01-01T00:00:00Z',
      modifiedAt: '2026-01-01T00:00:00Z',
    },
    relationships: {},
  };
}
