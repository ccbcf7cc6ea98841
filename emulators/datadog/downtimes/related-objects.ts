import type { Organisation } from '../organisation.ts';
import { KEY_OWNER } from '../people/key-owner.ts';
import { isRawObject, type RawObject } from '../raw-json.ts';

const CREATED_BY = { data: { type: 'users', id: KEY_OWNER.id } };
const ALWAYS = ['created_by', 'monitor'];

/** What a write answers with: who made the downtime comes along, and the monitor that it is about. */
export function written(organisation: Organisation, downtime: RawObject): RawObject {
  const data = related(downtime, ALWAYS);
  return { data, included: includedWith(organisation, [data]) };
}

/** Downtimes as a read shows them: related objects come along that `include` names alone. */
export function withIncluded(
  organisation: Organisation,
  list: readonly RawObject[],
  query: URLSearchParams,
): { data: RawObject[]; included?: RawObject[] } {
  const wanted = (query.get('include') ?? '').split(',').filter((name) => name !== '');
  if (wanted.length === 0) return { data: list.map(({ relationships: _, ...rest }) => rest) };
  const data = list.map((downtime) => related(downtime, wanted));
  return { data, included: includedWith(organisation, data) };
}

function related(downtime: RawObject, wanted: readonly string[]): RawObject {
  const own = isRawObject(downtime['relationships']) ? downtime['relationships'] : {};
  return {
    ...downtime,
    relationships: {
      ...(wanted.includes('created_by') ? { created_by: own['created_by'] ?? CREATED_BY } : {}),
      ...(wanted.includes('monitor') ? { monitor: monitorOf(downtime) } : {}),
    },
  };
}

function monitorOf({ attributes }: RawObject): RawObject {
  const identifier = isRawObject(attributes) ? attributes['monitor_identifier'] : undefined;
  const id = isRawObject(identifier) ? identifier['monitor_id'] : undefined;
  return { data: id === undefined ? null : { type: 'monitor', id: String(id) } };
}

/** The users and monitors that relationships name, once each. */
function includedWith(organisation: Organisation, data: readonly RawObject[]): RawObject[] {
  const references = data
    .flatMap(({ relationships }) => Object.values(isRawObject(relationships) ? relationships : {}))
    .flatMap((one) => (isRawObject(one) && isRawObject(one['data']) ? [one['data']] : []));
  const byId = new Map(references.map((one) => [`${String(one['type'])} ${String(one['id'])}`, one]));
  return [...byId.values()].flatMap(({ type, id }): RawObject[] => {
    if (type === 'users') return [organisation.collection('users').get(String(id)) ?? KEY_OWNER];
    const name = organisation.collection('monitors').get(String(id))?.['name'];
    return [{ type, id: Number(id), attributes: { name: name ?? null } }];
  });
}
