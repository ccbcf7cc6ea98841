import type { Organisation } from '../organisation.ts';
import type { Family } from '../route.ts';

/** Who changed what: the audit trail. */
export function auditEvents(_organisation: Organisation): Family {
  return { routes: [], seeds: {} };
}
