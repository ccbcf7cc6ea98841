import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { webcrypto } from 'node:crypto';

/** A certificate and its private key. PEM. */
export interface Leaf {
  readonly cert: string;
  readonly key: string;
}

/** The certificates of the connection between Birddog and the sidecar. */
export interface Certificates {
  /** The CA of the pod. Its key signs the two certificates and is then discarded. */
  readonly ca: string;
  readonly server: Leaf;
  readonly client: Leaf;
}

export interface MintOptions {
  readonly now: Date;
  /** Validity of the certificates in days. Without --watch the pod must not run longer. */
  readonly days: number;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY = 24 * 60 * 60 * 1000;
/** The containers share one clock. This allows for a clock that is set back. */
const SKEW = 60 * 60 * 1000;
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';

/** Names in the certificates: the sidecar is `localhost` and 127.0.0.1, its only client is `urn:birddog:main`. */
const LEAVES = {
  server: {
    name: 'CN=birddog sidecar',
    usage: SERVER_AUTH,
    alternatives: [
      { type: 'dns', value: 'localhost' },
      { type: 'ip', value: '127.0.0.1' },
    ],
  },
  client: {
    name: 'CN=birddog main',
    usage: CLIENT_AUTH,
    alternatives: [{ type: 'url', value: 'urn:birddog:main' }],
  },
} as const;

/** Creates a CA, and a server and a client certificate that it signs. Does no I/O. */
export async function mintCertificates({ now, days }: MintOptions): Promise<Certificates> {
  x509.cryptoProvider.set(webcrypto);
  const validity = {
    notBefore: new Date(now.getTime() - SKEW),
    notAfter: new Date(now.getTime() + days * DAY),
  };
  const keys = await newKeys();
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: 'CN=birddog pod',
    ...validity,
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const leaf = async ({ name, usage, alternatives }: (typeof LEAVES)[keyof typeof LEAVES]): Promise<Leaf> => {
    const own = await newKeys();
    const cert = await x509.X509CertificateGenerator.create({
      serialNumber: serialNumber(),
      subject: name,
      issuer: ca.subject,
      ...validity,
      signingAlgorithm: ALGORITHM,
      publicKey: own.publicKey,
      signingKey: keys.privateKey,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([usage], true),
        new x509.SubjectAlternativeNameExtension([...alternatives]),
        await x509.AuthorityKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    return { cert: textOf(cert), key: await pem(own.privateKey) };
  };
  return { ca: textOf(ca), server: await leaf(LEAVES.server), client: await leaf(LEAVES.client) };
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

/** Positive and unguessable (RFC 5280, 4.1.2.2). */
function serialNumber(): string {
  return `40${Buffer.from(webcrypto.getRandomValues(new Uint8Array(15))).toString('hex')}`;
}

/** Returns PEM that ends with a newline (RFC 7468, 2), so that texts can be joined to a bundle. */
function textOf(certificate: x509.X509Certificate): string {
  return `${certificate.toString('pem')}\n`;
}

async function pem(key: webcrypto.CryptoKey): Promise<string> {
  const der = await webcrypto.subtle.exportKey('pkcs8', key);
  return `${x509.PemConverter.encode(der, 'PRIVATE KEY')}\n`;
}
