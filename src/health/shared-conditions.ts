import type { DatadogHealth } from '../datadog/health.ts';
import { CHEAP_READ, type Request } from '../datadog/request.ts';
import { writeOnce } from '../pipeline/journal-write.ts';
import type { Ledger } from '../pipeline/ports.ts';
import type { OwnCertificate } from '../runtime/certificate-files.ts';
import { certificateState } from '../runtime/certificate-state.ts';
import type { Followed } from '../runtime/watched-folder.ts';
import type { Condition } from './watch.ts';

/** What is looked at. */
export interface Watched {
  readonly request: Request;
  readonly health: DatadogHealth;
  readonly ledger: Ledger & { readings(): { readonly failing: string | undefined } };
  readonly followed: readonly Followed<unknown>[];
  /** By the name that the metrics know them by. */
  readonly certificates: Readonly<Record<string, Followed<OwnCertificate>>>;
  readonly now: () => number;
  /** How long (ms) one call that found no room counts. */
  readonly afterMs: number;
}

/** How often (ms) the keys are tried while nobody uses them. */
const KEYS_EVERY = 300_000;

/** What may go wrong in both processes. */
export function sharedConditions(watched: Watched): readonly Condition[] {
  const { request, health, ledger, now } = watched;
  const readAgain = (context: Parameters<Request>[1]) => request(CHEAP_READ, context);
  return [
    {
      incident: 'datadog_keys_refused',
      look: () => (health.keysRefused() ? 'Datadog refuses the API key or the application key.' : undefined),
      again: readAgain,
      everyMs: KEYS_EVERY,
    },
    { incident: 'datadog_unavailable', look: health.unavailable, again: readAgain },
    {
      incident: 'datadog_budget_exhausted',
      look() {
        const at = health.withoutRoomAt();
        return at !== undefined && now() - at < watched.afterMs
          ? 'Calls are given up because a rate limit leaves no room before their deadline.'
          : undefined;
      },
    },
    {
      incident: 'ledger_unwritable',
      look: () => ledger.readings().failing,
      again: async () => writeOnce(ledger, now()),
    },
    ...watched.followed.map(
      (one): Condition => ({ incident: 'secrets_refused', about: one.part, look: one.refused }),
    ),
    ...Object.entries(watched.certificates).map(
      ([about, followed]): Condition => ({
        incident: 'certificate_ending',
        about,
        look: () => ending(followed.current().cert, now()),
      }),
    ),
  ];
}

function ending(cert: string, now: number): string | undefined {
  const { wrong, nearItsEnd, endsAt } = certificateState(cert, now);
  return wrong ?? (nearItsEnd ? `It ends at ${new Date(endsAt).toISOString()}.` : undefined);
}
