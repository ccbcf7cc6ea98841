import { type Catalog, CATALOG_TITLES } from '../catalogs/catalog.ts';
import { CATALOG_NAMES, type CatalogName, CHECK_APPLICATION } from '../domain/application.ts';
import type { Part } from './run-parts.ts';

/** How to fix the credentials of each catalog. */
const CREDENTIALS: Readonly<Record<CatalogName, string>> = {
  datadog: 'Give the owner of the application key the permission `apm_service_catalog_read`.',
  leanix: 'Put a valid token of a technical user into Vault, under `leanix-api-token`.',
  servicenow:
    'Put the credentials of a user with read access to the tables into Vault, under `servicenow-username` and `servicenow-password`.',
};
const UNREACHABLE = 'Check the address of the catalog, the proxy and the egress rules of the pod.';
/** Matches the reason that a catalog gives when it rejects the credentials. */
const CREDENTIALS_REJECTED = /\(HTTP 40[13]\)$/;

/** Probes each catalog with one lookup; any answer counts as healthy. */
export function catalogParts(catalogs: Readonly<Record<CatalogName, Catalog>>): readonly Part[] {
  return CATALOG_NAMES.map((name) => ({
    name: `catalog_${name}`,
    async probe({ deadline }) {
      const answer = await catalogs[name]({ name: CHECK_APPLICATION, alias: false, deadline });
      if (answer.answer !== 'unknown') return { state: 'ok', detail: `${CATALOG_TITLES[name]} answers.` };
      const hint = CREDENTIALS_REJECTED.test(answer.why) ? CREDENTIALS[name] : UNREACHABLE;
      return { state: 'failed', detail: `${answer.why}.`, hint };
    },
  }));
}
