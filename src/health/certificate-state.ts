import { X509Certificate } from 'node:crypto';
import { certificatesIn } from '../runtime/certificate-files.ts';

/** A certificate with less than this share of its lifetime left should have been renewed. */
const NEAR_THE_END = 1 / 8;

/** The validity of a certificate at a given time. Times in ms. */
export interface CertificateState {
  /** Why it is invalid; undefined if it is valid. */
  readonly wrong: string | undefined;
  /** Epoch ms. */
  readonly endsAt: number;
  /** Negative after the expiry. */
  readonly leftMs: number;
  /** Whether less than an eighth of its lifetime is left. */
  readonly nearItsEnd: boolean;
}

/**
 * Returns the validity of a certificate (PEM). If `ca` is given, checks that one of these CAs signed it. Throws Error if a
 * PEM text is not a certificate.
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
