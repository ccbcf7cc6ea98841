import type { Organisation } from '../organisation.ts';
import type { Family } from '../route.ts';
import { seedInto } from '../seed.ts';

/** Lists of dashboards (v1), and what is on them (v2). */
export function dashboardLists(organisation: Organisation): Family {
  return { routes: [], seeds: { dashboard_lists: seedInto(organisation.collection('dashboard_lists')) } };
}
