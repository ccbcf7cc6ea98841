import { type DatadogKeys, readDatadogKeys } from '../datadog/keys.ts';
import type { Deps } from '../runtime/service.ts';
import {
  type SidecarCertificate,
  sidecarCertificate,
  type OwnCertificate,
  ownCertificate,
} from '../runtime/certificate-files.ts';
import { watchFolder, type WatchedFolder } from '../runtime/watched-folder.ts';
import { type CatalogCredentials, readCatalogCredentials } from './catalogs.ts';
import type { Config } from './settings.ts';

/** The watched secret files of the main process. */
export interface Secrets {
  readonly datadogKeys: WatchedFolder<DatadogKeys>;
  readonly catalogCredentials: WatchedFolder<CatalogCredentials>;
  readonly sidecarCertificate: WatchedFolder<SidecarCertificate>;
  /** Present when the API port uses TLS. */
  readonly ownCertificate: WatchedFolder<OwnCertificate> | undefined;
  /** All of the above. */
  readonly followed: readonly WatchedFolder<unknown>[];
  /** Expiry time (epoch ms) of each certificate, by name. */
  readonly ends: Readonly<Record<string, () => number>>;
}

/** Reads the folders that the configuration names. Throws Error naming a file that is missing. */
export function openSecrets(config: Config, { clock, log }: Deps): Secrets {
  const keys = { folder: config.BIRDDOG_SECRETS, log };
  const certificates = { folder: config.BIRDDOG_CERTIFICATES || config.BIRDDOG_SECRETS, log };
  const tls = { folder: config.BIRDDOG_TLS, log };
  const now = clock.now;
  const datadogKeys = watchFolder({ part: 'datadog_keys', read: readDatadogKeys, ...keys });
  const catalogCredentials = watchFolder({
    part: 'catalog_credentials',
    read: readCatalogCredentials,
    ...keys,
  });
  const upstream = watchFolder({
    part: 'upstream_certificate',
    read: sidecarCertificate({ now, log }),
    ...certificates,
  });
  const own =
    config.BIRDDOG_TLS === ''
      ? undefined
      : watchFolder({ part: 'own_certificate', read: ownCertificate({ now, log }), ...tls });
  return {
    datadogKeys,
    catalogCredentials,
    sidecarCertificate: upstream,
    ownCertificate: own,
    followed: [datadogKeys, catalogCredentials, upstream, ...(own ? [own] : [])],
    ends: {
      upstream: () => upstream.current().endsAt,
      upstream_ca: () => upstream.current().caEndsAt,
      ...(own ? { own: () => own.current().endsAt } : {}),
    },
  };
}
