import type { SidecarCertificate, OwnCertificate } from '../runtime/certificate-files.ts';
import { certificateState } from '../runtime/certificate-state.ts';
import type { Followed } from '../runtime/watched-folder.ts';
import type { Part } from './run-parts.ts';

/** Milliseconds. */
const DAY = 86_400_000;
const MINTED =
  'Restart the pod, whose init container mints new ones; with `birddog init --watch` see its log for why it did not.';
const GIVEN = 'Renew it in the Secret that BIRDDOG_TLS is mounted from.';

/** Whether a certificate of this process serves, and how long it will. */
export function certificatePart(
  name: 'certificate' | 'tls_certificate',
  followed: Followed<OwnCertificate | SidecarCertificate>,
  now: () => number,
): Part {
  const hint = name === 'certificate' ? MINTED : GIVEN;
  return {
    name,
    async look() {
      const held = followed.current();
      const state = certificateState(held.cert, now(), 'ca' in held ? held.ca : undefined);
      if (state.wrong !== undefined) return { state: 'failed', detail: state.wrong, hint };
      const days = Math.floor(state.leftMs / DAY);
      const detail = `Valid until ${new Date(state.endsAt).toISOString().slice(0, 16)}Z, for ${days} days more.`;
      return state.nearItsEnd ? { state: 'warning', detail, hint } : { state: 'ok', detail };
    },
  };
}

/** Whether what is on disk is what is in use: a set with a mistake is refused, and the one before kept. */
export function secretsPart(followed: readonly Followed<unknown>[]): Part {
  return {
    name: 'secrets',
    async look() {
      const refused = followed.flatMap((one) => {
        const why = one.refused();
        return why === undefined ? [] : [`${one.part}: ${why}`];
      });
      return refused.length === 0
        ? { state: 'ok', detail: 'The keys and certificates on disk are in use.' }
        : {
            state: 'warning',
            detail: `Those before are in use: ${refused.join('; ')}.`,
            hint: 'Mend the files, or what writes them: `birddog init`, the Vault Agent, or the mounted Secret.',
          };
    },
  };
}
