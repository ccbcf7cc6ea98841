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
const hopFiles = { 'ca.crt': good.ca, 'tls.crt': good.client.cert, 'tls.key': good.client.key };

describe('the certificate of one side of the hop', () => {
  it('is what its files hold, and ends when they say', () => {
    const read = sidecarCertificate(deps)(files({ ...hopFiles, 'ca.crt': good.ca + other.ca }));
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
    ['a certificate that is none', 'tls.crt', 'x', /tls.crt holds no certificate/],
    ['a key that is none', 'tls.key', 'x', /tls.key holds no private key/],
    ['a key with a password', 'tls.key', encrypted, /without a password/],
    ['a CA that is none', 'ca.crt', 'x', /ca.crt holds no certificate/],
    ['a CA that is damaged', 'ca.crt', good.ca.replace(/^MII.{10}/m, 'MIIAAAAAAAAAA'), /ca.crt holds no/],
  ];
  for (const [what, file, text, says] of bad) {
    it(`is not ${what}`, () => {
      assert.throws(() => sidecarCertificate(deps)(files({ ...hopFiles, [file]: text })), says);
    });
  }
});

describe('a certificate that has ended', () => {
  const endedFiles = files({ 'tls.crt': ended.server.cert, 'tls.key': ended.server.key });

  it('does not replace one that is in use', () => {
    const read = ownCertificate(deps);
    read(files({ 'tls.crt': good.server.cert, 'tls.key': good.server.key }));
    assert.throws(() => read(endedFiles), /ended on 2026-11-23T12:00:00/);
  });

  it('is taken where there is no other, with a warning', () => {
    const before = written.length;
    assert.equal(ownCertificate(deps)(endedFiles).cert, ended.server.cert);
    assert.match(written.slice(before).join(''), /"level":"warn".*ended on/);
  });
});

it('a bundle is taken apart', () => {
  assert.deepEqual(certificatesIn(`text\n${good.ca}\n# more\n${other.ca}`), [good.ca, other.ca]);
});
