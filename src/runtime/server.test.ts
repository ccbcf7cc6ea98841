import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import https from 'node:https';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, it } from 'node:test';
import { TLSSocket } from 'node:tls';
import { mintCertificates } from '../init/certificates.ts';
import { deadlineAfter } from '../domain/deadline.ts';
import { createOutbound } from './outbound.ts';
import { systemClock } from './system-clock.ts';
import { textReply } from './reply.ts';
import type { Call } from './routes.ts';
import { type RunningServer, startServer } from './server.ts';

const running: { close(): unknown }[] = [];
afterEach(async () => {
  for (const thing of running.splice(0)) await thing.close();
});

const LET_IN = textReply(200, 'text/plain', 'let in');
const YEAR = 365 * 24 * 60 * 60 * 1000;

/** Shows each kind of client to one server that trusts two CAs, one of them of long ago. */
async function router() {
  const now = new Date();
  const [pod, foreign, old] = await Promise.all([
    mintCertificates({ now, days: 1 }),
    mintCertificates({ now, days: 1 }),
    mintCertificates({ now: new Date(now.getTime() - 2 * YEAR), days: 365 }),
  ]);
  let asked = 0;
  const app = () => {
    asked += 1;
    return LET_IN;
  };
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
  const app = () => LET_IN;
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
  it('accepts a client whose certificate names the required URI', async () => {
    assert.equal((await serve('urn:birddog:main')).body.toString(), 'let in');
  });

  it('disconnects a client of the same CA whose certificate has another name', async () => {
    await assert.rejects(serve('urn:birddog:ma'), { name: 'OutboundError' });
    await assert.rejects(serve('urn:birddog:other'), { name: 'OutboundError' });
  });

  it('accepts no other client', async () => {
    const { pod, foreign, old, knock, asked } = await router();
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

  it('rejects if the port cannot be opened', async () => {
    const app = () => LET_IN;
    const first = await startServer({ host: '127.0.0.1', port: 0, app });
    running.push({ close: () => first.close(0) });
    await assert.rejects(startServer({ host: '127.0.0.1', port: Number(new URL(first.url).port), app }), {
      code: 'EADDRINUSE',
    });
  });
});

/** A server with TLS, whose one request is answered when `release` is called. */
async function renewable(kind: 'tls' | 'mutualTls') {
  const [before, after] = await Promise.all([
    mintCertificates({ now: new Date(), days: 1 }),
    mintCertificates({ now: new Date(), days: 1 }),
  ]);
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
  const app = async ({ path }: Call) => {
    if (path === '/slow') {
      arrive();
      await released;
    }
    return LET_IN;
  };
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

describe('a renewed certificate', () => {
  for (const kind of ['tls', 'mutualTls'] as const) {
    it(`is used for new connections while requests in progress finish (${kind})`, async () => {
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

  it('requires client certificates like the previous one', async () => {
    const { server, after, ask } = await renewable('mutualTls');
    server.renew({ ...after.server, ca: after.ca });
    assert.match(await ask('/', after.client), /^200/);
    const cases = [{ cert: '', key: '' }, {}, { ...after.client, maxVersion: 'TLSv1.2' } as const];
    for (const options of cases) await assert.rejects(ask('/', options));
  });

  it('is rejected if invalid, and the previous one stays in use', async () => {
    const { server, before, ask, shown } = await renewable('tls');
    assert.throws(() => server.renew({ cert: 'x', key: 'y' }));
    assert.equal(await ask('/'), shown(before.server));
  });
});

describe('a server with TLS', () => {
  it('requires no client certificate and at least TLS 1.2', async () => {
    const { server, ask } = await renewable('tls');
    assert.match(server.url, /^https:/);
    assert.match(await ask('/', { cert: '', key: '', maxVersion: 'TLSv1.2' }), /^200/);
    const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    await assert.rejects(ask('/', old));
  });
});

const MIB = 1024 * 1024;

/** One raw connection, on which a body of 2 MiB is refused before it is sent. */
async function refused(lingerMs?: number, headers = '') {
  const server = await startServer({
    host: '127.0.0.1',
    port: 0,
    app: () => textReply(413, 'text/plain', 'too large'),
    ...(lingerMs === undefined ? {} : { lingerMs }),
  });
  running.push({ close: () => server.close(0) });
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  running.push({ close: () => socket.destroy() });
  socket.write(`POST / HTTP/1.1\r\nhost: a\r\n${headers}content-length: ${2 * MIB}\r\n\r\n`);
  const [answer]: unknown[] = await once(socket, 'data');
  assert.match(String(answer), /^HTTP\/1\.1 413 .*too large$/s);
  return socket;
}

async function sendTheRest(socket: Socket): Promise<void> {
  for (let sent = 0; sent < 2 * MIB; sent += MIB) {
    await new Promise((resolve) => socket.write('x'.repeat(MIB), resolve));
  }
}

describe('an unread body', () => {
  it('may be sent completely after the response, and the connection stays open', async () => {
    const socket = await refused();
    await sendTheRest(socket);
    socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    const [answer]: unknown[] = await once(socket, 'data');
    assert.match(String(answer), /^HTTP\/1\.1 413 /);
  });

  it('is drained before the connection is closed as the client asked', async () => {
    const socket = await refused(undefined, 'connection: close\r\n');
    const ended = once(socket, 'end');
    await sendTheRest(socket);
    await ended;
  });

  it('is drained for a limited time', async () => {
    const socket = await refused(20);
    await once(socket, 'close');
  });
});

it('closes the connection of a client that does not read its response in time', {
  timeout: 120_000,
}, async () => {
  const { promise: closed, resolve } = Promise.withResolvers<boolean>();
  const app = ({ outgoing }: Call) => {
    outgoing.once('close', () => resolve(outgoing.writableFinished));
    return textReply(200, 'text/plain', 'x'.repeat(64 * MIB));
  };
  const server = await startServer({ host: '127.0.0.1', port: 0, app, maxSendMs: 50 });
  running.push({ close: () => server.close(0) });
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  running.push({ close: () => socket.destroy() });
  socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
  assert.equal(await closed, false);
});

it('answers 500 if the app throws', async () => {
  const app = () => assert.fail('not foreseen');
  const server = await startServer({ host: '127.0.0.1', port: 0, app });
  running.push({ close: () => server.close(0) });
  assert.equal((await fetch(server.url)).status, 500);
});

it('keeps serving after a response that cannot be written', async () => {
  const app = ({ path }: Call) => ({ ...LET_IN, status: path === '/' ? 200 : 99 });
  const server = await startServer({ host: '127.0.0.1', port: 0, app });
  running.push({ close: () => server.close(0) });
  await assert.rejects(fetch(`${server.url}/wrong`));
  assert.equal((await fetch(server.url)).status, 200);
});
