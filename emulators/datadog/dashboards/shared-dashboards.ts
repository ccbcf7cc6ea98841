import type { Organisation } from '../organisation.ts';
import type { Family } from '../route.ts';

/** Dashboards shown to people outside: by a public address, and embedded. */
export function sharedDashboards(_organisation: Organisation): Family {
  return { routes: [], seeds: {} };
}
