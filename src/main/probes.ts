import { type Callers, CALLERS_FILES, type CallersFile } from '../auth/callers.ts';
import { CATALOG_TITLES } from '../catalogs/catalog.ts';
import type { Lookup } from '../catalogs/lookup.ts';
import type { Datadog } from '../datadog/datadog.ts';
import { CATALOG_NAMES, type CatalogName } from '../domain/application.ts';
import { datadogProbes } from '../health/datadog-probes.ts';
import { ledgerProbe } from '../health/ledger-probe.ts';
import { markerProbe } from '../health/marker-probe.ts';
import { previewProbe } from '../health/preview-probe.ts';
import { failure, healthy, type Probe, type ProbeDeps, outcomeOf } from '../health/probe.ts';
import { recipientsProbe } from '../health/recipients-probe.ts';
import { scopesProbe } from '../health/scopes-probe.ts';
import { secretProbes } from '../health/secret-probes.ts';
import type { Recipients } from '../pipeline/ports.ts';
import { type ProbedSidecar, sidecarProbe } from './sidecar-probe.ts';

type ProbedLookup = Pick<Lookup, 'probe' | 'readings'>;
type ProbedCallers = Pick<Callers, 'fileFaults' | 'unavailableIssuers' | 'refreshIssuerKeys'>;

/** What the probes of the main container read. */
export type MainParts = ProbeDeps &
  Parameters<typeof secretProbes>[0] &
  Parameters<typeof ledgerProbe>[0] & {
    readonly datadog: Datadog;
    readonly lookup: ProbedLookup;
    readonly sidecar: ProbedSidecar;
    readonly recipients: Recipients | undefined;
    readonly callers: ProbedCallers;
  };

/** Returns the probes of the main container in the order of `/check`. */
export function mainProbes(parts: MainParts): readonly Probe[] {
  const { datadog, lookup, sidecar, callers, recipients, afterMs } = parts;
  return [
    ...secretProbes(parts),
    ...datadogProbes(parts),
    scopesProbe(parts),
    previewProbe(parts),
    // Only here: both containers use the same organisation.
    markerProbe(datadog),
    ledgerProbe(parts),
    ...recipientsProbe(recipients),
    ...CATALOG_NAMES.map((name) => catalogProbe(name, lookup, afterMs)),
    lookupProbe(lookup),
    sidecarProbe(sidecar, afterMs),
    issuerProbe(callers, afterMs),
    ...CALLERS_FILES.map((file) => callersFileProbe(file, callers, afterMs)),
  ];
}

/** How to fix the credentials of each catalog. */
const CREDENTIALS: Readonly<Record<CatalogName, string>> = {
  datadog: 'Give the owner of the application key the permission `apm_service_catalog_read`.',
  leanix: 'Put a valid token of a technical user into Vault, under `leanix-api-token`.',
  servicenow:
    'Put the credentials of a user with read access to the tables into Vault, under `servicenow-username` and `servicenow-password`.',
};
/** Matches the reason that a catalog gives when it rejects the credentials. */
const CREDENTIALS_REJECTED = /\(HTTP 40[13]\)$/;

/** Returns the probe of a catalog: one lookup, where any answer counts as healthy. */
function catalogProbe(name: CatalogName, lookup: ProbedLookup, afterMs: number): Probe {
  const reason = () => lookup.readings.unavailable().get(name);
  const fault = () => {
    const why = reason();
    if (why === undefined) return undefined;
    return { detail: `${why}.`, ...(CREDENTIALS_REJECTED.test(why) ? { hint: CREDENTIALS[name] } : {}) };
  };
  const probe: Probe['probe'] = async (context) => {
    const answer = await lookup.probe(name, context);
    if (answer.answer === 'unknown' && answer.error !== undefined) return failure(answer.error);
    return outcomeOf(fault(), `${CATALOG_TITLES[name]} answers.`);
  };
  return {
    name: `catalog_${name}`,
    probe,
    hint: 'Check the address of the catalog, the proxy and the egress rules of the pod.',
    incident: {
      code: 'catalog_unavailable',
      scope: 'installation',
      about: name,
      title: 'A catalog is unavailable',
      effect: 'Requests for applications that are not cached fail.',
      notifyAfterMs: 5 * afterMs,
      fault,
      refresh: probe,
    },
    metrics: [
      {
        type: 'gauge',
        name: 'birddog_catalog_unavailable',
        help: '1 for a catalog whose last lookup failed, 0 for the others.',
        label: 'catalog',
        read: () => new Map([[name, reason() === undefined ? 0 : 1]]),
      },
    ],
  };
}

/** Returns the metrics of the lookups in all catalogs. */
function lookupProbe({ readings }: ProbedLookup): Probe {
  return {
    name: 'lookup',
    metrics: [
      {
        type: 'counter',
        name: 'birddog_catalog_lookups_total',
        help: 'Application lookups, by source: a fresh cache entry (hit), the catalogs (miss), or an expired cache entry (stale).',
        label: 'answered_by',
        read: readings.lookups,
      },
      {
        type: 'gauge',
        name: 'birddog_catalog_cached',
        help: 'Applications whose route is cached.',
        read: readings.entries,
      },
    ],
  };
}

/** Returns the probe of the token issuers. Without OIDC, it has no fault and no metric. */
function issuerProbe(callers: ProbedCallers, afterMs: number): Probe {
  const failed = () =>
    [...(callers.unavailableIssuers() ?? [])].flatMap(([name, isUnavailable]) =>
      isUnavailable ? [name] : [],
    );
  return {
    name: 'issuer',
    hint: 'Check BIRDDOG_OIDC_JWKS_URL, jwks_url in the issuers file, the proxy and the egress rules.',
    incident: {
      code: 'issuer_unavailable',
      scope: 'installation',
      title: 'A token issuer is unavailable',
      effect: 'Tokens signed with keys that are not cached are rejected.',
      notifyAfterMs: 5 * afterMs,
      fault: () => {
        const names = failed();
        if (names.length === 0) return undefined;
        return { detail: `The keys of the token issuer ${names.join(', ')} cannot be fetched.` };
      },
      async refresh() {
        await callers.refreshIssuerKeys();
        return healthy('The token issuers answer.');
      },
    },
    metrics:
      callers.unavailableIssuers() === undefined
        ? []
        : [
            {
              type: 'gauge',
              name: 'birddog_issuer_unavailable',
              help: '1 for a token issuer whose keys cannot be fetched, 0 for the others.',
              label: 'issuer',
              read: () =>
                new Map(
                  [...(callers.unavailableIssuers() ?? [])].map(([name, isUnavailable]) => [
                    name,
                    isUnavailable ? 1 : 0,
                  ]),
                ),
            },
          ],
  };
}

/** Returns the probe of a file about callers. A file that is not in use has no fault and no metric. */
function callersFileProbe(file: CallersFile, callers: ProbedCallers, afterMs: number): Probe {
  const isInvalid = () => callers.fileFaults().get(file) ?? false;
  return {
    name: `${file}_file`,
    hint: 'The log gives the line and column of each fault.',
    incident: {
      code: 'callers_file_refused',
      scope: 'installation',
      about: file,
      title: 'A file about callers is invalid',
      effect: 'The previous content stays in force.',
      notifyAfterMs: afterMs,
      fault: () => (isInvalid() ? { detail: `The ${file} file is invalid.` } : undefined),
    },
    metrics: callers.fileFaults().has(file)
      ? [
          {
            type: 'gauge',
            name: 'birddog_file_bad',
            help: '1 while a file is invalid and its previous content stays in force.',
            label: 'file',
            read: () => new Map([[file, isInvalid() ? 1 : 0]]),
          },
        ]
      : [],
  };
}
