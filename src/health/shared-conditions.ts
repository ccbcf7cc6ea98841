import type { DatadogHealth } from '../datadog/health.ts';
import { CHEAP_READ, type Request } from '../datadog/request.ts';
import { writeOnce } from '../pipeline/ledger-write.ts';
import type { Ledger } from '../pipeline/ports.ts';
import type { OwnCertificate } from '../runtime/certificate-files.ts';
import { certificateState } from '../runtime/certificate-state.ts';
import type { WatchedFolder } from '../runtime/watched-folder.ts';
import type { Condition } from './watch.ts';

/** The state that the conditions read. */
export interface Watched {
  readonly request: Request;
  readonly health: DatadogHealth;
  readonly ledger: Ledger & { readings(): { readonly failing: string | undefined } };
  readonly followed: readonly WatchedFolder<unknown>[];
  /** Keyed by the label value in the metrics. */
  readonly certificates: Readonly<Record<string, WatchedFolder<OwnCertificate>>>;
  readonly now: () => number;
  /** How long (ms) a call that a rate limit refused counts as a fault. */
  readonly afterMs: number;
}

/** Interval (ms) at which unused keys are validated. */
const KEYS_EVERY_MS = 300_000;

/** Returns the conditions that both processes watch. */
export function sharedConditions(watched: Watched): readonly Condition[] {
  const { request, health, ledger, now } = watched;
  const readMonitor = (context: Parameters<Request>[1]) => request(CHEAP_READ, context);
  return [
    {
      incident: 'datadog_keys_refused',
      fault: () => (health.keysRefused() ? 'Datadog rejects the API key or the application key.' : undefined),
      probe: readMonitor,
      probeEveryMs: KEYS_EVERY_MS,
    },
    { incident: 'datadog_unavailable', fault: health.unavailable, probe: readMonitor },
    {
      incident: 'datadog_budget_exhausted',
      fault() {
        const at = health.lastBudgetRefusalAt();
        return at !== undefined && now() - at < watched.afterMs
          ? 'A rate limit allows no further call before the deadline of the request.'
          : undefined;
      },
    },
    {
      incident: 'ledger_unwritable',
      fault: () => ledger.readings().failing,
      probe: async () => writeOnce(ledger, now()),
    },
    ...watched.followed.map(
      (one): Condition => ({ incident: 'secrets_refused', about: one.part, fault: one.refused }),
    ),
    ...Object.entries(watched.certificates).map(
      ([about, followed]): Condition => ({
        incident: 'certificate_ending',
        about,
        fault: () => expiryFault(followed.current().cert, now()),
      }),
    ),
  ];
}

function expiryFault(cert: string, now: number): string | undefined {
  const { wrong, nearItsEnd, endsAt } = certificateState(cert, now);
  return wrong ?? (nearItsEnd ? `It expires at ${new Date(endsAt).toISOString()}.` : undefined);
}
