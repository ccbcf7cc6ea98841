import { largest, smallest } from '../domain/append.ts';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { Secret } from '../domain/secret.ts';
import { certificatesIn } from '../runtime/certificate-files.ts';
import type { Certificates, Leaf } from './certificates.ts';
import type { Both } from './container-keys.ts';
import type { SecretFiles } from './write-set.ts';

/** What one container needs for the hop: its own certificate and key, and the CAs that the other's is held against. */
export interface HopSide extends Leaf {
  /** One CA or several, PEM. */
  readonly ca: string;
}

/** Both sides of the hop with certificates that have just been minted. */
export function freshHop({ ca, server, client }: Certificates): Both<HopSide> {
  return { main: { ca, ...client }, sidecar: { ca, ...server } };
}

/** A side as files, and files as a side; undefined where one is missing. */
export function filesOf({ ca, cert, key }: HopSide): SecretFiles {
  return new Map([
    ['ca.crt', new Secret(ca)],
    ['tls.crt', new Secret(cert)],
    ['tls.key', new Secret(key)],
  ]);
}
export function sideAmong(files: SecretFiles): HopSide | undefined {
  const [ca, cert, key] = ['ca.crt', 'tls.crt', 'tls.key'].map((name) => files.get(name)?.reveal());
  return ca === undefined || cert === undefined || key === undefined ? undefined : { ca, cert, key };
}

/** When the two certificates end (epoch ms). */
export function endsOf({ main, sidecar }: Both<HopSide>): number[] {
  return [main, sidecar].map(({ cert }) => new X509Certificate(cert).validToDate.getTime());
}

/** A time (epoch ms) of which the end no longer belongs to it. */
export interface Span {
  readonly from: number;
  readonly until: number;
}

/** When the two sides meet: both are whole, each trusts the other, and nobody's time is over. Undefined where they never do. */
export function meetingTime({ main, sidecar }: Both<HopSide>): Span | undefined {
  try {
    if (!isWhole(main) || !isWhole(sidecar)) return undefined;
    const spans = [...trustedTime(main, sidecar), ...trustedTime(sidecar, main)];
    return {
      from: largest(spans.map(({ from }) => from)),
      until: smallest(spans.map(({ until }) => until)),
    };
  } catch {
    // Something among them is no certificate, or no key.
    return undefined;
  }
}

function isWhole({ cert, key }: HopSide): boolean {
  return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
}

/** The times of a side's certificate and of the CA by which the other side knows it. Throws where there is none. */
function trustedTime({ ca }: HopSide, other: HopSide): Span[] {
  const leaf = new X509Certificate(other.cert);
  const authority = certificatesIn(ca)
    .map((pem) => new X509Certificate(pem))
    .find(({ publicKey }) => leaf.verify(publicKey));
  if (!authority) throw new Error('one side does not know the CA of the other');
  return [leaf, authority].map(({ validFromDate, validToDate }) => ({
    from: validFromDate.getTime(),
    until: validToDate.getTime(),
  }));
}

/** Of the CAs that either side knows, those that a certificate in use needs: each once, as PEM. */
export function neededAuthorities({ main, sidecar }: Both<HopSide>): string[] {
  const leaves = [main, sidecar].map(({ cert }) => new X509Certificate(cert));
  const all = new Set([...certificatesIn(main.ca), ...certificatesIn(sidecar.ca)]);
  return [...all].filter((pem) => {
    const authority = new X509Certificate(pem);
    return leaves.some((leaf) => leaf.verify(authority.publicKey));
  });
}
