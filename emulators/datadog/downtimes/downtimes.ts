import type { Organisation } from '../organisation.ts';
import type { Family } from '../route.ts';
import { seedInto } from '../seed.ts';

/** Downtimes (v2). */
export function downtimes(organisation: Organisation): Family {
  return { routes: [], seeds: { downtimes: seedInto(organisation.collection('downtimes')) } };
}
