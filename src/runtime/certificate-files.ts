import { largest } from '../domain/append.ts';
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { ReadSecret } from './watched-folder.ts';
import type { Log } from './log.ts';

/** A certificate with its chain, and the key that goes with it. PEM texts. */
export interface OwnCertificate {
  readonly cert: string;
  readonly key: string;
  /** When it ends (epoch ms). */
  readonly endsAt: number;
}

/** One side of the hop: its own certificate, and the CAs that the other side's is held against. */
export interface SidecarCertificate extends OwnCertificate {
  readonly ca: string;
  /** When the last of the CAs ends (epoch ms). */
  readonly caEndsAt: number;
}

interface Deps {
  readonly now: () => number;
  readonly log: Log;
}

/**
 * Reads `tls.crt` and `tls.key`. The function it gives throws Error where they are no certificate and its key, and
 * where the certificate has ended while another is in use; the first is taken all the same, with a warning.
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
      const words = `the certificate in tls.crt ended on ${leaf.validToDate.toISOString()}`;
      if (!first) throw new Error(words);
      log.warn('expired certificate in use', { reason: words });
    }
    first = false;
    return { cert, key, endsAt };
  };
}

/** Reads `ca.crt` besides: one CA or several. The function it gives throws Error as that of `ownCertificate` does. */
export function sidecarCertificate(deps: Deps): (secret: ReadSecret) => SidecarCertificate {
  const own = ownCertificate(deps);
  return (secret) => {
    const ca = secret('ca.crt').reveal();
    const ends = certificatesIn(ca).map((pem) => parsed('ca.crt', pem).validToDate.getTime());
    if (ends.length === 0) throw new Error('ca.crt holds no certificate in PEM');
    return { ...own(secret), ca, caEndsAt: largest(ends) };
  };
}

const BEGIN = '-----BEGIN CERTIFICATE-----';
const END = '-----END CERTIFICATE-----';

/** The certificates of a bundle, each with its ending newline. */
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
    throw new Error(`${file} holds no certificate in PEM`, { cause: error });
  }
}

function privateKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    throw new Error('tls.key holds no private key in PEM that can be read without a password', {
      cause: error,
    });
  }
}
