import { type Check, createCheck } from '../health/check.ts';
import { datadogParts } from '../health/datadog-parts.ts';
import { ledgerPart } from '../health/ledger-part.ts';
import { ANSWER_MARGIN, CHECK_MS, runParts } from '../health/run-parts.ts';
import { certificatePart, secretsPart } from '../health/secret-parts.ts';
import { VERSION } from '../contract/version.ts';
import type { Request } from '../datadog/request.ts';
import type { Clock } from '../domain/clock.ts';
import type { Ledger } from '../pipeline/ports.ts';
import type { Secrets } from './secrets.ts';

interface Checked {
  readonly request: Request;
  readonly ledger: Ledger;
  readonly secrets: Secrets;
}

/** What the sidecar finds when it looks at itself. */
export function sidecarCheck({ request, ledger, secrets }: Checked, clock: Clock, ttlMs: number): Check {
  return createCheck({
    version: VERSION,
    clock,
    ttlMs,
    look: (context) => {
      const parts = [
        certificatePart('certificate', secrets.sidecarCertificate, clock.now),
        secretsPart(secrets.followed),
        ...datadogParts(request),
        ledgerPart(ledger, clock.now),
      ];
      // What it has found by then has to arrive before Birddog's own time for it ends.
      return runParts(
        parts,
        context,
        clock,
        Math.max(1, Math.min(CHECK_MS, context.deadline.left() - ANSWER_MARGIN)),
      );
    },
  });
}
