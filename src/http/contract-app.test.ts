import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { afterEach, describe, it } from 'node:test';
import { setImmediate as immediately } from 'node:timers/promises';
import type { Caller } from '../domain/caller.ts';
import { requireTime } from '../domain/deadline.ts';
import { ProblemError } from '../domain/problem.ts';
import { createLog } from '../runtime/log.ts';
import { systemClock } from '../runtime/system-clock.ts';
import { contractApp, type Incoming } from './contract-app.ts';
import { createInspector } from './inspection/inspector.ts';
import { createMetrics } from '../runtime/metrics.ts';
import { replyWith } from '../runtime/reply.ts';
import { startServer } from '../runtime/server.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

interface Setting {
  readonly serve?: (incoming: Incoming) => Promise<unknown>;
  /** The response; default {}. */
  readonly answer?: string;
  readonly precheck?: (caller: Caller) => void;
  readonly ending?: AbortSignal;
  readonly reportsMayStillLand?: boolean;
}

/** A contract whose requests `serve` answers. */
async function contract({
  serve = async () => undefined,
  answer,
  precheck = () => {},
  ending,
  reportsMayStillLand = false,
}: Setting = {}) {
  const passedOn: string[] = [];
  const app = contractApp({
    serve: async (incoming) => {
      const { context, pathAndQuery } = incoming;
      passedOn.push(pathAndQuery);
      await serve(incoming);
      return replyWith(200, answer ?? {}, 'json', context.requestId);
    },
    check: async () => assert.fail('nobody asks'),
    precheck,
    inspector: createInspector({ preflightOf: () => assert.fail(), startProcess: () => assert.fail() }),
    callerOf: (header) => ({ name: header('x-test-caller') ?? 'somebody' }),
    clock: systemClock,
    log: createLog('test', () => {}),
    metrics: createMetrics('test', '0'),
    version: '0',
    reportsMayStillLand,
    ...(ending ? { ending } : {}),
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
  return { passedOn, begin, answered };
}

it('rejects a caller before the body is read', async () => {
  const { begin, answered, passedOn } = await contract({
    precheck: ({ name }) => {
      throw new ProblemError('forbidden', `${name} may not.`);
    },
  });
  const outgoing = begin('/apply', { 'content-length': 2 * 1024 * 1024 });
  outgoing.write('application: x\n');
  assert.equal(await answered(outgoing), 403);
  assert.deepEqual(passedOn, []);
  outgoing.destroy();
});

it('answers a request that has time left with 503 when the process ends', async () => {
  const ending = new AbortController();
  const { begin, answered } = await contract({
    ending: ending.signal,
    serve: async ({ context: { deadline } }) => {
      ending.abort();
      requireTime(deadline, 'the test waited');
    },
  });
  const outgoing = begin('/apply', {});
  outgoing.end('application: x\n');
  assert.equal(await answered(outgoing), 503);
});

it('tells Birddog, and nobody else, that a write may still take effect, with any status', async () => {
  for (const [reportsMayStillLand, fails] of [
    [true, false],
    [true, true],
    [false, false],
  ] as const) {
    const { begin } = await contract({
      reportsMayStillLand,
      async serve({ context }) {
        context.onMayStillLand?.();
        if (fails) throw new ProblemError('datadog_refused', 'Another object was refused.');
      },
    });
    const outgoing = begin('/apply', {});
    outgoing.end('application: x\n');
    const [response]: http.IncomingMessage[] = await once(outgoing, 'response');
    response?.resume();
    assert.equal(response?.headers['birddog-may-still-land'], reportsMayStillLand ? 'true' : undefined);
  }
});

describe('the memory budget of bodies', () => {
  const MIB = 1024 * 1024;
  const body = Buffer.from(`{"application":"x","a":"${'x'.repeat(MIB - 100)}"}`);

  /** Forty bodies of nearly 1 MiB, of which each that is served waits for the end; how many were busy, and how many served. */
  async function forty(path: string, serve: (incoming: Incoming) => void) {
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    const { begin, answered } = await contract({
      async serve(incoming) {
        serve(incoming);
        await ended;
      },
    });
    const told: (number | undefined)[] = [];
    const send = async () => {
      const json = { 'content-type': 'application/json', 'content-length': body.length };
      const outgoing = begin(path, json);
      outgoing.end(body);
      const status = await answered(outgoing);
      told.push(status);
      if (told.length >= 8) end();
    };
    const sent = Array.from({ length: 40 }, send);
    return { told, end, all: Promise.all(sent), send };
  }

  it('limits one caller and is released with the response', async () => {
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

  it('does not count bodies that are forwarded to another process', async () => {
    let served = 0;
    const { told, all, end } = await forty('/create_monitor', ({ releaseMemory }) => {
      releaseMemory();
      served += 1;
      if (served === 40) end();
    });
    await all;
    assert.ok(told.every((status) => status === 200));
  });
});

describe('the responses that a caller does not read', () => {
  const MIB = 1024 * 1024;

  it('are limited for each caller, and count until they are read or the client disconnects', async () => {
    const { begin, answered } = await contract({ answer: 'x'.repeat(20 * MIB) });
    const send = (caller: string) => {
      const outgoing = begin('/lint', { 'x-test-caller': caller });
      outgoing.end('a: 1');
      return outgoing;
    };
    const unread: http.ClientRequest[] = [];
    const responses: http.IncomingMessage[] = [];
    for (let at = 0; at < 4; at += 1) {
      const outgoing = send('slow');
      unread.push(outgoing);
      // Not read: a response without a reader stays in the sockets and in the memory of the server.
      const [response]: http.IncomingMessage[] = await once(outgoing, 'response');
      if (response) responses.push(response);
    }
    assert.deepEqual(
      responses.map(({ statusCode }) => statusCode),
      [200, 200, 200, 200],
    );
    assert.equal(await answered(send('slow')), 503);
    assert.equal(await answered(send('other')), 200);
    responses[0]?.resume();
    unread[1]?.destroy();
    for (let tries = 0; (await answered(send('slow'))) === 503; tries += 1) {
      assert.ok(tries < 1000);
      await immediately();
    }
    for (const one of unread) one.destroy();
  });
});

it('forwards the decoded path in one spelling', async () => {
  const { begin, answered, passedOn } = await contract();
  const outgoing = begin('/create%5Fmonitor?team=a%2Fb&dry_run=true', {});
  outgoing.end('a: 1');
  assert.equal(await answered(outgoing), 200);
  assert.deepEqual(passedOn, ['/create_monitor?team=a%2Fb&dry_run=true']);
});

it('ends a streamed response with one line of JSON, also for a client that accepts YAML too', async () => {
  const { begin } = await contract({
    serve: async ({ context }) => {
      context.onDone?.({ kind: 'monitor', key: 'a', id: '1', action: 'create' });
      throw new ProblemError('datadog_refused', 'No.');
    },
  });
  const outgoing = begin('/apply', { accept: 'application/x-ndjson, application/yaml' });
  outgoing.end('application: x\n');
  const [incoming]: http.IncomingMessage[] = await once(outgoing, 'response');
  assert.ok(incoming);
  const chunks: Buffer[] = await incoming.toArray();
  const lines = Buffer.concat(chunks).toString().split('\n');
  assert.deepEqual(
    lines.map((line) => Object.keys(JSON.parse(line))[0]),
    ['done', 'type'],
  );
});
