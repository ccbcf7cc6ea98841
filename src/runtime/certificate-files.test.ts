import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import { mintCertificates } from '../init/certificates.ts';
import { Secret } from '../domain/secret.ts';
import { certificatesIn, sidecarCertificate, ownCertificate } from './certificate-files.ts';
import { createLog } from './log.ts';

const DAY = 24 * 60 * 60 * 1000;
const NOW = new Date('2026-11-24T12:00:00Z');
const [good, other, ended] = await Promise.all([
  mintCertificates({ now: NOW, days: 1 }),
  mintCertificates({ now: NOW, days: 2 }),
  mintCertificates({ now: new Date(NOW.getTime() - 2 * DAY), days: 1 }),
]);

const written: string[] = [];
const deps = {
  now: () => NOW.getTime(),
  log: createLog('test', (line) => written.push(line)),
};
const files = (texts: Record<string, string>) => (name: string) => new Secret(texts[name] ?? '');
const certificateFiles = { 'ca.crt': good.ca, 'tls.crt': good.client.cert, 'tls.key': good.client.key };

describe('the sidecar certificate', () => {
  it('has the content and expiry of its files', () => {
    const read = sidecarCertificate(deps)(files({ ...certificateFiles, 'ca.crt': good.ca + other.ca }));
    assert.equal(read.cert, good.client.cert);
    assert.deepEqual([read.endsAt, read.caEndsAt], [NOW.getTime() + DAY, NOW.getTime() + 2 * DAY]);
  });

  const encrypted = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'p' },
  }).privateKey;
  const bad: readonly [what: string, file: string, text: string, says: RegExp][] = [
    ['a key of another certificate', 'tls.key', other.client.key, /not that of the certificate/],
    ['an invalid certificate', 'tls.crt', 'x', /tls.crt contains no PEM certificate/],
    ['an invalid key', 'tls.key', 'x', /tls.key contains no unencrypted PEM private key/],
    ['a key with a password', 'tls.key', encrypted, /unencrypted/],
    ['an invalid CA', 'ca.crt', 'x', /ca.crt contains no PEM certificate/],
    ['a CA that is damaged', 'ca.crt', good.ca.replace(/^MII.{10}/m, 'MIIAAAAAAAAAA'), /ca.crt contains no/],
  ];
  for (const [what, file, text, says] of bad) {
    it(`rejects ${what}`, () => {
      assert.throws(() => sidecarCertificate(deps)(files({ ...certificateFiles, [file]: text })), says);
    });
  }
});

describe('an expired certificate', () => {
  const endedFiles = files({ 'tls.crt': ended.server.cert, 'tls.key': ended.server.key });

  it('does not replace the one in use', () => {
    const read = ownCertificate(deps);
    read(files({ 'tls.crt': good.server.cert, 'tls.key': good.server.key }));
    assert.throws(() => read(endedFiles), /expired on 2026-11-23T12:00:00/);
  });

  it('is accepted with a warning if there is no other', () => {
    const before = written.length;
    assert.equal(ownCertificate(deps)(endedFiles).cert, ended.server.cert);
    assert.match(written.slice(before).join(''), /"level":"warn".*expired on/);
  });
});

it('splits a bundle into certificates', () => {
  assert.deepEqual(certificatesIn(`text\n${good.ca}\n# more\n${other.ca}`), [good.ca, other.ca]);
});
