import { createPrivateKey, X509Certificate } from 'node:crypto';
import { Secret } from '../domain/secret.ts';
import { certificatesIn } from '../process/certificate-files.ts';
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

/** Whether the two sides would meet at that time: whole, within their dates, each trusted by the other. */
export function isGood({ main, sidecar }: Both<HopSide>, now: number): boolean {
  try {
    return isWhole(main) && isWhole(sidecar) && trusts(main, sidecar, now) && trusts(sidecar, main, now);
  } catch {
    // Something among them is no certificate, or no key.
    return false;
  }
}

function isWhole({ cert, key }: HopSide): boolean {
  return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
}

function trusts({ ca }: HopSide, other: HopSide, now: number): boolean {
  const leaf = new X509Certificate(other.cert);
  const holds = ({ validFromDate, validToDate }: X509Certificate) =>
    validFromDate.getTime() <= now && now < validToDate.getTime();
  return (
    holds(leaf) && authorities(ca).some((authority) => holds(authority) && leaf.verify(authority.publicKey))
  );
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

function authorities(ca: string): X509Certificate[] {
  return certificatesIn(ca).map((pem) => new X509Certificate(pem));
}
