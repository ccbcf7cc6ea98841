import assert from 'node:assert/strict';
import http from 'node:http';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { deadlineAfter } from '../domain/deadline.ts';
import { systemClock } from './system-clock.ts';
import { createOutbound, OutboundError } from './outbound.ts';

const listen = async (server: net.Server): Promise<URL> => {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
};
const deadline = (ms = 60_000) => deadlineAfter(ms, systemClock);

async function failure(promise: Promise<unknown>): Promise<OutboundError> {
  const error = await promise.then(
    () => undefined,
    (e: unknown) => e,
  );
  assert.ok(error instanceof OutboundError, String(error));
  return error;
}

describe('an outbound request', () => {
  const outbound = createOutbound();
  const sockets = new Set<net.Socket>();
  const seen: string[] = [];
  const server = http.createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    if (request.url === '/cut') return request.socket.destroy();
    if (request.url === '/silent') return undefined;
    if (request.url === '/large') return response.end('x'.repeat(1000));
    response.writeHead(418, { 'X-Two': ['a', 'b'] });
    return request.pipe(response);
  });
  server.on('connection', (socket) => sockets.add(socket));
  let url: URL;
  before(async () => {
    url = await listen(server);
  });
  after(() => {
    outbound.close();
    server.close();
    server.closeAllConnections();
  });

  it('returns the full response of any status', async () => {
    const answer = await outbound.send({ method: 'POST', url, body: 'ä', deadline: deadline() });
    assert.deepEqual([answer.status, answer.headers['x-two'], answer.body.toString()], [418, 'a, b', 'ä']);
  });

  it('keeps its connection for the next request', async () => {
    const open = sockets.size;
    for (let i = 0; i < 5; i += 1) await outbound.send({ method: 'GET', url, deadline: deadline() });
    assert.equal(sockets.size, open);
  });

  it('fails at once after 101 Switching Protocols', async () => {
    const raw = net.createServer((socket) => {
      socket.once('data', () =>
        socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'),
      );
    });
    const error = await failure(
      outbound.send({ method: 'GET', url: await listen(raw), deadline: deadline(600_000) }),
    );
    raw.close();
    assert.deepEqual([error.reason, error.sent], ['connection', true]);
  });

  it('reports a broken request as sent', async () => {
    const error = await failure(
      outbound.send({ method: 'GET', url: new URL('/cut', url), deadline: deadline() }),
    );
    assert.deepEqual([error.reason, error.sent], ['connection', true]);
  });

  it('reports a request without a connection as not sent', async () => {
    const gone = net.createServer();
    const nobody = await listen(gone);
    await new Promise((resolve) => {
      gone.close(resolve);
    });
    const error = await failure(
      outbound.send({ method: 'POST', url: nobody, body: '{}', deadline: deadline() }),
    );
    assert.deepEqual([error.reason, error.sent], ['connection', false]);
  });

  it('ends when its deadline is aborted', async () => {
    const gone = new AbortController();
    const silent = outbound.send({
      method: 'GET',
      url: new URL('/silent', url),
      deadline: deadlineAfter(60_000, systemClock, gone.signal),
    });
    while (!seen.includes('GET /silent')) await new Promise(setImmediate);
    gone.abort();
    assert.equal((await failure(silent)).reason, 'timeout');
  });

  it('is not sent after the deadline', async () => {
    const gone = new AbortController();
    gone.abort();
    const late = {
      method: 'GET',
      url: new URL('/late', url),
      deadline: deadlineAfter(60_000, systemClock, gone.signal),
    } as const;
    assert.equal((await failure(outbound.send(late))).sent, false);
    assert.ok(!seen.includes('GET /late'));
  });

  it('reads at most maxBytes', async () => {
    const large = { method: 'GET', url: new URL('/large', url), deadline: deadline() } as const;
    assert.equal((await failure(outbound.send({ ...large, maxBytes: 999 }))).reason, 'too_large');
    assert.equal((await outbound.send({ ...large, maxBytes: 1000 })).body.length, 1000);
  });
});

describe('a proxy', () => {
  it('gets CONNECT for https hosts except those in NO_PROXY', async () => {
    const asked: string[] = [];
    const proxy = http.createServer();
    proxy.on('connect', (request: http.IncomingMessage, socket: net.Socket) => {
      asked.push(request.url ?? '');
      socket.end('HTTP/1.1 502 no\r\n\r\n');
    });
    const proxyUrl = await listen(proxy);
    const outbound = createOutbound({ proxy: { HTTPS_PROXY: proxyUrl.href, NO_PROXY: '127.0.0.1' } });
    await failure(
      outbound.send({ method: 'GET', url: new URL('https://api.example.test/x'), deadline: deadline() }),
    );
    assert.deepEqual(asked, ['api.example.test:443']);
    await failure(
      outbound.send({ method: 'GET', url: new URL('https://127.0.0.1:1/x'), deadline: deadline() }),
    );
    assert.equal(asked.length, 1);
    outbound.close();
    proxy.close();
  });
});
