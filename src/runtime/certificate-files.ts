import { largest } from '../domain/append.ts';
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { ReadSecret } from './watched-folder.ts';
import type { Log } from './log.ts';
import { readFileSync } from 'node:fs';
import type { Reader } from './settings.ts';

/** A certificate with its chain, and its private key. PEM. */
export interface OwnCertificate {
  readonly cert: string;
  readonly key: string;
  /** Expiry (epoch ms). */
  readonly endsAt: number;
}

/** The certificate of Birddog or the sidecar for their connection, and the CAs that verify the other side's. */
export interface SidecarCertificate extends OwnCertificate {
  readonly ca: string;
  /** Latest expiry of the CAs (epoch ms). */
  readonly caEndsAt: number;
}

interface Deps {
  readonly now: () => number;
  readonly log: Log;
}

/**
 * Returns a reader of `tls.crt` and `tls.key`. The reader throws Error if they are not a certificate and its key, or if
 * the certificate has expired. The first certificate is accepted even if it has expired, with a warning.
 */
export function ownCertificate({ now, log }: Deps): (secret: ReadSecret) => OwnCertificate {
  let first = true;
  return (secret) => {
    const cert = secret('tls.crt').reveal();
    const key = secret('tls.key').reveal();
    const leaf = parsed('tls.crt', cert);
    if (!leaf.checkPrivateKey(privateKey(key)))
      throw new Error('the key in tls.key is not that of the certificate in tls.crt');
    createSecureContext({ cert, key });
    const endsAt = leaf.validToDate.getTime();
    if (endsAt <= now()) {
      const words = `the certificate in tls.crt expired on ${leaf.validToDate.toISOString()}`;
      if (!first) throw new Error(words);
      log.warn('expired certificate in use', { reason: words });
    }
    first = false;
    return { cert, key, endsAt };
  };
}

/** Returns a reader that also reads `ca.crt` (one or more CAs). It throws Error like that of `ownCertificate`. */
export function sidecarCertificate(deps: Deps): (secret: ReadSecret) => SidecarCertificate {
  const own = ownCertificate(deps);
  return (secret) => {
    const ca = secret('ca.crt').reveal();
    const ends = certificatesIn(ca).map((pem) => parsed('ca.crt', pem).validToDate.getTime());
    if (ends.length === 0) throw new Error('ca.crt contains no PEM certificate');
    return { ...own(secret), ca, caEndsAt: largest(ends) };
  };
}

const BEGIN = '-----BEGIN CERTIFICATE-----';
const END = '-----END CERTIFICATE-----';

/** Splits a PEM bundle into its certificates, each ending with a newline. */
export function certificatesIn(pem: string): string[] {
  return pem
    .split(BEGIN)
    .slice(1)
    .flatMap((text) => {
      const end = text.indexOf('-');
      return end > 0 && text.startsWith(END, end) ? [`${BEGIN}${text.slice(0, end)}${END}\n`] : [];
    });
}

function parsed(file: string, pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (error) {
    throw new Error(`${file} contains no PEM certificate`, { cause: error });
  }
}

function privateKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    throw new Error('tls.key contains no unencrypted PEM private key', {
      cause: error,
    });
  }
}

/** Accepts CA certificates in PEM. TLS would silently ignore any other text and then trust no CA. */
export const certificates: Reader<string> = (value) => {
  try {
    void new X509Certificate(value);
  } catch (error) {
    throw new Error('it contains no PEM certificate', { cause: error });
  }
  return value;
};

/** Reads CA certificates from the file at the given path. */
export const certificatesFile: Reader<string> = (path) => {
  let pem: string;
  try {
    pem = readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`${path} cannot be read`, { cause: error });
  }
  return certificates(pem);
};
