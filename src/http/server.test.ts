import assert from 'node:assert/strict';
import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import https from 'node:https';
import { afterEach, describe, it } from 'node:test';
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
