import type { Organisation } from '../organisation.ts';
import type { EndpointGroup } from '../route.ts';
import { eventsV1 } from './events-v1.ts';
import { eventsV2 } from './events-v2.ts';
import { EventStore } from './event-store.ts';

/** Serves events, v1 and v2. Each API also returns the events that were sent to the other. */
export function events(organisation: Organisation): EndpointGroup {
  const store = new EventStore(organisation);
  return {
    routes: [...eventsV1(store), ...eventsV2(store)],
    seeds: { events: (object) => store.seed(object) },
  };
}
