import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, describe, it } from 'node:test';
import { webhook } from '../../src/health/receivers.ts';
import { OPERATIONS } from '../../src/contract/operations.ts';
import { deadlineAfter } from '../../src/domain/deadline.ts';
import { ProblemError } from '../../src/domain/problem.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { Incoming } from '../../src/http/contract-app.ts';
import { createSidecarClient } from '../../src/main/sidecar-client.ts';
import { createOutbound, OutboundError } from '../../src/runtime/outbound.ts';
import { systemClock } from '../../src/runtime/system-clock.ts';
import { ANSWERS, json, type Respond } from './hostile-answers.ts';

let respond: Respond = json('{}');
const server = http.createServer((message, response) =>
  respond(response, new URL(message.url ?? '/', 'http://localhost')),
);
const outbound = createOutbound();
let url: URL;
before(async () => {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  url = new URL(`http://127.0.0.1:${address.port}/very-secret`);
});
after(() => {
  outbound.close();
  server.closeAllConnections();
  server.close();
});

const context = (ms: number) => ({
  caller: { name: 'zoë' },
  requestId: 'r',
  traceparent: '00-a-b-01',
  deadline: deadlineAfter(ms, systemClock),
});
function incoming(path: string, ms: number): Incoming {
  const operation = OPERATIONS.find((one) => one.path === path);
  assert.ok(operation);
  return {
    operation,
    query: {},
    pathAndQuery: path,
    accept: 'json',
    header: () => undefined,
    routedTo: () => {},
    releaseMemory: () => {},
    audit: { isAbout: () => {}, wrote: () => {}, done: () => {} },
    context: context(ms),
  };
}
const errorOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );
const FAILED = ['a broken status line', 'an upgrade', 'an early end', 'huge headers', 'a body without end'];

describe('a sidecar that sends', () => {
  for (const what of [...FAILED, 'a 204 with a body'])
    it(`${what} is reported as unavailable, long before the deadline`, async () => {
      const client = createSidecarClient(url, outbound);
      respond = ANSWERS[what] ?? assert.fail(what);
      for (const [path, code] of [
        ['/get_monitors', 'sidecar_unavailable'],
        ['/create_monitor', 'outcome_unknown'],
      ] as const) {
        const error = await errorOf(client.forward(incoming(path, 600_000), []));
        assert.ok(error instanceof ProblemError, String(error));
        assert.equal(error.code, code);
      }
    });

  it('a byte at intervals exceeds the deadline', async () => {
    respond = ANSWERS['a byte now and then'] ?? assert.fail();
    const error = await errorOf(
      createSidecarClient(url, outbound).forward(incoming('/get_monitors', 300), []),
    );
    assert.ok(error instanceof ProblemError && error.code === 'deadline_exceeded', String(error));
  });

  it('64 KiB or more to a probe fails the probe', async () => {
    respond = json('x'.repeat(64 * 1024 + 1));
    const error = await errorOf(createSidecarClient(url, outbound).probe(context(600_000)));
    assert.ok(error instanceof OutboundError && error.reason === 'too_large', String(error));
  });

  it('64 MiB and a byte is reported as unavailable', async () => {
    const client = createSidecarClient(url, outbound);
    const body = 'x'.repeat(64 * 1024 * 1024);
    respond = json(body);
    assert.equal((await client.forward(incoming('/get_monitors', 600_000), [])).body?.length, body.length);
    respond = json(`${body}x`);
    const error = await errorOf(client.forward(incoming('/get_monitors', 600_000), []));
    assert.ok(error instanceof ProblemError && error.code === 'sidecar_unavailable', String(error));
  });
});

describe('a webhook that sends', () => {
  const notification = {
    key: 'k',
    scope: 'process',
    process: 'serve',
    host: 'h',
    event: 'begun',
    incident: 'catalog_unavailable',
    about: 'leanix',
    title: 't',
    detail: 'd',
    hint: 'h',
    since: 0,
    at: 1,
  } as const;
  const notify = (ms: number) => {
    const receiver = webhook(new Secret(url.href), outbound);
    return errorOf(receiver.notify(notification, context(ms)));
  };
  for (const what of [...FAILED, 'a redirect', 'a 418', 'a 520', 'a 429 without end'])
    it(`${what} fails before the deadline, and the error does not contain its address`, async () => {
      respond = ANSWERS[what] ?? assert.fail(what);
      const error = await notify(600_000);
      assert.ok(error instanceof Error);
      assert.ok(!String(error).includes('very-secret'), String(error));
    });

  it('a byte at intervals fails at the deadline', async () => {
    respond = ANSWERS['a byte now and then'] ?? assert.fail();
    const error = await notify(300);
    assert.ok(error instanceof OutboundError && error.reason === 'timeout', String(error));
  });

  it('more than 1 MiB fails', async () => {
    respond = json('x'.repeat(1024 * 1024 + 1));
    const error = await notify(600_000);
    assert.ok(error instanceof OutboundError && error.reason === 'too_large', String(error));
  });
});
