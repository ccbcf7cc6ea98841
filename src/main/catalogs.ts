import type { Catalog } from '../catalogs/catalog.ts';
import { createDatadogCatalog } from '../catalogs/datadog-catalog.ts';
import { createLeanix } from '../catalogs/leanix.ts';
import { createServicenow } from '../catalogs/servicenow.ts';
import { type KeySource, keyHeaders } from '../datadog/keys.ts';
import type { Upstream, Metrics } from '../runtime/metrics.ts';
import type { Deps } from '../runtime/service.ts';
import { observed } from '../runtime/observed-outbound.ts';
import type { Outbound } from '../runtime/outbound.ts';
import type { ReadSecret } from '../runtime/watched-folder.ts';
import type { CatalogName } from '../domain/application.ts';
import type { Secret } from '../domain/secret.ts';
import type { Config } from './config.ts';

interface CatalogSurroundings {
  readonly outbound: Outbound;
  readonly credentials: () => CatalogCredentials;
  readonly keys: KeySource;
  readonly metrics: Metrics;
}

/** A catalog that is not used needs no credentials, so each throws Error only where it is asked for and missing. */
export interface CatalogCredentials {
  readonly leanixApiToken: () => Secret;
  readonly servicenowUsername: () => Secret;
  readonly servicenowPassword: () => Secret;
}

/** Reads the credentials of the catalogs from a folder of secrets. */
export function readCatalogCredentials(secret: ReadSecret): CatalogCredentials {
  return {
    leanixApiToken: attempted(() => secret('leanix-api-token')),
    servicenowUsername: attempted(() => secret('servicenow-username')),
    servicenowPassword: attempted(() => secret('servicenow-password')),
  };
}

/** Does the work now and gives its outcome, the failure too, when it is asked for. */
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

/** The three catalogs that decide whether an application is listed. */
export function createCatalogs(
  config: Config,
  { clock }: Deps,
  { outbound, credentials, keys, metrics }: CatalogSurroundings,
): Readonly<Record<CatalogName, Catalog>> {
  const asked = (upstream: Upstream, endpoint: string) =>
    observed(outbound, endpoint, metrics.upstream(upstream));
  return {
    datadog: createDatadogCatalog({
      url: config.datadog.baseUrl,
      outbound: asked('datadog_catalog', '/api/v2/catalog/entity'),
      headers: () => keyHeaders(keys.current()),
    }),
    leanix: createLeanix({
      url: config.LEANIX_URL,
      outbound: asked('leanix', '/services/pathfinder/v1/graphql'),
      clock,
      apiToken: () => credentials().leanixApiToken(),
    }),
    servicenow: createServicenow({
      url: config.SERVICENOW_URL,
      outbound: asked('servicenow', '/api/now/table/{table}'),
      tables: config.SERVICENOW_TABLES,
      username: () => credentials().servicenowUsername(),
      password: () => credentials().servicenowPassword(),
    }),
  };
}
