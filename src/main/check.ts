import type { Catalog } from '../catalogs/catalog.ts';
import { catalogParts } from '../health/catalog-parts.ts';
import { type Check, createCheck } from '../health/check.ts';
import { datadogParts } from '../health/datadog-parts.ts';
import { ledgerPart } from '../health/ledger-part.ts';
import { markerPart } from '../health/marker-part.ts';
import { PROBE_TIMEOUT_MS, runParts } from '../health/run-parts.ts';
import { certificatePart, secretsPart } from '../health/secret-parts.ts';
import { VERSION } from '../contract/version.ts';
import type { Datadog } from '../datadog/datadog.ts';
import type { Request } from '../datadog/request.ts';
import type { CatalogName } from '../domain/application.ts';
import type { Clock } from '../domain/clock.ts';
import { deadlineAfter } from '../domain/deadline.ts';
import type { Ledger } from '../pipeline/ports.ts';
import { checkSidecar } from './check-sidecar.ts';
import type { Secrets } from './secrets.ts';
import type { SidecarClient } from './sidecar-client.ts';

interface Checked {
  readonly request: Request;
  readonly objects: Datadog['objects'];
  readonly catalogs: Readonly<Record<CatalogName, Catalog>>;
  readonly ledger: Ledger;
  readonly secrets: Secrets;
  readonly sidecar: SidecarClient;
}

/** Creates the check of the main process, the sidecar and everything that both depend on. */
export function mainCheck(
  { request, objects, catalogs, ledger, secrets, sidecar }: Checked,
  clock: Clock,
  ttlMs: number,
): Check {
  const markers = markerPart(request, objects);
  const own = secrets.ownCertificate;
  return createCheck({
    version: VERSION,
    clock,
    ttlMs,
    async probe(context) {
      const parts = [
        certificatePart('certificate', secrets.sidecarCertificate, clock.now),
        ...(own ? [certificatePart('tls_certificate', own, clock.now)] : []),
        secretsPart(secrets.followed),
        ...datadogParts(request),
        markers,
        ledgerPart(ledger, clock.now),
        ...catalogParts(catalogs),
      ];
      const deadline = deadlineAfter(PROBE_TIMEOUT_MS, clock);
      const results = await Promise.all([
        runParts(parts, context, clock, PROBE_TIMEOUT_MS),
        checkSidecar(sidecar, { ...context, deadline }),
      ]);
      deadline.close();
      return results.flat();
    },
  });
}
