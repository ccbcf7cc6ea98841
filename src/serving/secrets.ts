import { type DatadogKeys, readDatadogKeys } from '../datadog/keys.ts';
import { type SidecarCertificate, sidecarCertificate } from '../runtime/certificate-files.ts';
import type { Deps } from '../runtime/service.ts';
import { watchFolder, type WatchedFolder } from '../runtime/watched-folder.ts';

/** The watched secret files that both containers have. */
export interface Secrets {
  readonly datadogKeys: WatchedFolder<DatadogKeys>;
  /** This side's certificate for the connection between Birddog and the sidecar. */
  readonly sidecarCertificate: WatchedFolder<SidecarCertificate>;
  /** All watched files of the process. */
  readonly watched: readonly WatchedFolder<unknown>[];
}

interface SecretFolders {
  readonly BIRDDOG_SECRETS: string;
  readonly BIRDDOG_CERTIFICATES: string;
}

/** Reads the folders that the settings name. Throws Error naming a file that is missing or invalid. */
export function openSecrets(folders: SecretFolders, { clock, log }: Deps): Secrets {
  const datadogKeys = watchFolder({
    part: 'datadog_keys',
    folder: folders.BIRDDOG_SECRETS,
    read: readDatadogKeys,
    log,
  });
  const certificate = watchFolder({
    part: 'upstream_certificate',
    folder: folders.BIRDDOG_CERTIFICATES || folders.BIRDDOG_SECRETS,
    read: sidecarCertificate({ now: clock.now, log }),
    log,
  });
  return {
    datadogKeys,
    sidecarCertificate: certificate,
    watched: [datadogKeys, certificate],
  };
}
