import { type DatadogKeys, readDatadogKeys } from '../datadog/keys.ts';
import { type LedgerCredentials, type LedgerPlace, readLedgerCredentials } from '../ledger/ledger-place.ts';
import { type SidecarCertificate, sidecarCertificate } from '../runtime/certificate-files.ts';
import type { Deps } from '../runtime/service.ts';
import { watchFolder, type WatchedFolder } from '../runtime/watched-folder.ts';

/** The watched secret files that both containers have. */
export interface Secrets {
  readonly datadogKeys: WatchedFolder<DatadogKeys>;
  /** This side's certificate for the connection between Birddog and the sidecar. */
  readonly sidecarCertificate: WatchedFolder<SidecarCertificate>;
  /** Present when the ledger is in PostgreSQL. */
  readonly ledgerCredentials: WatchedFolder<LedgerCredentials> | undefined;
  /** All watched files of the process. */
  readonly watched: readonly WatchedFolder<unknown>[];
}

interface SecretSettings {
  readonly BIRDDOG_SECRETS: string;
  readonly BIRDDOG_CERTIFICATES: string;
  readonly BIRDDOG_LEDGER: LedgerPlace;
}

/** Reads the folders that the settings name. Throws Error naming a file that is missing or invalid. */
export function openSecrets(settings: SecretSettings, { clock, log }: Deps): Secrets {
  const { BIRDDOG_SECRETS: folder, BIRDDOG_CERTIFICATES, BIRDDOG_LEDGER } = settings;
  const datadogKeys = watchFolder({
    part: 'datadog_keys',
    folder,
    read: readDatadogKeys,
    log,
  });
  const certificate = watchFolder({
    part: 'upstream_certificate',
    folder: BIRDDOG_CERTIFICATES || folder,
    read: sidecarCertificate({ now: clock.now, log }),
    log,
  });
  const ledgerCredentials =
    BIRDDOG_LEDGER.database === 'PostgreSQL'
      ? watchFolder({ part: 'ledger_credentials', folder, read: readLedgerCredentials, log })
      : undefined;
  return {
    datadogKeys,
    sidecarCertificate: certificate,
    ledgerCredentials,
    watched: [datadogKeys, certificate, ...(ledgerCredentials ? [ledgerCredentials] : [])],
  };
}
