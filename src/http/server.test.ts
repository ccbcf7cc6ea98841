import assert from 'node:assert/strict';
import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
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

  it('tells a port that cannot be had', async () => {
    const app = new Hono<{ Bindings: HttpBindings }>();
    const first = await startServer({ host: '127.0.0.1', port: 0, app });
    running.push({ close: () => first.close(0) });
    await assert.rejects(startServer({ host: '127.0.0.1', port: Number(new URL(first.url).port), app }), {
      code: 'EADDRINUSE',
    });
  });
});
