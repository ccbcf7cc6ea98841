import { createDatadogCatalog } from '../catalogs/datadog-catalog.ts';
import { createLeanix } from '../catalogs/leanix.ts';
import { createLookup, type Lookup } from '../catalogs/lookup.ts';
import { createServicenow } from '../catalogs/servicenow.ts';
import { type KeySource, keyHeaders } from '../datadog/keys.ts';
import type { Surroundings } from '../http/service.ts';
import type { Outbound } from '../outbound/outbound.ts';
import type { SecretSet } from '../process/secret-set.ts';
import type { Config } from './config.ts';

/** The three catalogs that decide whether an application is listed, and the one question put to them. */
export function createCatalogLookup(
  config: Config,
  { clock, log }: Surroundings,
  outbound: Outbound,
  secrets: SecretSet,
  keys: KeySource,
): Lookup {
  return createLookup({
    datadog: createDatadogCatalog({
      url: config.datadog.baseUrl,
      outbound,
      headers: () => keyHeaders(keys.current()),
    }),
    leanix: createLeanix({
      url: config.LEANIX_URL,
      outbound,
      clock,
      apiToken: () => secrets.read('leanix-api-token'),
    }),
    servicenow: createServicenow({
      url: config.SERVICENOW_URL,
      outbound,
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
