import type { Organisation } from '../organisation.ts';
import { KEY_OWNER } from '../people/key-owner.ts';
import { isRawObject, type RawObject } from '../raw-json.ts';

const CREATED_BY = { data: { type: 'users', id: KEY_OWNER.id } };
const ALWAYS = ['created_by', 'monitor'];

/** Returns the response to a write, which includes the creator and the monitor of the downtime. */
export function writeResponse(organisation: Organisation, downtime: RawObject): RawObject {
  const data = related(downtime, ALWAYS);
  return { data, included: includedWith(organisation, [data]) };
}

/** Returns downtimes as a read shows them, with the related objects that `include` names. */
export function withIncluded(
  organisation: Organisation,
  list: readonly RawObject[],
  query: URLSearchParams,
): { data: RawObject[]; included?: RawObject[] } {
  const included = (query.get('include') ?? '').split(',').filter((name) => name !== '');
  if (included.length === 0) return { data: list.map(({ relationships: _, ...rest }) => rest) };
  const data = list.map((downtime) => related(downtime, included));
  return { data, included: includedWith(organisation, data) };
}

function related(downtime: RawObject, included: readonly string[]): RawObject {
  const stored = isRawObject(downtime['relationships']) ? downtime['relationships'] : {};
  return {
    ...downtime,
    relationships: {
      ...(included.includes('created_by') ? { created_by: stored['created_by'] ?? CREATED_BY } : {}),
      ...(included.includes('monitor') ? { monitor: monitorOf(downtime) } : {}),
    },
  };
}

function monitorOf({ attributes }: RawObject): RawObject {
  const identifier = isRawObject(attributes) ? attributes['monitor_identifier'] : undefined;
  const id = isRawObject(identifier) ? identifier['monitor_id'] : undefined;
  return { data: id === undefined ? null : { type: 'monitor', id: String(id) } };
}

/** Returns each user and monitor that the relationships name. */
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
