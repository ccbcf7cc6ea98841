import assert from 'node:assert/strict';
import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { X509Certificate } from 'node:crypto';
import https from 'node:https';
import { afterEach, describe, it } from 'node:test';
import { TLSSocket } from 'node:tls';
import { mintCertificates } from '../init/certificates.ts';
import { deadlineAfter } from '../domain/deadline.ts';
import { createOutbound } from '../outbound/outbound.ts';
import { systemClock } from '../process/system-clock.ts';
import { type RunningServer, startServer } from './server.ts';

const running: { close(): unknown }[] = [];
afterEach(async () => {
  for (const thing of running.splice(0)) await thing.close();
});

const YEAR = 365 * 24 * 60 * 60 * 1000;

/** Shows each kind of client to one server that trusts two CAs, one of them of long ago. */
async function door() {
  const now = new Date();
  const [pod, foreign, old] = await Promise.all([
    mintCertificates({ now, days: 1 }),
    mintCertificates({ now, days: 1 }),
    mintCertificates({ now: new Date(now.getTime() - 2 * YEAR), days: 365 }),
  ]);
  const app = new Hono<{ Bindings: HttpBindings }>();
  let asked = 0;
  app.get('/', (c) => {
    asked += 1;
    return c.text('let in');
  });
  const mutualTls = { ca: pod.ca + old.ca, ...pod.server, clientUri: 'urn:birddog:main' };
  const server = await startServer({ host: '127.0.0.1', port: 0, app, mutualTls });
  running.push({ close: () => server.close(0) });
  const knock = (options: https.RequestOptions) =>
    new Promise<string>((resolve, reject) => {
      const outgoing = https.get(server.url, { agent: false, ca: pod.ca, ...options }, (incoming) => {
        incoming.resume();
        resolve(String(incoming.statusCode));
      });
      outgoing.on('error', (error) => reject(error));
    });
  return { pod, foreign, old, knock, asked: () => asked };
}

async function serve(clientUri: string) {
  const certificates = await mintCertificates({ now: new Date(), days: 1 });
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.get('/', (c) => c.text('let in'));
  const { ca, server: own } = certificates;
  const server: RunningServer = await startServer({
    host: '127.0.0.1',
    port: 0,
    app,
    mutualTls: { ca, ...own, clientUri },
  });
  const outbound = createOutbound({ tls: { ca, ...certificates.client } });
  running.push(outbound, { close: () => server.close(0) });
  return outbound.send({
    method: 'GET',
    url: new URL(server.url),
    deadline: deadlineAfter(10_000, systemClock),
  });
}

describe('a server with mutual TLS', () => {
  it('lets in whose certificate is for the name it asks for', async () => {
    assert.equal((await serve('urn:birddog:main')).body.toString(), 'let in');
  });

  it('cuts off whose certificate is of the same CA and kind, but for another name', async () => {
    await assert.rejects(serve('urn:birddog:ma'), { name: 'OutboundError' });
    await assert.rejects(serve('urn:birddog:other'), { name: 'OutboundError' });
  });

  it('lets nobody else as far as a request', async () => {
    const { pod, foreign, old, knock, asked } = await door();
    assert.equal(await knock(pod.client), '200');
    const others: Record<string, https.RequestOptions> = {
      'no certificate': {},
      'a certificate of a foreign CA': foreign.client,
      'a certificate that has ended': old.client,
      "the server's own certificate": pod.server,
      'TLS 1.2': { ...pod.client, maxVersion: 'TLSv1.2' },
    };
    for (const [who, options] of Object.entries(others)) {
      await assert.rejects(knock(options), who);
    }
    assert.equal(asked(), 1);
  });

  it('tells a port that cannot be had', async () => {
    const app = new Hono<{ Bindings: HttpBindings }>();
    const first = await startServer({ host: '127.0.0.1', port: 0, app });
    running.push({ close: () => first.close(0) });
    await assert.rejects(startServer({ host: '127.0.0.1', port: Number(new URL(first.url).port), app }), {
      code: 'EADDRINUSE',
    });
  });
});

/** A server with TLS of its own kind, whose one request is answered when `release` is called. */
async function renewable(kind: 'tls' | 'mutualTls') {
  const [before, after] = await Promise.all([
    mintCertificates({ now: new Date(), days: 1 }),
    mintCertificates({ now: new Date(), days: 1 }),
  ]);
  const app = new Hono<{ Bindings: HttpBindings }>();
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
  app.get('/', (c) => c.text('quick'));
  app.get('/slow', async (c) => {
    arrive();
    await released;
    return c.text('slow');
  });
  const ca = before.ca + after.ca;
  const server = await startServer({
    host: '127.0.0.1',
    port: 0,
    app,
    [kind]: { ...before.server, ca, clientUri: 'urn:birddog:main' },
  });
  running.push({ close: () => server.close(0) });
  const ask = (path: string, options: https.RequestOptions = {}) =>
    new Promise<string>((resolve, reject) => {
      const url = new URL(path, server.url);
      const outgoing = https.get(url, { agent: false, ca, ...before.client, ...options }, (incoming) => {
        incoming.resume();
        const { socket } = incoming;
        const shown = socket instanceof TLSSocket ? socket.getPeerCertificate().fingerprint256 : '';
        resolve(`${incoming.statusCode} ${shown}`);
      });
      outgoing.on('error', (error) => reject(error));
    });
  const shown = (leaf: { cert: string }) => `200 ${new X509Certificate(leaf.cert).fingerprint256}`;
  return { server, before, after, ca, ask, arrived, release, shown };
}

describe('a certificate that is renewed', () => {
  for (const kind of ['tls', 'mutualTls'] as const) {
    it(`is shown to new connections, while requests under way end (${kind})`, async () => {
      const { server, before, after, ca, ask, arrived, release, shown } = await renewable(kind);
      assert.equal(await ask('/'), shown(before.server));
      const slow = ask('/slow');
      await arrived;
      server.renew({ ...after.server, ca });
      assert.equal(await ask('/'), shown(after.server));
      release();
      assert.equal(await slow, shown(before.server));
    });
  }

  it('asks no less of clients than the one before it', async () => {
    const { server, after, ask } = await renewable('mutualTls');
    server.renew({ ...after.server, ca: after.ca });
    assert.match(await ask('/', after.client), /^200/);
    const cases = [{ cert: '', key: '' }, {}, { ...after.client, maxVersion: 'TLSv1.2' } as const];
    for (const options of cases) await assert.rejects(ask('/', options));
  });

  it('that is none is refused, and the one before it stays', async () => {
    const { server, before, ask, shown } = await renewable('tls');
    assert.throws(() => server.renew({ cert: 'x', key: 'y' }));
    assert.equal(await ask('/'), shown(before.server));
  });
});

describe('a server with TLS of its own', () => {
  it('asks for no certificate, and speaks TLS 1.2 and nothing older', async () => {
    const { server, ask } = await renewable('tls');
    assert.match(server.url, /^https:/);
    assert.match(await ask('/', { cert: '', key: '', maxVersion: 'TLSv1.2' }), /^200/);
    const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    await assert.rejects(ask('/', old));
  });
});
