import { unavailableByCatalog, type LookupReadings } from '../catalogs/lookup-metrics.ts';
import type { Metrics } from '../runtime/metrics.ts';
import { BREAKER_STATES, type SidecarClient } from './sidecar-client.ts';

/** Registers the metrics of the sidecar client and the catalogs, which only the main process has. */
export function registerMainMetrics(metrics: Metrics, sidecar: SidecarClient, lookup: LookupReadings): void {
  metrics.readings(
    'gauge',
    'birddog_sidecar_breaker_state',
    '1 for the current state of the circuit breaker for the sidecar, 0 for the other states.',
    'state',
    () => new Map(BREAKER_STATES.map((state) => [state, state === sidecar.state() ? 1 : 0])),
  );
  metrics.counter(
    'birddog_sidecar_breaker_openings_total',
    'Number of times the circuit breaker for the sidecar has opened.',
    () => sidecar.openings(),
  );
  metrics.gauge('birddog_sidecar_waiting', 'Requests queued for the sidecar.', () => sidecar.waiting());
  metrics.readings(
    'counter',
    'birddog_catalog_lookups_total',
    'Application lookups, by source: a fresh cache entry (hit), the catalogs (miss), or an expired cache entry (stale).',
    'answered_by',
    lookup.lookups,
  );
  metrics.gauge('birddog_catalog_cached', 'Applications whose route is cached.', () => lookup.entries());
  metrics.readings(
    'gauge',
    'birddog_catalog_unavailable',
    '1 for a catalog whose last lookup failed, 0 for the others.',
    'catalog',
    () => unavailableByCatalog(lookup),
  );
}
