import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { afterEach, describe, it } from 'node:test';
import { setImmediate as immediately } from 'node:timers/promises';
import { createLog } from '../process/log.ts';
import { systemClock } from '../process/system-clock.ts';
import { contractApp, type Incoming } from './contract-app.ts';
import { createMetrics } from './metrics.ts';
import { replyWith } from './reply.ts';
import { startServer } from './server.ts';
import { createTurns, type Turns } from './turns.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A contract whose one large document at a time is served when `serve` says so. */
async function contract(serve: (incoming: Incoming) => Promise<unknown> = async () => undefined) {
  const turns = createTurns(1, 5, 'x');
  const waiting: (() => void)[] = [];
  const passedOn: string[] = [];
  const large: Turns = {
    ...turns,
    take(deadline) {
      const turn = turns.take(deadline);
      waiting.splice(0).forEach((told) => told());
      return turn;
    },
  };
  const app = contractApp({
    serve: async (incoming) => {
      const { context, pathAndQuery } = incoming;
      passedOn.push(pathAndQuery);
      await serve(incoming);
      return replyWith(200, {}, 'json', context.requestId);
    },
    check: async () => assert.fail('nobody asks'),
    large,
    callerOf: () => ({ name: 'somebody' }),
    clock: systemClock,
    log: createLog('test', () => {}),
    metrics: createMetrics('test', '0'),
    version: '0',
  });
  const server = await startServer({ host: '127.0.0.1', port: 0, app });
  closing.push(() => server.close(0));
  const begin = (path: string, headers: http.OutgoingHttpHeaders) => {
    const outgoing = http.request(new URL(path, server.url), {
      method: 'POST',
      agent: false,
      headers: { 'content-type': 'application/yaml', 'birddog-deadline-ms': '20000', ...headers },
    });
    outgoing.on('error', () => {});
    return outgoing;
  };
  const answered = async (outgoing: http.ClientRequest) => {
    const [incoming]: http.IncomingMessage[] = await once(outgoing, 'response');
    incoming?.resume();
    return incoming?.statusCode;
  };
  return {
    large,
    passedOn,
    begin,
    answered,
    /** Resolves when the next request asks for its turn. */
    asks: () => new Promise<void>((resolve) => waiting.push(resolve)),
  };
}

const LARGE = { 'content-length': 2 * 1024 * 1024 };
const deadline = () => ({ left: () => 1000, signal: AbortSignal.timeout(5000) });

describe('a turn for a large document', () => {
  it('is not kept by a client that goes away while it waits for it', async () => {
    const { large, begin, asks } = await contract();
    const giveBack = await large.take(deadline());
    const asked = asks();
    const outgoing = begin('/apply', LARGE);
    outgoing.write('application: x\n');
    await asked;
    assert.equal(large.waiting(), 1);
    outgoing.destroy();
    for (const time = deadline(); large.waiting() > 0; await immediately()) assert.ok(!time.signal.aborted);
    giveBack();
    (await large.take(deadline()))();
  });

  it('is not kept by a client that goes away while its body is read', async () => {
    const { large, begin, asks } = await contract();
    const asked = asks();
    const outgoing = begin('/apply', LARGE);
    outgoing.write('application: x\n');
    await asked;
    const next = large.take(deadline());
    outgoing.destroy();
    (await next)();
  });

  it('is given back where a body of no known size turns out to be small', async () => {
    const { promise: served, resolve: serve } = Promise.withResolvers<void>();
    const { large, begin, answered, asks } = await contract(() => served);
    const asked = asks();
    const outgoing = begin('/apply', { 'transfer-encoding': 'chunked' });
    outgoing.end('application: x\n');
    await asked;
    const turn = await large.take(deadline());
    turn();
    serve();
    assert.equal(await answered(outgoing), 200);
  });
});

describe('the bodies that are held at once', () => {
  const MIB = 1024 * 1024;
  const body = Buffer.from(`{"application":"x","a":"${'x'.repeat(MIB - 100)}"}`);

  /** Forty bodies of nearly 1 MiB, of which each that is served waits for the end; how many were busy, and how many served. */
  async function forty(path: string, serve: (incoming: Incoming) => void) {
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    const { begin, answered } = await contract(async (incoming) => {
      serve(incoming);
      await ended;
    });
    const told: (number | undefined)[] = [];
    const send = async () => {
      const outgoing = begin(path, { 'content-type': 'application/json', 'content-length': body.length });
      outgoing.end(body);
      const status = await answered(outgoing);
      told.push(status);
      if (told.length >= 8) end();
    };
    const sent = Array.from({ length: 40 }, send);
    return { told, end, all: Promise.all(sent), send };
  }

  it('are bounded together, and let go of with the answer', async () => {
    const { told, all, send } = await forty('/create_monitor', () => {});
    await all;
    assert.deepEqual(
      told.slice(0, 8),
      Array.from({ length: 8 }, () => 503),
    );
    assert.equal(told.filter((status) => status === 200).length, 32);
    await send();
    assert.equal(told.at(-1), 200);
  });

  it('do not count where they go to another process', async () => {
    let served = 0;
    const { told, all, end } = await forty('/create_monitor', ({ letGo }) => {
      letGo();
      served += 1;
      if (served === 40) end();
    });
    await all;
    assert.ok(told.every((status) => status === 200));
  });
});

it('a path is passed on as it was understood, however it was written', async () => {
  const { begin, answered, passedOn } = await contract();
  const outgoing = begin('/create%5Fmonitor?application=a%2Fb&dry_run=true', {});
  outgoing.end('a: 1');
  assert.equal(await answered(outgoing), 200);
  assert.deepEqual(passedOn, ['/create_monitor?application=a%2Fb&dry_run=true']);
});
