import { type Catalog, CATALOG_TITLES } from '../catalogs/catalog.ts';
import { CATALOG_NAMES, type CatalogName, CHECK_APPLICATION } from '../domain/application.ts';
import type { Part } from './run-parts.ts';

/** Where the credentials of each catalog come from. */
const CREDENTIALS: Readonly<Record<CatalogName, string>> = {
  datadog: 'Give the owner of the application key the permission `apm_service_catalog_read`.',
  leanix: 'Put a valid token of a technical user into Vault, under `leanix-api-token`.',
  servicenow:
    'Put a user who may read the tables into Vault, under `servicenow-username` and `servicenow-password`.',
};
const UNREACHED =
  'See whether the catalog can be reached from the pod: its address, the proxy, the egress rules.';
/** What a catalog that refuses its credentials is known by. */
const REFUSED = /\(HTTP 40[13]\)$/;

/** Whether each catalog answers a question; what it answers does not matter. */
export function catalogParts(catalogs: Readonly<Record<CatalogName, Catalog>>): readonly Part[] {
  return CATALOG_NAMES.map((name) => ({
    name: `catalog_${name}`,
    async look({ deadline }) {
      const answer = await catalogs[name]({ name: CHECK_APPLICATION, alias: false, deadline });
      if (answer.answer !== 'unknown') return { state: 'ok', detail: `${CATALOG_TITLES[name]} answers.` };
      const hint = REFUSED.test(answer.why) ? CREDENTIALS[name] : UNREACHED;
      return { state: 'failed', detail: `${answer.why}.`, hint };
    },
  }));
}
