import type { DatadogHealth } from '../datadog/health.ts';
import { CHEAP_READ, type Request } from '../datadog/request.ts';
import { writeOnce } from '../pipeline/journal-write.ts';
import type { Journal } from '../pipeline/ports.ts';
import type { OwnCertificate } from '../runtime/certificate-files.ts';
import { certificateState } from '../runtime/certificate-state.ts';
import type { Followed } from '../runtime/watched-folder.ts';
import type { Sign } from './watch.ts';

/** What is looked at. */
export interface Watched {
  readonly request: Request;
  readonly health: DatadogHealth;
  readonly journal: Journal & { readings(): { readonly failing: string | undefined } };
  readonly followed: readonly Followed<unknown>[];
  /** By the name that the metrics know them by. */
  readonly certificates: Readonly<Record<string, Followed<OwnCertificate>>>;
  readonly now: () => number;
  /** How long (ms) one call that found no room counts. */
  readonly roomMs: number;
}

/** How often (ms) the keys are tried while nobody uses them. */
const KEYS_EVERY = 300_000;

/** What may go wrong in both processes. */
export function sharedSigns(watched: Watched): readonly Sign[] {
  const { request, health, journal, now } = watched;
  const readAgain = (context: Parameters<Request>[1]) => request(CHEAP_READ, context);
  return [
    {
      trouble: 'datadog_keys_refused',
      look: () => (health.keysRefused() ? 'Datadog refuses the API key or the application key.' : undefined),
      again: readAgain,
      everyMs: KEYS_EVERY,
    },
    { trouble: 'datadog_unavailable', look: health.away, again: readAgain },
    {
      trouble: 'datadog_budget_exhausted',
      look() {
        const at = health.withoutRoomAt();
        return at !== undefined && now() - at < watched.roomMs
          ? 'Calls are given up because a rate limit leaves no room before their deadline.'
          : undefined;
      },
    },
    {
      trouble: 'ledger_unwritable',
      look: () => journal.readings().failing,
      again: async () => writeOnce(journal, now()),
    },
    ...watched.followed.map(
      (one): Sign => ({ trouble: 'secrets_refused', about: one.part, look: one.refused }),
    ),
    ...Object.entries(watched.certificates).map(
      ([about, followed]): Sign => ({
        trouble: 'certificate_ending',
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
