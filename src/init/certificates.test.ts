import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import { attemptHandshake } from '../../test/shake-hands.ts';
import { type Certificates, mintCertificates } from './certificates.ts';

const YEAR = 365 * 24 * 60 * 60 * 1000;
const mint = (now = new Date()) => mintCertificates({ now, days: 365 });

const sides = ({ ca, server, client }: Certificates) => ({
  server: { ca, ...server },
  client: { ca, ...client },
});

describe('the minted certificates', () => {
  it('let Birddog and the sidecar connect over TLS 1.3', async () => {
    const { server, client } = sides(await mint());
    assert.ok(await attemptHandshake(server, client));
  });

  it('reject clients without a certificate or with one of another pod', async () => {
    const { server, client } = sides(await mint());
    const other = await mint();
    assert.ok(!(await attemptHandshake(server, { ca: client.ca })));
    assert.ok(!(await attemptHandshake(server, { ca: client.ca, ...other.client })));
    assert.ok(
      !(await attemptHandshake({ ca: server.ca, ...other.server }, client)),
      'a foreign server is not trusted',
    );
  });

  it('can be bundled: a server with two CAs accepts the clients of both', async () => {
    const { ca, server, client } = await mint();
    const next = await mint();
    for (const bundle of [ca + next.ca, next.ca + ca]) {
      assert.ok(await attemptHandshake({ ca: bundle, ...server }, { ca, ...client }));
      assert.ok(await attemptHandshake({ ca: bundle, ...server }, { ca, ...next.client }));
    }
  });

  it('reject a client with an expired certificate', async () => {
    const { server, client } = sides(await mint(new Date(Date.now() - 2 * YEAR)));
    assert.ok(!(await attemptHandshake(server, client)));
  });

  it('cannot be used in the other role', async () => {
    const { server, client } = sides(await mint());
    assert.ok(!(await attemptHandshake(server, server)));
    assert.ok(!(await attemptHandshake({ ...client }, client)));
  });

  it('name the sidecar and Birddog and are valid for the requested days', async () => {
    const now = new Date('2026-01-01T00:00:00Z');
    const { ca, server, client } = await mint(now);
    const [authority, sidecar, main] = [ca, server.cert, client.cert].map((pem) => new X509Certificate(pem));
    assert.ok(authority?.ca && sidecar && main && !sidecar.ca && !main.ca);
    assert.equal(sidecar.subjectAltName, 'DNS:localhost, IP Address:127.0.0.1');
    assert.equal(main.subjectAltName, 'URI:urn:birddog:main');
    assert.equal(new Date(main.validTo).getTime(), now.getTime() + YEAR);
    assert.ok(sidecar.verify(authority.publicKey) && main.verify(authority.publicKey));
  });
});
