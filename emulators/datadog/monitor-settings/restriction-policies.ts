import type { Organisation } from '../organisation.ts';
import type { Family } from '../route.ts';
import { seedInto } from '../seed.ts';

/** Who may see and edit a monitor, dashboard or SLO. */
export function restrictionPolicies(organisation: Organisation): Family {
  return {
    routes: [],
    seeds: { restriction_policies: seedInto(organisation.collection('restriction_policies')) },
  };
}
