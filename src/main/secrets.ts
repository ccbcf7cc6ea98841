import { type OwnCertificate, ownCertificate } from '../runtime/certificate-files.ts';
import type { Deps } from '../runtime/service.ts';
import { watchFolder, type WatchedFolder } from '../runtime/watched-folder.ts';
import { openSecrets, type Secrets as SharedSecrets } from '../serving/secrets.ts';
import { type CatalogCredentials, readCatalogCredentials } from './catalogs.ts';
import type { Config } from './settings.ts';

/** The watched secret files of the main process. */
export interface Secrets extends SharedSecrets {
  readonly catalogCredentials: WatchedFolder<CatalogCredentials>;
  /** Present when the API port uses TLS. */
  readonly ownCertificate: WatchedFolder<OwnCertificate> | undefined;
}

/** Reads the folders that the settings name. Throws Error naming a file that is missing or invalid. */
export function openMainSecrets(config: Config, deps: Deps): Secrets {
  const shared = openSecrets(config, deps);
  const { clock, log } = deps;
  const catalogCredentials = watchFolder({
    part: 'catalog_credentials',
    folder: config.BIRDDOG_SECRETS,
    read: readCatalogCredentials,
    log,
  });
  const own =
    config.BIRDDOG_TLS === ''
      ? undefined
      : watchFolder({
          part: 'own_certificate',
          folder: config.BIRDDOG_TLS,
          read: ownCertificate({ now: clock.now, log }),
          log,
        });
  return {
    ...shared,
    catalogCredentials,
    ownCertificate: own,
    watched: [...shared.watched, catalogCredentials, ...(own ? [own] : [])],
  };
}
