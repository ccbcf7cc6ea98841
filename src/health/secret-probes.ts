import type { OwnCertificate, SidecarCertificate } from '../runtime/certificate-files.ts';
import type { WatchedFolder } from '../runtime/watched-folder.ts';
import { certificateState } from './certificate-state.ts';
import { healthy, type Probe, type ProbeDeps } from './probe.ts';

interface SecretParts extends ProbeDeps {
  readonly secrets: {
    readonly sidecarCertificate: WatchedFolder<SidecarCertificate>;
    /** Present when the API port uses TLS. */
    readonly ownCertificate?: WatchedFolder<OwnCertificate> | undefined;
    /** All watched secrets. */
    readonly watched: readonly WatchedFolder<unknown>[];
  };
}

const DAY_MS = 86_400_000;

/** Returns the probes of certificates and secret files. */
export function secretProbes({ secrets, now, afterMs }: SecretParts): readonly Probe[] {
  const { sidecarCertificate, ownCertificate, watched } = secrets;
  const refusals = () =>
    watched.flatMap((one) => {
      const why = one.refused();
      return why === undefined ? [] : [`${one.part}: ${why}`];
    });
  return [
    certificateProbe(sidecarCertificate, now, {
      name: 'certificate',
      about: 'upstream',
      hint: 'Restart the pod: its init container creates new certificates. With `birddog init --watch`, its log says why it did not renew them.',
    }),
    ...(ownCertificate
      ? [
          certificateProbe(ownCertificate, now, {
            name: 'tls_certificate',
            about: 'own',
            hint: 'Renew the certificate in the Secret that is mounted at BIRDDOG_TLS.',
          }),
        ]
      : []),
    {
      name: 'secrets',
      hint: SECRETS_HINT,
      async probe() {
        const reasons = refusals().join('; ');
        if (reasons === '') return healthy('The keys and certificates on disk are in use.');
        return { state: 'warning', detail: `The previous files stay in use: ${reasons}.` };
      },
      metrics: [
        {
          type: 'gauge',
          name: 'birddog_secrets_age_seconds',
          help: 'Seconds since the files of the secrets in use were written.',
          label: 'part',
          read: () => new Map(watched.map((one) => [one.part, (now() - one.writtenAt()) / 1000])),
        },
        {
          type: 'gauge',
          name: 'birddog_secrets_refused',
          help: '1 while the files on disk are invalid and the previous secrets stay in use.',
          label: 'part',
          read: () => new Map(watched.map((one) => [one.part, one.refused() === undefined ? 0 : 1])),
        },
      ],
    },
    ...watched.map(
      (one): Probe => ({
        name: `secrets_${one.part}`,
        hint: SECRETS_HINT,
        incident: {
          code: 'secrets_refused',
          about: one.part,
          title: 'New secret files are invalid',
          effect: 'The previous secrets stay in use.',
          notifyAfterMs: afterMs,
          fault() {
            const detail = one.refused();
            return detail === undefined ? undefined : { detail };
          },
        },
      }),
    ),
  ];
}

const SECRETS_HINT = 'Fix the files or their source: `birddog init`, the Vault Agent, or the mounted Secret.';

function certificateProbe(
  folder: WatchedFolder<OwnCertificate | SidecarCertificate>,
  now: () => number,
  { name, about, hint }: { readonly name: string; readonly about: string; readonly hint: string },
): Probe {
  return {
    name,
    hint,
    async probe() {
      const certificate = folder.current();
      const ca = 'ca' in certificate ? certificate.ca : undefined;
      const state = certificateState(certificate.cert, now(), ca);
      if (state.fault !== undefined) return { state: 'failed', detail: state.fault };
      const days = Math.floor(state.remainingMs / DAY_MS);
      const detail = `Valid until ${new Date(state.expiresAt).toISOString().slice(0, 16)}Z, ${days} days left.`;
      return { state: state.expiresSoon ? 'warning' : 'ok', detail };
    },
    incident: {
      code: 'certificate_ending',
      about,
      title: 'A certificate expires soon',
      notifyAfterMs: 0,
      fault() {
        // Without the CA: a wrong signature is reported by `/check`, and is not about the expiry.
        const state = certificateState(folder.current().cert, now());
        if (state.fault !== undefined) return { detail: state.fault };
        if (!state.expiresSoon) return undefined;
        return { detail: `It expires at ${new Date(state.expiresAt).toISOString()}.` };
      },
    },
    metrics: [
      {
        type: 'gauge',
        name: 'birddog_certificate_seconds_left',
        help: 'Seconds until a certificate in use expires.',
        label: 'certificate',
        read() {
          const certificate = folder.current();
          const ends = new Map([[about, certificate.endsAt]]);
          if ('caEndsAt' in certificate) ends.set(`${about}_ca`, certificate.caEndsAt);
          return new Map([...ends].map(([one, endsAt]) => [one, (endsAt - now()) / 1000]));
        },
      },
    ],
  };
}
