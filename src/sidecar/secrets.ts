import { type DatadogKeys, readDatadogKeys } from '../datadog/keys.ts';
import type { Deps } from '../runtime/service.ts';
import { type SidecarCertificate, sidecarCertificate } from '../runtime/certificate-files.ts';
import { watchFolder, type WatchedFolder } from '../runtime/watched-folder.ts';
import type { Config } from './settings.ts';

/** Everything that the sidecar reads from files, and goes on reading. */
export interface Secrets {
  readonly datadogKeys: WatchedFolder<DatadogKeys>;
  readonly sidecarCertificate: WatchedFolder<SidecarCertificate>;
  /** Both of them. */
  readonly followed: readonly WatchedFolder<unknown>[];
  /** When each certificate ends (epoch ms), by its name. */
  readonly ends: Readonly<Record<string, () => number>>;
}

/** Reads the folders that the configuration names. Throws Error naming a file that is missing. */
export function openSecrets(config: Config, { clock, log }: Deps): Secrets {
  const keys = { folder: config.BIRDDOG_SECRETS, log };
  const certificates = { folder: config.BIRDDOG_CERTIFICATES || config.BIRDDOG_SECRETS, log };
  const datadogKeys = watchFolder({ part: 'datadog_keys', read: readDatadogKeys, ...keys });
  const upstream = watchFolder({
    part: 'upstream_certificate',
    read: sidecarCertificate({ now: clock.now, log }),
    ...certificates,
  });
  return {
    datadogKeys,
    sidecarCertificate: upstream,
    followed: [datadogKeys, upstream],
    ends: { upstream: () => upstream.current().endsAt, upstream_ca: () => upstream.current().caEndsAt },
  };
}
