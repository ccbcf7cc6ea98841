import type { Organisation } from '../organisation.ts';
import type { Family } from '../route.ts';
import { seedInto } from '../seed.ts';

/** Teams, their links, members and notification rules. */
export function teams(organisation: Organisation): Family {
  return {
    routes: [],
    seeds: {
      teams: seedInto(organisation.collection('teams')),
      team_links: seedInto(organisation.collection('team_links')),
      team_memberships: seedInto(organisation.collection('team_memberships')),
    },
  };
}
