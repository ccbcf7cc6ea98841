import type { Organisation } from '../organisation.ts';
import type { Family } from '../route.ts';
import { seedInto } from '../seed.ts';

/** Events, v1 and v2. */
export function events(organisation: Organisation): Family {
  return { routes: [], seeds: { events: seedInto(organisation.collection('events')) } };
}
