import type { Clock } from '../domain/clock.ts';
import type { WatchedFolder } from './watched-folder.ts';
import type { Metrics } from './metrics.ts';

export interface SecretMetricsOptions {
  /** All watched secret files. */
  readonly followed: readonly WatchedFolder<unknown>[];
  /** Expiry time (epoch ms) of each certificate, by name. */
  readonly ends: Readonly<Record<string, () => number>>;
  readonly clock: Clock;
}

/** Registers metrics for the age of the secrets in use, rejected files and the remaining life of certificates. */
export function addSecretMetrics(metrics: Metrics, { followed, ends, clock }: SecretMetricsOptions): void {
  const each = (value: (one: WatchedFolder<unknown>) => number) => () =>
    new Map(followed.map((one) => [one.part, value(one)]));
  metrics.readings(
    'gauge',
    'birddog_secrets_age_seconds',
    'Seconds since the files of the secrets in use were written.',
    'part',
    each((one) => (clock.now() - one.writtenAt()) / 1000),
  );
  metrics.readings(
    'gauge',
    'birddog_secrets_refused',
    '1 while the files on disk are invalid and the previous secrets stay in use.',
    'part',
    each((one) => (one.refused() === undefined ? 0 : 1)),
  );
  metrics.readings(
    'gauge',
    'birddog_certificate_seconds_left',
    'Seconds until a certificate in use expires.',
    'certificate',
    () => new Map(Object.entries(ends).map(([name, endsAt]) => [name, (endsAt() - clock.now()) / 1000])),
  );
}
