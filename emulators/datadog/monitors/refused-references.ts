import type { Organisation } from '../organisation.ts';
import { isRole } from '../people/roles.ts';
import type { RawObject } from '../raw-json.ts';
import { DatadogError } from '../datadog-error.ts';

/** The maximum number of monitors that a composite monitor combines. */
const MAX_COMBINED = 10;

/** Rejects a monitor that names monitors or roles that do not exist, or that it cannot use. Throws DatadogError. */
export function checkReferences(organisation: Organisation, monitor: RawObject): void {
  const { type, query, restricted_roles: roles } = monitor;
  if (type === 'composite') checkCombined(organisation, idsIn(query));
  if (roles === undefined || roles === null) return;
  if (!Array.isArray(roles) || !roles.every((role) => isRole(organisation, role)))
    throw new DatadogError(400, "'restricted_roles' must consist only of valid Role UUIDs");
}

/** Returns the composite monitors that use a monitor. */
export function compositesOf(organisation: Organisation, id: string): RawObject[] {
  const monitors = organisation.collection('monitors').all();
  return monitors.filter(({ type, query }) => type === 'composite' && idsIn(query).has(id));
}

function checkCombined(organisation: Organisation, ids: ReadonlySet<string>): void {
  const monitors = organisation.collection('monitors');
  const combined = [...ids].map((id) => monitors.get(id));
  if (combined.includes(undefined)) throw new DatadogError(400, 'Some monitor IDs are invalid');
  // No record has Datadog's words for the next two.
  if (combined.some((one) => one?.['type'] === 'composite'))
    throw new DatadogError(400, 'Composite monitors cannot contain other composite monitors');
  if (combined.length > MAX_COMBINED)
    throw new DatadogError(400, `Composite monitors can contain at most ${MAX_COMBINED} monitors`);
}

function idsIn(query: unknown): Set<string> {
  return new Set(String(query).match(/\d+/g) ?? []);
}
