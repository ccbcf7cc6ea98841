import { sharedConditions, type Watched } from '../health/shared-conditions.ts';
import type { Condition } from '../health/watch.ts';
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
  readonly lookup: Pick<Lookup, 'again'> & { readonly readings: Pick<Lookup['readings'], 'unavailable'> };
  readonly callers: Pick<Callers, 'badFiles' | 'issuerUnavailable' | 'askIssuer'>;
}

interface MainWatched extends OwnWatched, Pick<Watched, 'request' | 'health' | 'ledger'> {
  readonly secrets: Secrets;
}

/** What may go wrong in Birddog. */
export function mainConditions(watched: MainWatched, config: Config, { now }: Clock): readonly Condition[] {
  const { sidecarCertificate: upstream, ownCertificate: own, followed } = watched.secrets;
  const certificates = { upstream: upstream, ...(own ? { own } : {}) };
  return [
    ...ownConditions(watched),
    ...sharedConditions({
      ...watched,
      followed,
      certificates,
      now,
      afterMs: config.BIRDDOG_INCIDENT_AFTER_MS,
    }),
  ];
}

/** What may go wrong in Birddog alone: the sidecar, the catalogs, and what says who calls. */
export function ownConditions({ sidecar, lookup, callers }: OwnWatched): readonly Condition[] {
  return [
    {
      incident: 'sidecar_unavailable',
      look() {
        if (sidecar.state() !== 'closed') return 'It does not answer Birddog; requests are not sent to it.';
        return sidecar.silent() ? 'It takes connections, but does not answer.' : undefined;
      },
      again: sidecar.probe,
      everyMs: SIDECAR_EVERY,
    },
    {
      incident: 'issuer_unavailable',
      look: () =>
        callers.issuerUnavailable() ? 'The issuer of tokens cannot be asked for its keys.' : undefined,
      again: callers.askIssuer,
    },
    ...CALLERS_FILES.map(
      (about): Condition => ({
        incident: 'callers_file_refused',
        about,
        look: () =>
          callers.badFiles().includes(about) ? `The ${about} file cannot be read as it is.` : undefined,
      }),
    ),
    ...CATALOG_NAMES.map(
      (about): Condition => ({
        incident: 'catalog_unavailable',
        about,
        look: () => lookup.readings.unavailable().get(about),
        again: (context) => lookup.again(about, context),
      }),
    ),
  ];
}
