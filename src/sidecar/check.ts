import { type Check, createCheck } from '../health/check.ts';
import { datadogParts } from '../health/datadog-parts.ts';
import { ledgerPart } from '../health/ledger-part.ts';
import { ANSWER_MARGIN_MS, PROBE_TIMEOUT_MS, runParts } from '../health/run-parts.ts';
import { certificatePart, secretsPart } from '../health/secret-parts.ts';
import { VERSION } from '../contract/version.ts';
import type { Request } from '../datadog/request.ts';
import type { Clock } from '../domain/clock.ts';
import type { Ledger } from '../pipeline/ports.ts';
import type { Secrets } from '../serving/secrets.ts';

interface Checked {
  readonly request: Request;
  readonly ledger: Ledger;
  readonly secrets: Secrets;
}

/** Creates the check of the sidecar. */
export function sidecarCheck({ request, ledger, secrets }: Checked, clock: Clock, ttlMs: number): Check {
  return createCheck({
    version: VERSION,
    clock,
    ttlMs,
    probe: (context) => {
      const parts = [
        certificatePart('certificate', secrets.sidecarCertificate, clock.now),
        secretsPart(secrets.followed),
        ...datadogParts(request),
        ledgerPart(ledger, clock.now),
      ];
      // The report must arrive before the probe in the main container times out.
      return runParts(
        parts,
        context,
        clock,
        Math.max(1, Math.min(PROBE_TIMEOUT_MS, context.deadline.left() - ANSWER_MARGIN_MS)),
      );
    },
  });
}
