import type { Organisation } from '../organisation.ts';
import type { EndpointGroup } from '../route.ts';
import { eventsV1 } from './events-v1.ts';
import { eventsV2 } from './events-v2.ts';
import { EventStore } from './event-store.ts';

/** Events, v1 and v2: each API reads what was posted to the other. */
export function events(organisation: Organisation): EndpointGroup {
  const kept = new EventStore(organisation);
  return {
    routes: [...eventsV1(kept), ...eventsV2(kept)],
    seeds: { events: (object) => kept.seed(object) },
  };
}
