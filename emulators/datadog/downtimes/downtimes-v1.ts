import type { Organisation } from '../organisation.ts';
import type { Family } from '../route.ts';
import { seedInto } from '../seed.ts';

/** Downtimes by their old API. */
export function downtimesV1(organisation: Organisation): Family {
  return { routes: [], seeds: { downtimes_v1: seedInto(organisation.collection('downtimes_v1')) } };
}
