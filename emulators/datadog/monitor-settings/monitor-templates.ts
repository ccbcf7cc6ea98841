import type { Organisation } from '../organisation.ts';
import type { Family } from '../route.ts';
import { seedInto } from '../seed.ts';

/** Templates that users make monitors from. */
export function monitorTemplates(organisation: Organisation): Family {
  return { routes: [], seeds: { monitor_templates: seedInto(organisation.collection('monitor_templates')) } };
}
