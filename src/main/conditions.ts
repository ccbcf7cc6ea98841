import { sharedSigns, type Watched } from '../health/shared-conditions.ts';
import type { Sign } from '../health/watch.ts';
import type { Callers } from '../auth/callers.ts';
import type { Lookup } from '../catalogs/lookup.ts';
import { CATALOG_NAMES } from '../domain/application.ts';
import type { Clock } from '../domain/clock.ts';
import type { Config } from './config.ts';
import type { Secrets } from './secrets.ts';
import type { SidecarClient } from './sidecar-client.ts';

/** As `Callers` names them. */
const CALLERS_FILES = ['access', 'tokens'];
/** How often (ms) the sidecar is asked while nobody else does. */
const SIDECAR_EVERY = 10_000;

interface OwnWatched {
  readonly sidecar: Pick<SidecarClient, 'state' | 'silent' | 'probe'>;
  readonly lookup: Pick<Lookup, 'again'> & { readonly readings: Pick<Lookup['readings'], 'away'> };
  readonly callers: Pick<Callers, 'badFiles' | 'issuerAway' | 'askIssuer'>;
}

interface MainWatched extends OwnWatched, Pick<Watched, 'request' | 'health' | 'journal'> {
  readonly secrets: Secrets;
}

/** What may go wrong in Birddog. */
export function mainSigns(watched: MainWatched, config: Config, { now }: Clock): readonly Sign[] {
  const { hopCertificate: hop, ownCertificate: own, followed } = watched.secrets;
  const certificates = { hop, ...(own ? { own } : {}) };
  return [
    ...ownSigns(watched),
    ...sharedSigns({ ...watched, followed, certificates, now, roomMs: config.BIRDDOG_INCIDENT_AFTER_MS }),
  ];
}

/** What may go wrong in Birddog alone: the sidecar, the catalogs, and what says who calls. */
export function ownSigns({ sidecar, lookup, callers }: OwnWatched): readonly Sign[] {
  return [
    {
      trouble: 'sidecar_unavailable',
      look() {
        if (sidecar.state() !== 'closed') return 'It does not answer Birddog; requests are not sent to it.';
        return sidecar.silent() ? 'It takes connections, but does not answer.' : undefined;
      },
      again: sidecar.probe,
      everyMs: SIDECAR_EVERY,
    },
    {
      trouble: 'issuer_unavailable',
      look: () => (callers.issuerAway() ? 'The issuer of tokens cannot be asked for its keys.' : undefined),
      again: callers.askIssuer,
    },
    ...CALLERS_FILES.map(
      (about): Sign => ({
        trouble: 'callers_file_refused',
        about,
        look: () =>
          callers.badFiles().includes(about) ? `The ${about} file cannot be read as it is.` : undefined,
      }),
    ),
    ...CATALOG_NAMES.map(
      (about): Sign => ({
        trouble: 'catalog_unavailable',
        about,
        look: () => lookup.readings.away().get(about),
        again: (context) => lookup.again(about, context),
      }),
    ),
  ];
}
