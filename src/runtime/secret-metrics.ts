import type { Clock } from '../domain/clock.ts';
import type { Followed } from './watched-folder.ts';
import type { Metrics } from './metrics.ts';

export interface SecretMetricsOptions {
  /** Everything that is read from files. */
  readonly followed: readonly Followed<unknown>[];
  /** When each certificate ends (epoch ms), by its name. */
  readonly ends: Readonly<Record<string, () => number>>;
  readonly clock: Clock;
}

/** Tells how old the secrets in use are, whether others are refused, and how long the certificates last. */
export function addSecretMetrics(metrics: Metrics, { followed, ends, clock }: SecretMetricsOptions): void {
  const each = (value: (one: Followed<unknown>) => number) => () =>
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
    '1 while what is on disk is refused and the secrets before it are kept.',
    'part',
    each((one) => (one.refused() === undefined ? 0 : 1)),
  );
  metrics.readings(
    'gauge',
    'birddog_certificate_seconds_left',
    'Seconds until a certificate in use ends.',
    'certificate',
    () => new Map(Object.entries(ends).map(([name, endsAt]) => [name, (endsAt() - clock.now()) / 1000])),
  );
}
