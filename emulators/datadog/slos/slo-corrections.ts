import type { Organisation } from '../organisation.ts';
import type { Family } from '../route.ts';
import { seedInto } from '../seed.ts';

/** Times that do not count against an SLO. */
export function sloCorrections(organisation: Organisation): Family {
  return { routes: [], seeds: { slo_corrections: seedInto(organisation.collection('slo_corrections')) } };
}
