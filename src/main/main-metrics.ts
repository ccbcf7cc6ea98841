import { unavailableByCatalog, type LookupReadings } from '../catalogs/lookup-metrics.ts';
import type { Metrics } from '../runtime/metrics.ts';
import { BREAKER_STATES, type SidecarClient } from './sidecar-client.ts';

/** Tells the metrics what Birddog alone has: the hop to the sidecar, and the catalogs. */
export function tellReadings(metrics: Metrics, sidecar: SidecarClient, lookup: LookupReadings): void {
  metrics.readings(
    'gauge',
    'birddog_sidecar_breaker_state',
    '1 for the state in which the circuit breaker before the sidecar is.',
    'state',
    () => new Map(BREAKER_STATES.map((state) => [state, state === sidecar.state() ? 1 : 0])),
  );
  metrics.counter('birddog_sidecar_breaker_openings_total', 'How often the sidecar was left alone.', () =>
    sidecar.openings(),
  );
  metrics.gauge('birddog_sidecar_waiting', 'Requests that wait for their turn with the sidecar.', () =>
    sidecar.waiting(),
  );
  metrics.readings(
    'counter',
    'birddog_catalog_lookups_total',
    'Lookups of applications by what answered: a fresh memory, the catalogs, or a memory that is too old.',
    'answered_by',
    lookup.lookups,
  );
  metrics.gauge('birddog_catalog_cached', 'Applications of which it is remembered how they are served.', () =>
    lookup.entries(),
  );
  metrics.readings(
    'gauge',
    'birddog_catalog_unavailable',
    '1 for a catalog that could not tell when it was last asked.',
    'catalog',
    () => unavailableByCatalog(lookup),
  );
}
