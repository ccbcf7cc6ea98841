import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setImmediate as nextIteration } from 'node:timers/promises';
import { afterEach, describe, it } from 'node:test';
import { textReply } from './reply.ts';
import type { Call } from './routes.ts';
import { startServer } from './server.ts';

const running: { close(): unknown }[] = [];
afterEach(async () => {
  for (const thing of running.splice(0)) await thing.close();
});

/** A server that answers with the path and the body. `/slow` waits until `release` is called. */
async function start() {
  const leaving = new AbortController();
  const refusing = new AbortController();
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const arrivals: string[] = [];
  const onArrival = new Map<string, () => void>();
  const app = async ({ path, incoming }: Call) => {
    arrivals.push(path);
    onArrival.get(path)?.();
    if (path === '/slow') await released;
    return textReply(200, 'text/plain', `${path} ${await text(incoming)}`);
  };
  const phases = { leaving: leaving.signal, refusing: refusing.signal };
  const server = await startServer({ host: '127.0.0.1', port: 0, app, phases });
  running.push({ close: () => server.close(0) });
  const arrival = (path: string) =>
    new Promise<void>((resolve) => (arrivals.includes(path) ? resolve() : onArrival.set(path, resolve)));
  const client = () => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    running.push({ close: () => socket.destroy() });
    let received = '';
    socket.on('data', (chunk) => (received += String(chunk)));
    return { socket, received: () => received };
  };
  return { server, leaving, refusing, release, arrival, client };
}

const get = (path: string) => `GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n`;
const ended = (socket: Socket) => once(socket, 'end');
const CLOSES = /^connection: close\r$/im;

describe('a server whose process leaves', () => {
  it('answers on kept and new connections, and closes each after its response', async () => {
    const { leaving, client } = await start();
    const [kept, fresh] = [client(), client()];
    kept.socket.write(get('/first'));
    await once(kept.socket, 'data');
    assert.doesNotMatch(kept.received(), CLOSES);
    leaving.abort();
    for (const { socket, received } of [kept, fresh]) {
      socket.write(get('/second'));
      await ended(socket);
      assert.match(received(), /\/second $/);
      assert.match(received(), CLOSES);
    }
  });

  it('closes the connection of a request in progress after its response', async () => {
    const { leaving, client, release, arrival } = await start();
    const { socket, received } = client();
    socket.write(get('/slow'));
    await arrival('/slow');
    leaving.abort();
    release();
    await ended(socket);
    assert.match(received(), CLOSES);
  });

  it('answers every request that a client has sent ahead before it closes the connection', async () => {
    const { leaving, client, release, arrival } = await start();
    const { socket, received } = client();
    socket.write(get('/slow') + get('/second') + get('/third'));
    await arrival('/slow');
    await nextIteration();
    leaving.abort();
    release();
    await ended(socket);
    assert.equal(received().match(/ 200 OK/g)?.length, 3);
    assert.equal(received().match(new RegExp(CLOSES, 'gim'))?.length, 1);
  });
});

describe('a server whose process refuses requests', () => {
  it('closes connections without a request, and no others', async () => {
    const { leaving, refusing, client, release, arrival } = await start();
    const [idle, busy] = [client(), client()];
    idle.socket.write(get('/first'));
    await once(idle.socket, 'data');
    busy.socket.write(get('/slow'));
    await arrival('/slow');
    leaving.abort();
    refusing.abort();
    await ended(idle.socket);
    release();
    await ended(busy.socket);
    assert.match(busy.received(), /\/slow $/);
  });

  it('answers a client that is sending its body', async () => {
    const { leaving, refusing, client, arrival } = await start();
    const { socket, received } = client();
    socket.write('POST /body HTTP/1.1\r\nhost: a\r\ncontent-length: 6\r\n\r\nabc');
    await arrival('/body');
    leaving.abort();
    refusing.abort();
    socket.write('def');
    await ended(socket);
    assert.match(received(), /\/body abcdef$/);
  });
});

describe('a server is idle', () => {
  it('at once without a request, and otherwise after the last response', async () => {
    const { server, client, release, arrival } = await start();
    await server.idle();
    client().socket.write(get('/slow'));
    await arrival('/slow');
    let isIdle = false;
    const idle = server.idle().then(() => (isIdle = true));
    await nextIteration();
    assert.equal(isIdle, false);
    release();
    await idle;
  });

  it('when the work for clients that are gone has ended', async () => {
    const { server, client, release, arrival } = await start();
    const { socket } = client();
    socket.write(get('/slow') + get('/never'));
    await arrival('/slow');
    socket.destroy();
    let isIdle = false;
    const idle = server.idle().then(() => (isIdle = true));
    for (let tick = 0; tick < 20; tick += 1) await nextIteration();
    assert.equal(isIdle, false);
    release();
    await idle;
  });
});
