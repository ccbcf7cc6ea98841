import type { Organisation } from '../organisation.ts';
import { isRole } from '../people/roles.ts';
import { isRawObject, type RawObject, toNumber } from '../raw-json.ts';
import { DatadogError } from '../datadog-error.ts';
import { comparisonOf } from './query-forms.ts';
import { float } from './threshold-checks.ts';

/** The maximum number of monitors that a composite monitor combines. */
const MAX_COMBINED = 10;

/**
 * Rejects a monitor that names monitors or roles that do not exist or that it cannot use, or a burn rate that its SLO cannot
 * reach. Throws DatadogError.
 */
export function checkReferences(organisation: Organisation, monitor: RawObject): void {
  const { type, query, restricted_roles: roles } = monitor;
  if (type === 'composite') checkCombined(organisation, idsIn(query));
  if (type === 'slo alert') checkBurnRate(organisation, String(query));
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

const BURN_RATE = /^\s*burn_rate\("([^"]+)"\)\.over\("(\w+)"\)/;

/** Rejects a burn rate beyond 1 / (1 - target) of an existing SLO. */
function checkBurnRate(organisation: Organisation, query: string): void {
  const [, id, over] = BURN_RATE.exec(query) ?? [];
  const thresholds = organisation.collection('slos').get(id)?.['thresholds'];
  const limit = comparisonOf(query)?.limit;
  const target = (Array.isArray(thresholds) ? thresholds : [])
    .filter(isRawObject)
    .find(({ timeframe }) => timeframe === over)?.['target'];
  const max = 100 / (100 - (toNumber(target) ?? Number.NaN));
  if (limit === undefined || Number.isNaN(max) || (limit > 0 && limit <= max)) return;
  throw new DatadogError(
    400,
    `Alert threshold (${float(limit)}) must be in range 0 to ${float(max)} for burn rate alerts (max threshold = 1/1-slo target).`,
  );
}

function idsIn(query: unknown): Set<string> {
  return new Set(String(query).match(/\d+/g) ?? []);
}
