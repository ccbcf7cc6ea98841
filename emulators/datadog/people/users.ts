import type { Organisation } from '../organisation.ts';
import type { Family } from '../route.ts';
import { seedInto } from '../seed.ts';

/** Users of the organisation. */
export function users(organisation: Organisation): Family {
  return {
    routes: [],
    seeds: {
      users: seedInto(organisation.collection('users')),
      roles: seedInto(organisation.collection('roles')),
    },
  };
}
