import type { Organisation } from '../organisation.ts';
import type { Family } from '../route.ts';
import { seedInto } from '../seed.ts';

/** Service level objectives. */
export function slos(organisation: Organisation): Family {
  return { routes: [], seeds: { slos: seedInto(organisation.collection('slos')) } };
}
