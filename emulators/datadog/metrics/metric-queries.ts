import type { Organisation } from '../organisation.ts';
import type { Family } from '../route.ts';

/** Queries for metric values, v1 and v2. */
export function metricQueries(_organisation: Organisation): Family {
  return { routes: [], seeds: {} };
}
