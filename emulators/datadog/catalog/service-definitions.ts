import type { Organisation } from '../organisation.ts';
import type { Family } from '../route.ts';
import { seedInto } from '../seed.ts';

/** Service definitions, the older form of catalog entities. */
export function serviceDefinitions(organisation: Organisation): Family {
  return {
    routes: [],
    seeds: { service_definitions: seedInto(organisation.collection('service_definitions')) },
  };
}
