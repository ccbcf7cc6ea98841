import { json } from '../../server/emulator-server.ts';
import { DatadogError } from '../datadog-error.ts';
import { attributesOf } from '../json-api.ts';
import type { Organisation } from '../organisation.ts';
import type { RawObject } from '../raw-json.ts';
import type { Call, EndpointGroup } from '../route.ts';

const PATH = '/api/v2/roles';
const PAGE_SIZE = { default: 10, max: 100 };
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const CREATED = '2020-01-01T00:00:00.000000+00:00';

/** The roles of every organisation. */
const MANAGED: readonly RawObject[] = (
  [
    ['7a9c1e52-0000-11ea-8000-da7ad0900002', 'Datadog Admin Role', 1],
    ['7a9c1e53-0000-11ea-8000-da7ad0900002', 'Datadog Standard Role', 0],
    ['7a9c1e54-0000-11ea-8000-da7ad0900002', 'Datadog Read Only Role', 0],
  ] as const
).map(([id, name, user_count]) => ({
  type: 'roles',
  id,
  attributes: { name, managed: true, created_at: CREATED, modified_at: CREATED, user_count },
  relationships: { permissions: { data: [] } },
}));

/** Serves the roles: those of every organisation, and seeded ones. */
export function roles(organisation: Organisation): EndpointGroup {
  function list({ query }: Call) {
    const size = Math.min(PAGE_SIZE.max, Number(query.get('page[size]') ?? PAGE_SIZE.default));
    const number = Number(query.get('page[number]') ?? 0);
    const text = query.get('filter')?.toLowerCase() ?? '';
    const ids = query.get('filter[id]')?.split(',');
    const all = rolesOf(organisation);
    const found = all.filter(
      (role) =>
        String(attributesOf(role)['name'] ?? '')
          .toLowerCase()
          .includes(text) &&
        (ids?.includes(String(role['id'])) ?? true),
    );
    const page = { total_count: all.length, total_filtered_count: found.length };
    return json(200, { data: found.slice(number * size, (number + 1) * size), meta: { page } });
  }
  function read({ params }: Call) {
    const data = rolesOf(organisation).find(({ id }) => id === params['role_id']);
    // No record has Datadog's words.
    if (!data) throw new DatadogError(404, 'role not found');
    return json(200, { data });
  }
  return {
    routes: [
      { method: 'GET', path: PATH, run: list },
      { method: 'GET', path: `${PATH}/:role_id`, run: read },
    ],
    seeds: {},
  };
}

/** Returns whether a value is the UUID of a role of the organisation. */
export function isRole(organisation: Organisation, value: unknown): boolean {
  if (typeof value !== 'string' || !UUID.test(value)) return false;
  return rolesOf(organisation).some(({ id }) => id === value);
}

function rolesOf(organisation: Organisation): RawObject[] {
  return [...MANAGED, ...organisation.collection('roles').all()];
}
