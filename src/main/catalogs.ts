import { createDatadogCatalog } from '../catalogs/datadog-catalog.ts';
import { createLeanix } from '../catalogs/leanix.ts';
import { createLookup, type Lookup } from '../catalogs/lookup.ts';
import { createServicenow } from '../catalogs/servicenow.ts';
import { type KeySource, keyHeaders } from '../datadog/keys.ts';
import type { Hop, Metrics } from '../http/metrics.ts';
import type { Surroundings } from '../http/service.ts';
import { observed } from '../outbound/observed.ts';
import type { Outbound } from '../outbound/outbound.ts';
import type { SecretSet } from '../process/secret-set.ts';
import type { Config } from './config.ts';

interface CatalogSurroundings {
  readonly outbound: Outbound;
  readonly secrets: SecretSet;
  readonly keys: KeySource;
  readonly metrics: Metrics;
}

/** The three catalogs that decide whether an application is listed, and the one question put to them. */
export function createCatalogLookup(
  config: Config,
  { clock, log }: Surroundings,
  { outbound, secrets, keys, metrics }: CatalogSurroundings,
): Lookup {
  const asked = (hop: Hop, endpoint: string) => observed(outbound, endpoint, metrics.hop(hop));
  return createLookup({
    datadog: createDatadogCatalog({
      url: config.datadog.baseUrl,
      outbound: asked('datadog_catalog', '/api/v2/catalog/entity'),
      headers: () => keyHeaders(keys.current()),
    }),
    leanix: createLeanix({
      url: config.LEANIX_URL,
      outbound: asked('leanix', '/services/pathfinder/v1/graphql'),
      clock,
      apiToken: () => secrets.read('leanix-api-token'),
    }),
    servicenow: createServicenow({
      url: config.SERVICENOW_URL,
      outbound: asked('servicenow', '/api/now/table/{table}'),
      tables: config.SERVICENOW_TABLES,
      username: () => secrets.read('servicenow-username'),
      password: () => secrets.read('servicenow-password'),
    }),
    ttlMs: config.CATALOG_TTL_MS,
    timeoutMs: config.CATALOG_TIMEOUT_MS,
    clock,
    log,
  });
}
