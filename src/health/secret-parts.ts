import type { SidecarCertificate, OwnCertificate } from '../runtime/certificate-files.ts';
import { certificateState } from '../runtime/certificate-state.ts';
import type { WatchedFolder } from '../runtime/watched-folder.ts';
import type { Part } from './run-parts.ts';

const DAY_MS = 86_400_000;
const MINTED_HINT =
  'Restart the pod: its init container creates new certificates. With `birddog init --watch`, its log says why it did not renew them.';
const MOUNTED_HINT = 'Renew the certificate in the Secret that is mounted at BIRDDOG_TLS.';

/** Probes whether a certificate of this process is valid, and for how long. */
export function certificatePart(
  name: 'certificate' | 'tls_certificate',
  followed: WatchedFolder<OwnCertificate | SidecarCertificate>,
  now: () => number,
): Part {
  const hint = name === 'certificate' ? MINTED_HINT : MOUNTED_HINT;
  return {
    name,
    async probe() {
      const certificate = followed.current();
      const state = certificateState(
        certificate.cert,
        now(),
        'ca' in certificate ? certificate.ca : undefined,
      );
      if (state.wrong !== undefined) return { state: 'failed', detail: state.wrong, hint };
      const days = Math.floor(state.leftMs / DAY_MS);
      const detail = `Valid until ${new Date(state.endsAt).toISOString().slice(0, 16)}Z, ${days} days left.`;
      return state.nearItsEnd ? { state: 'warning', detail, hint } : { state: 'ok', detail };
    },
  };
}

/** Probes whether the files on disk are in use. An invalid set is rejected, and the previous one stays in use. */
export function secretsPart(followed: readonly WatchedFolder<unknown>[]): Part {
  return {
    name: 'secrets',
    async probe() {
      const refused = followed.flatMap((one) => {
        const why = one.refused();
        return why === undefined ? [] : [`${one.part}: ${why}`];
      });
      return refused.length === 0
        ? { state: 'ok', detail: 'The keys and certificates on disk are in use.' }
        : {
            state: 'warning',
            detail: `The previous files stay in use: ${refused.join('; ')}.`,
            hint: 'Fix the files or their source: `birddog init`, the Vault Agent, or the mounted Secret.',
          };
    },
  };
}
