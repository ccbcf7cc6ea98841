import { X509Certificate } from 'node:crypto';
import { certificatesIn } from './certificate-files.ts';

/** The part of its life that is left when a certificate should long have been renewed. */
const NEAR_THE_END = 1 / 8;

/** How a certificate stands at a moment. Times in ms. */
export interface CertificateState {
  /** Why it does not serve; undefined where it does. */
  readonly wrong: string | undefined;
  /** Epoch ms. */
  readonly endsAt: number;
  /** Negative where it has ended. */
  readonly leftMs: number;
  /** Less than an eighth of its life is left. */
  readonly nearItsEnd: boolean;
}

/**
 * Looks at a certificate (PEM) and, where `ca` is given, at the CA or CAs that it is to be trusted by. Throws where
 * one is no certificate.
 */
export function certificateState(cert: string, now: number, ca?: string): CertificateState {
  const certificate = new X509Certificate(cert);
  const beginsAt = certificate.validFromDate.getTime();
  const endsAt = certificate.validToDate.getTime();
  const leftMs = endsAt - now;
  const state = { endsAt, leftMs, nearItsEnd: leftMs < (endsAt - beginsAt) * NEAR_THE_END };
  if (ca !== undefined && !isSigned(certificate, ca))
    return { ...state, wrong: 'It is not signed by the CA beside it.' };
  if (now < beginsAt) return { ...state, wrong: `It is valid only from ${isoTime(beginsAt)}.` };
  return { ...state, wrong: now > endsAt ? `It ended at ${isoTime(endsAt)}.` : undefined };
}

function isSigned(certificate: X509Certificate, bundle: string): boolean {
  return certificatesIn(bundle).some((ca) => certificate.verify(new X509Certificate(ca).publicKey));
}

const isoTime = (at: number) => new Date(at).toISOString();
