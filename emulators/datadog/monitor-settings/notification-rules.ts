import type { Organisation } from '../organisation.ts';
import type { Family } from '../route.ts';
import { seedInto } from '../seed.ts';

/** Who else is told of a monitor's alerts. */
export function notificationRules(organisation: Organisation): Family {
  return {
    routes: [],
    seeds: { notification_rules: seedInto(organisation.collection('notification_rules')) },
  };
}
