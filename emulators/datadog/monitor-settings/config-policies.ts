import type { Organisation } from '../organisation.ts';
import type { Family } from '../route.ts';
import { seedInto } from '../seed.ts';

/** Which tags every monitor must have. */
export function configPolicies(organisation: Organisation): Family {
  return { routes: [], seeds: { config_policies: seedInto(organisation.collection('config_policies')) } };
}
