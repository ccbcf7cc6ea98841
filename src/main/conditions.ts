import { sharedConditions, type Watched } from '../health/shared-conditions.ts';
import type { Condition } from '../health/watch.ts';
import type { Callers } from '../auth/callers.ts';
import type { Lookup } from '../catalogs/lookup.ts';
import { CATALOG_NAMES } from '../domain/application.ts';
import type { Clock } from '../domain/clock.ts';
import type { Config } from './settings.ts';
import type { Secrets } from './secrets.ts';
import type { SidecarClient } from './sidecar-client.ts';

/** File names that `Callers.badFiles` returns. */
const CALLERS_FILES = ['access', 'tokens'];
/** Interval (ms) of sidecar probes while there are no requests. */
const SIDECAR_EVERY_MS = 10_000;

interface OwnWatched {
  readonly sidecar: Pick<SidecarClient, 'state' | 'silent' | 'probe'>;
  readonly lookup: Pick<Lookup, 'again'> & { readonly readings: Pick<Lookup['readings'], 'unavailable'> };
  readonly callers: Pick<Callers, 'invalidFiles' | 'issuerUnavailable' | 'refreshIssuerKeys'>;
}

interface MainWatched extends OwnWatched, Pick<Watched, 'request' | 'health' | 'ledger'> {
  readonly secrets: Secrets;
}

/** Returns the conditions that the main process watches. */
export function mainConditions(watched: MainWatched, config: Config, { now }: Clock): readonly Condition[] {
  const { sidecarCertificate: upstream, ownCertificate: own, followed } = watched.secrets;
  const certificates = { upstream, ...(own ? { own } : {}) };
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

/** Returns the conditions that only the main process has: sidecar, catalogs, issuer and caller files. */
export function ownConditions({ sidecar, lookup, callers }: OwnWatched): readonly Condition[] {
  return [
    {
      incident: 'sidecar_unavailable',
      fault() {
        if (sidecar.state() !== 'closed')
          return 'The sidecar does not answer. Requests are not forwarded to it.';
        return sidecar.silent() ? 'The sidecar accepts connections but does not answer.' : undefined;
      },
      probe: sidecar.probe,
      probeEveryMs: SIDECAR_EVERY_MS,
    },
    {
      incident: 'issuer_unavailable',
      fault: () =>
        callers.issuerUnavailable() ? 'The keys of the token issuer cannot be fetched.' : undefined,
      probe: callers.refreshIssuerKeys,
    },
    ...CALLERS_FILES.map(
      (about): Condition => ({
        incident: 'callers_file_refused',
        about,
        fault: () => (callers.invalidFiles().includes(about) ? `The ${about} file is invalid.` : undefined),
      }),
    ),
    ...CATALOG_NAMES.map(
      (about): Condition => ({
        incident: 'catalog_unavailable',
        about,
        fault: () => lookup.readings.unavailable().get(about),
        probe: (context) => lookup.again(about, context),
      }),
    ),
  ];
}
