import { largest, smallest } from '../domain/append.ts';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { Secret } from '../domain/secret.ts';
import { certificatesIn } from '../runtime/certificate-files.ts';
import type { Certificates, Leaf } from './certificates.ts';
import type { Both } from './container-keys.ts';
import type { SecretFiles } from './write-set.ts';

/** One container's certificate and key for the connection to the other, and the CAs that verify the other's certificate. */
export interface ContainerCertificates extends Leaf {
  /** One CA or several, PEM. */
  readonly ca: string;
}

/** Returns the new certificates of both containers. */
export function newCertificates({ ca, server, client }: Certificates): Both<ContainerCertificates> {
  return { main: { ca, ...client }, sidecar: { ca, ...server } };
}

/** Returns the certificates of a container as files. */
export function filesOf({ ca, cert, key }: ContainerCertificates): SecretFiles {
  return new Map([
    ['ca.crt', new Secret(ca)],
    ['tls.crt', new Secret(cert)],
    ['tls.key', new Secret(key)],
  ]);
}
/** Returns the certificates among the files of a set; undefined if one is missing. */
export function certificatesAmong(files: SecretFiles): ContainerCertificates | undefined {
  const [ca, cert, key] = ['ca.crt', 'tls.crt', 'tls.key'].map((name) => files.get(name)?.reveal());
  return ca === undefined || cert === undefined || key === undefined ? undefined : { ca, cert, key };
}

/** Returns the expiry of both certificates (epoch ms). */
export function expiriesOf({ main, sidecar }: Both<ContainerCertificates>): number[] {
  return [main, sidecar].map(({ cert }) => new X509Certificate(cert).validToDate.getTime());
}

/** A time span (epoch ms); `until` is exclusive. */
export interface Span {
  readonly from: number;
  readonly until: number;
}

/** Returns when both sides can connect: keys match, each trusts the other, and nothing has expired. Undefined if never. */
export function mutualTrustTime({ main, sidecar }: Both<ContainerCertificates>): Span | undefined {
  try {
    if (!isWhole(main) || !isWhole(sidecar)) return undefined;
    const spans = [...trustedTime(main, sidecar), ...trustedTime(sidecar, main)];
    return {
      from: largest(spans.map(({ from }) => from)),
      until: smallest(spans.map(({ until }) => until)),
    };
  } catch {
    // A certificate or key cannot be parsed.
    return undefined;
  }
}

function isWhole({ cert, key }: ContainerCertificates): boolean {
  return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
}

/** Returns the validity of the other side's certificate and of the CA that signed it. Throws Error if no CA did. */
function trustedTime({ ca }: ContainerCertificates, other: ContainerCertificates): Span[] {
  const leaf = new X509Certificate(other.cert);
  const authority = certificatesIn(ca)
    .map((pem) => new X509Certificate(pem))
    .find(({ publicKey }) => leaf.verify(publicKey));
  if (!authority) throw new Error('one side does not trust the CA of the other');
  return [leaf, authority].map(({ validFromDate, validToDate }) => ({
    from: validFromDate.getTime(),
    until: validToDate.getTime(),
  }));
}

/** Returns the CAs (PEM, without duplicates) that signed a certificate in use. */
export function neededAuthorities({ main, sidecar }: Both<ContainerCertificates>): string[] {
  const leaves = [main, sidecar].map(({ cert }) => new X509Certificate(cert));
  const all = new Set([...certificatesIn(main.ca), ...certificatesIn(sidecar.ca)]);
  return [...all].filter((pem) => {
    const authority = new X509Certificate(pem);
    return leaves.some((leaf) => leaf.verify(authority.publicKey));
  });
}
