import { X509Certificate } from 'node:crypto';
import { certificatesIn } from '../runtime/certificate-files.ts';

/** A certificate with less than this share of its lifetime left should have been renewed. */
const EXPIRES_SOON_SHARE = 1 / 8;

/** The validity of a certificate at a given time. Times in ms. */
export interface CertificateState {
  /** Why it is invalid; undefined if it is valid. */
  readonly fault: string | undefined;
  /** Epoch ms. */
  readonly expiresAt: number;
  /** Negative after the expiry. */
  readonly remainingMs: number;
  /** Whether less than an eighth of its lifetime is left. */
  readonly expiresSoon: boolean;
}

/**
 * Returns the validity of a certificate (PEM). If `ca` is given, checks that one of these CAs signed it. Throws Error if a
 * PEM text is not a certificate.
 */
export function certificateState(cert: string, now: number, ca?: string): CertificateState {
  const certificate = new X509Certificate(cert);
  const beginsAt = certificate.validFromDate.getTime();
  const expiresAt = certificate.validToDate.getTime();
  const remainingMs = expiresAt - now;
  const expiresSoon = remainingMs < (expiresAt - beginsAt) * EXPIRES_SOON_SHARE;
  const state = { expiresAt, remainingMs, expiresSoon };
  if (ca !== undefined && !isSigned(certificate, ca))
    return { ...state, fault: 'No CA in ca.crt signed it.' };
  if (now < beginsAt) return { ...state, fault: `It is valid only from ${isoTime(beginsAt)}.` };
  return { ...state, fault: now > expiresAt ? `It expired at ${isoTime(expiresAt)}.` : undefined };
}

function isSigned(certificate: X509Certificate, bundle: string): boolean {
  return certificatesIn(bundle).some((ca) => certificate.verify(new X509Certificate(ca).publicKey));
}

const isoTime = (at: number) => new Date(at).toISOString();
