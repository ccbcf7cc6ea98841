import type { Catalog } from '../catalogs/catalog.ts';
import { createDatadogCatalog } from '../catalogs/datadog-catalog.ts';
import { createLeanix } from '../catalogs/leanix.ts';
import { createServicenow } from '../catalogs/servicenow.ts';
import { type KeySource, keyHeaders } from '../datadog/keys.ts';
import type { Upstream, Metrics } from '../runtime/metrics.ts';
import type { Deps } from '../runtime/service.ts';
import { observed, type Outbound } from '../runtime/outbound.ts';
import type { ReadSecret } from '../runtime/watched-folder.ts';
import type { CatalogName } from '../domain/application.ts';
import type { Secret } from '../domain/secret.ts';
import type { Config } from './settings.ts';

interface CatalogDeps {
  readonly outbound: Outbound;
  readonly credentials: () => CatalogCredentials;
  readonly keys: KeySource;
  readonly metrics: Metrics;
}

/** Credentials of the catalogs. Each function throws Error when its secret is missing, so an unused catalog needs none. */
export interface CatalogCredentials {
  readonly leanixApiToken: () => Secret;
  readonly servicenowUsername: () => Secret;
  readonly servicenowPassword: () => Secret;
}

/** Reads the catalog credentials from a folder of secrets. */
export function readCatalogCredentials(secret: ReadSecret): CatalogCredentials {
  return {
    leanixApiToken: attempted(() => secret('leanix-api-token')),
    servicenowUsername: attempted(() => secret('servicenow-username')),
    servicenowPassword: attempted(() => secret('servicenow-password')),
  };
}

/** Runs the work now. Returns a function that returns its result or throws its error. */
function attempted<T>(work: () => T): () => T {
  try {
    const value = work();
    return () => value;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

/** Creates the three catalogs that decide whether an application is listed. */
export function createCatalogs(
  config: Config,
  { clock }: Deps,
  { outbound, credentials, keys, metrics }: CatalogDeps,
): Readonly<Record<CatalogName, Catalog>> {
  const toCatalog = (upstream: Upstream, endpoint: string) =>
    observed(outbound, endpoint, metrics.upstream(upstream));
  return {
    datadog: createDatadogCatalog({
      url: config.datadog.baseUrl,
      outbound: toCatalog('datadog_catalog', '/api/v2/catalog/entity'),
      headers: () => keyHeaders(keys.current()),
    }),
    leanix: createLeanix({
      url: config.LEANIX_URL,
      outbound: toCatalog('leanix', '/services/pathfinder/v1/graphql'),
      clock,
      apiToken: () => credentials().leanixApiToken(),
    }),
    servicenow: createServicenow({
      url: config.SERVICENOW_URL,
      outbound: toCatalog('servicenow', '/api/now/table/{table}'),
      tables: config.SERVICENOW_TABLES,
      username: () => credentials().servicenowUsername(),
      password: () => credentials().servicenowPassword(),
    }),
  };
}
