import { sharedSigns, type Watched } from '../alarms/shared-signs.ts';
import type { Sign } from '../alarms/watch.ts';
import type { Lookup } from '../catalogs/lookup.ts';
import { CATALOG_NAMES } from '../domain/application.ts';
import type { Clock } from '../domain/clock.ts';
import type { Config } from './config.ts';
import type { Secrets } from './secrets.ts';
import type { SidecarClient } from './sidecar-client.ts';

/** How often (ms) the sidecar is asked while nobody else does. */
const SIDECAR_EVERY = 10_000;

interface MainWatched extends Pick<Watched, 'request' | 'health' | 'journal'> {
  readonly sidecar: SidecarClient;
  readonly lookup: Lookup;
  readonly secrets: Secrets;
}

/** What may go wrong in Birddog. */
export function mainSigns(watched: MainWatched, config: Config, { now }: Clock): readonly Sign[] {
  const { hopCertificate: hop, ownCertificate: own, followed } = watched.secrets;
  const certificates = { hop, ...(own ? { own } : {}) };
  return [
    ...ownSigns(watched),
    ...sharedSigns({ ...watched, followed, certificates, now, roomMs: config.BIRDDOG_ALARM_AFTER_MS }),
  ];
}

/** What may go wrong in Birddog alone: the sidecar, and the catalogs. */
function ownSigns({ sidecar, lookup }: MainWatched): readonly Sign[] {
  return [
    {
      trouble: 'sidecar_away',
      look: () =>
        sidecar.state() === 'closed' ? undefined : 'It does not answer Birddog; requests are not sent to it.',
      again: sidecar.probe,
      everyMs: SIDECAR_EVERY,
    },
    ...CATALOG_NAMES.map(
      (about): Sign => ({
        trouble: 'catalog_away',
        about,
        look: () => lookup.readings.away().get(about),
        again: ({ requestId }) => lookup.again(about, requestId),
      }),
    ),
  ];
}
