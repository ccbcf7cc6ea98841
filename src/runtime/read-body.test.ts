import assert from 'node:assert/strict';
import { once } from 'node:events';
import { IncomingMessage } from 'node:http';
import { connect, Socket } from 'node:net';
import { describe, it } from 'node:test';
import { setImmediate as immediately } from 'node:timers/promises';
import type { ProblemError } from '../domain/problem.ts';
import { readBody } from './read-body.ts';
import { problemReply, textReply } from './reply.ts';
import type { Call } from './routes.ts';
import { startServer } from './server.ts';

/** A request whose body has begun and goes no further. */
function begun(): IncomingMessage {
  const incoming = new IncomingMessage(new Socket());
  incoming.push('application: x\n');
  return incoming;
}
const never = new AbortController().signal;

describe('the body of a request', () => {
  /** Reads a body of which so many bytes come each second; gives the seconds that were waited, and how it ended. */
  async function readAt(bytesPerSecond: number, seconds = Number.POSITIVE_INFINITY) {
    const incoming = new IncomingMessage(new Socket());
    let slept = 0;
    const clock = {
      async sleep(_ms: number, signal?: AbortSignal) {
        signal?.throwIfAborted();
        slept += 1;
        if (slept <= seconds) incoming.push(Buffer.alloc(bytesPerSecond));
        if (slept === seconds) incoming.push(null);
        await immediately();
        signal?.throwIfAborted();
      },
    };
    const ended = await readBody(incoming, 2 ** 30, never, () => {}, clock).then(
      (body) => body.length,
      (error: ProblemError) => error.code,
    );
    return { slept, ended };
  }

  it('is refused if it arrives too slowly after the grace period', async () => {
    assert.deepEqual(await readAt(1), { slept: 10, ended: 'request_timeout' });
    assert.deepEqual(await readAt(4000), { slept: 10, ended: 'request_timeout' });
  });

  it('may arrive slowly if it is small, and within a minute if it is large', async () => {
    assert.deepEqual(await readAt(1, 9), { slept: 9, ended: 9 });
    assert.deepEqual(await readAt(4096, 59), { slept: 59, ended: 59 * 4096 });
    assert.deepEqual(await readAt(100_000), { slept: 60, ended: 'request_timeout' });
  });

  it('gets 408 and a closed connection if it arrives too slowly', async () => {
    const app = async ({ incoming }: Call) => {
      const clock = { sleep: async () => immediately() };
      const read = readBody(incoming, 2 ** 30, never, () => {}, clock);
      return read.then(
        () => textReply(200, 'text/plain', ''),
        (problem: ProblemError) => problemReply(problem, 'r'),
      );
    };
    const server = await startServer({ host: '127.0.0.1', port: 0, app, lingerMs: 20 });
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.write('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 8000000\r\n\r\nx');
    let came = '';
    socket.on('data', (chunk) => (came += chunk.toString()));
    await once(socket, 'close');
    assert.match(came, /^HTTP\/1\.1 408 .*"code":"request_timeout"/s);
    await server.close(0);
  });

  it('is not awaited if the client disconnected', async () => {
    await assert.rejects(readBody(begun(), 100, AbortSignal.abort()), { code: 'deadline_exceeded' });
  });
});
