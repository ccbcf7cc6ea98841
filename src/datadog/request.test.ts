import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { inspect } from 'node:util';
import { startDatadogEmulator } from '../../emulators/datadog/datadog-emulator.ts';
import { ANY_ATTEMPTS } from '../../test/fake-ports.ts';
import { type ManualClock, manualClock } from '../../test/manual-clock.ts';
import { markedObject } from '../../test/marked-object.ts';
import { AnswerLostError, DuplicateMonitorError } from '../domain/datadog-outcome.ts';
import { deadlineAfter } from '../domain/deadline.ts';
import { isObject } from '../domain/json.ts';
import { ProblemError } from '../domain/problem.ts';
import { Secret } from '../domain/secret.ts';
import { createOutbound, type Outbound, type OutboundRequest } from '../runtime/outbound.ts';
import { createDatadog, type Datadog } from './datadog.ts';

const KEYS = { api: 'sandbox-api-key', app: 'sandbox-app-key' };
const MONITOR = { type: 'query alert', name: 'x', query: 'avg(last_5m):avg:a{*} > 1' };

let emulator: Awaited<ReturnType<typeof startDatadogEmulator>>;
let outbound: Outbound;
let clock: ManualClock;
let datadog: Datadog;
let keys = KEYS;
let rereads = 0;

beforeEach(async () => {
  clock = manualClock();
  emulator = await startDatadogEmulator({ port: 0, control: true, now: clock.now });
  outbound = createOutbound();
  keys = KEYS;
  rereads = 0;
  datadog = connect(new URL(emulator.url));
});
afterEach(async () => {
  outbound.close();
  await emulator.close();
});

function connect(baseUrl: URL): Datadog {
  return createDatadog({
    baseUrl,
    uiUrl: baseUrl,
    outbound,
    clock,
    random: () => 0.5,
    keys: {
      current: () => ({ api: new Secret(keys.api), app: new Secret(keys.app) }),
      reread: () => {
        rereads += 1;
        const changed = keys !== KEYS;
        keys = KEYS;
        return changed;
      },
    },
  });
}

const context = (ms = 25_000) => ({
  caller: { name: 'c' },
  requestId: 'r',
  traceparent: '',
  deadline: deadlineAfter(ms, clock),
});
const faults = (...list: object[]) =>
  fetch(`${emulator.url}/__control/faults`, { method: 'POST', body: JSON.stringify(list) });
const control = (path: string, value: unknown) =>
  fetch(`${emulator.url}/__control/${path}`, { method: 'PUT', body: JSON.stringify(value) });
async function seen(method: string): Promise<number> {
  const list: { method: string }[] = JSON.parse(
    await (await fetch(`${emulator.url}/__control/requests`)).text(),
  );
  return list.filter((r) => r.method === method).length;
}
async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => assert.fail('it did not fail'),
    (error: unknown) => error,
  );
}
async function problem(promise: Promise<unknown>): Promise<ProblemError> {
  const error = await failure(promise);
  assert.ok(error instanceof ProblemError, inspect(error));
  return error;
}

describe('a POST', () => {
  for (const fault of [
    { kind: 'status', status: 503 },
    { kind: 'status', status: 512 },
    { kind: 'status', status: 520 },
    { kind: 'status', status: 524 },
    { kind: 'status', status: 507 },
    { kind: 'status', status: 511 },
    { kind: 'status', status: 408 },
    { kind: 'status', status: 499 },
    { kind: 'reset_before' },
    { kind: 'reset_after' },
  ]) {
    it(`that may have been applied (${fault.kind} ${fault.status ?? ''}) is sent once, and throws AnswerLostError`, async () => {
      await faults({ ...fault, method: 'POST', times: 5 });
      assert.ok(
        (await failure(datadog.objects.monitor.create(MONITOR, context(), ANY_ATTEMPTS))) instanceof
          AnswerLostError,
      );
      assert.equal(await seen('POST'), 1);
    });
  }

  it('that a proxy rejects names the proxy, and was not applied', async () => {
    await faults({ kind: 'status', status: 407, method: 'POST' });
    const attempts = {
      open: 0,
      beforeSend: async () => void (attempts.open += 1),
      notWritten: () => void (attempts.open -= 1),
    };
    const error = await problem(datadog.objects.monitor.create(MONITOR, context(), attempts));
    assert.equal(error.code, 'datadog_unavailable');
    assert.match(error.message, /proxy/);
    assert.equal(attempts.open, 0);
  });

  it('that was rate limited is retried after the reset', async () => {
    await faults({ kind: 'status', status: 429, headers: { 'x-ratelimit-reset': '7' }, method: 'POST' });
    assert.ok(await datadog.objects.monitor.create(MONITOR, context(), ANY_ATTEMPTS));
    assert.deepEqual([await seen('POST'), clock.slept], [2, [7000]]);
  });

  it('that failed to connect is retried, and does not throw AnswerLostError', async () => {
    await emulator.close();
    const error = await problem(
      connect(new URL('http://127.0.0.1:1')).objects.monitor.create(MONITOR, context(), ANY_ATTEMPTS),
    );
    assert.equal(error.code, 'datadog_unavailable');
    assert.equal(clock.slept.length, 3);
  });

  it('whose response is not an object with an id throws AnswerLostError', async () => {
    await faults(
      { kind: 'status', status: 200, body: '<html>', method: 'POST' },
      { kind: 'status', status: 200, body: '[]', method: 'POST' },
    );
    for (let i = 0; i < 2; i += 1)
      assert.ok(
        (await failure(datadog.objects.monitor.create(MONITOR, context(), ANY_ATTEMPTS))) instanceof
          AnswerLostError,
      );
  });

  it('of a duplicate monitor reports the id of the existing one', async () => {
    const { id } = await datadog.objects.monitor.create(MONITOR, context(), ANY_ATTEMPTS);
    const error = await failure(datadog.objects.monitor.create(MONITOR, context(), ANY_ATTEMPTS));
    assert.ok(error instanceof DuplicateMonitorError && error.id === String(id));
  });
});

describe('a GET, PUT or DELETE', () => {
  it('is retried after a failure, with exponential backoff', async () => {
    const { id } = await datadog.objects.monitor.create(MONITOR, context(), ANY_ATTEMPTS);
    await faults({ kind: 'status', status: 500 }, { kind: 'status', status: 512 }, { kind: 'reset_before' });
    assert.ok(await datadog.objects.monitor.get(String(id), context()));
    assert.equal(await seen('GET'), 4);
    assert.deepEqual(clock.slept, [150, 300, 600]);
    await faults(
      { kind: 'status', status: 502, method: 'PUT' },
      { kind: 'status', status: 502, method: 'DELETE' },
    );
    await datadog.objects.monitor.update(String(id), { message: 'm' }, context(), ANY_ATTEMPTS);
    await datadog.objects.monitor.delete(String(id), context(), ANY_ATTEMPTS);
    assert.deepEqual([await seen('PUT'), await seen('DELETE')], [2, 2]);
  });

  it('honours Retry-After, but never waits beyond the deadline', async () => {
    await faults({ kind: 'status', status: 503, headers: { 'retry-after': '3' } });
    assert.equal(await datadog.objects.monitor.get('1', context()), undefined);
    assert.deepEqual(clock.slept, [3000]);
    await faults({ kind: 'status', status: 503, headers: { 'retry-after': '60' }, times: 5 });
    assert.equal((await problem(datadog.objects.monitor.get('1', context()))).code, 'datadog_failed');
    assert.equal(clock.slept.length, 1);
  });

  it('fails after a bounded number of attempts', async () => {
    await faults({ kind: 'status', status: 503, times: 100 });
    assert.equal((await problem(datadog.objects.monitor.get('1', context(600_000)))).code, 'datadog_failed');
    assert.equal(await seen('GET'), 4);
  });

  it('that is rate limited beyond the deadline fails immediately, with the time to wait', async () => {
    await faults({ kind: 'status', status: 429, headers: { 'x-ratelimit-reset': '90' } });
    const error = await problem(datadog.objects.monitor.get('1', context()));
    assert.deepEqual([error.code, error.extras.retryAfter, clock.slept], ['rate_limited', 90, []]);
  });

  it('fails if the response is not JSON or has an unexpected shape', async () => {
    await faults(
      { kind: 'status', status: 200, body: '<html>sorry</html>' },
      { kind: 'status', status: 200, body: '{"monitors": []}' },
    );
    assert.equal((await problem(datadog.objects.monitor.get('1', context()))).code, 'datadog_failed');
    assert.equal(
      (await problem(datadog.objects.monitor.find({ application: 'a' }, context()))).code,
      'datadog_failed',
    );
  });
});

describe("Datadog's error message", () => {
  const bodies: readonly [string, RegExp][] = [
    ['{"errors":["one","two"]}', /^one; two$/],
    ['{"errors":[{"title":"Not Found","detail":"no such thing"}]}', /^no such thing$/],
    ['{"errors":{"12":["is referenced"]}}', /^is referenced$/],
    ['{"status":"error","error":"what"}', /^what$/],
    ['<html>', /^status 400/],
  ];
  for (const [body, words] of bodies) {
    it(`is included in the problem: ${body}`, async () => {
      await faults({ kind: 'status', status: 400, body });
      const error = await problem(datadog.objects.monitor.create(MONITOR, context(), ANY_ATTEMPTS));
      assert.equal(error.code, 'datadog_refused');
      assert.match(error.message, words);
    });
  }
});

describe('keys', () => {
  it('that are rejected are reread once, and the call is repeated with the new ones', async () => {
    keys = { api: 'old', app: 'old' };
    assert.ok(await datadog.objects.monitor.create(MONITOR, context(), ANY_ATTEMPTS));
    assert.deepEqual([rereads, await seen('POST')], [1, 2]);
  });

  it('that stay rejected are distinguished from a restricted object, without a retry loop', async () => {
    await control('keys', { api: 'other', app: 'other' });
    const refused = await problem(datadog.objects.monitor.create(MONITOR, context(), ANY_ATTEMPTS));
    assert.deepEqual(
      [refused.code, rereads, await seen('POST'), await seen('GET')],
      ['datadog_keys_refused', 1, 1, 1],
    );
    await control('keys', KEYS);
    const { id } = await datadog.objects.monitor.create(MONITOR, context(), ANY_ATTEMPTS);
    await control('restricted', [id]);
    const restricted = await problem(
      datadog.objects.monitor.update(String(id), { message: 'm' }, context(), ANY_ATTEMPTS),
    );
    assert.deepEqual([restricted.code, await seen('PUT')], ['datadog_forbidden', 1]);
    assert.match(restricted.message, /permission to edit/);
  });

  it('are not included in any error, even when it is inspected', async () => {
    await faults({ kind: 'reset_after', times: 9 });
    const errors = [
      await failure(datadog.objects.monitor.create(MONITOR, context(), ANY_ATTEMPTS)),
      await failure(datadog.objects.monitor.get('1', context())),
    ];
    await faults({ kind: 'status', status: 403, times: 9 });
    errors.push(await failure(datadog.objects.monitor.get('1', context())));
    for (const error of errors)
      assert.doesNotMatch(inspect(error, { depth: 20, showHidden: true }), /sandbox-a(?:pi|pp)-key/);
  });
});

describe('finding', () => {
  const owner = { application: 'a', key: 'k' };

  it('reads the list page by page', async () => {
    for (let n = 0; n < 2300; n += 1) {
      const body = markedObject(
        'monitor',
        { ...MONITOR, name: `n${n}` },
        { application: 'many', key: `k${n}` },
      );
      await fetch(`${emulator.url}/api/v1/monitor`, {
        method: 'POST',
        headers: { 'dd-api-key': KEYS.api, 'dd-application-key': KEYS.app },
        body: JSON.stringify(body),
      });
      clock.advance(50);
    }
    assert.equal((await datadog.objects.monitor.find({ application: 'many' }, context())).length, 2300);
    assert.equal(await seen('GET'), 3);
  });

  it('filters the results of Datadog again by owner', async () => {
    const others = JSON.stringify([
      { id: 1, tags: ['birddog_key:b/k'] },
      { id: 2, tags: ['birddog_key:a/k'] },
    ]);
    await faults({ kind: 'status', status: 200, body: others });
    assert.deepEqual(
      (await datadog.objects.monitor.find(owner, context())).map((m) => m['id']),
      [2],
    );
  });

  it('reads every page of dashboards, and fetches those of the application in full', async () => {
    const { dashboard } = datadog.objects;
    for (let n = 0; n < 250; n += 1)
      await dashboard.create(
        { title: `d${n}`, layout_type: 'ordered', widgets: [] },
        context(),
        ANY_ATTEMPTS,
      );
    const own = markedObject(
      'dashboard',
      { title: 'own', layout_type: 'ordered', widgets: [{ definition: { type: 'note', content: 'x' } }] },
      owner,
    );
    await dashboard.create(own, context(), ANY_ATTEMPTS);
    const found = await dashboard.find(owner, context());
    assert.equal(found.length, 1);
    assert.ok(isObject(found[0]) && Array.isArray(found[0]['widgets']));
    assert.deepEqual(await dashboard.find({ application: 'nobody' }, context()), []);
  });
});

describe('a request', () => {
  const sent: OutboundRequest[] = [];
  const answering = (...statuses: number[]): Outbound => ({
    async send(request) {
      sent.push(request);
      const headers = { 'x-ratelimit-reset': '1' };
      return { status: statuses.shift() ?? 200, headers, body: Buffer.from('[]') };
    },
    close() {},
  });
  const connectAnswering = (...statuses: number[]) =>
    createDatadog({
      baseUrl: new URL('https://api.example.test'),
      uiUrl: new URL('https://app.example.test'),
      outbound: answering(...statuses),
      clock,
      random: () => 0.5,
      keys: { current: () => ({ api: new Secret('a'), app: new Secret('b') }), reread: () => false },
    });
  const LIST = { method: 'GET', path: '/api/v1/monitor/1', route: '/api/v1/monitor/{id}' } as const;

  it('sends traceparent but not tracestate, and names its route', async () => {
    sent.length = 0;
    await connectAnswering().request(LIST, {
      ...context(),
      traceparent: '00-t-s-01',
      tracestate: 'vendor=1',
    });
    assert.equal(sent[0]?.endpoint, LIST.route);
    assert.equal(sent[0].headers?.['traceparent'], '00-t-s-01');
    assert.equal(sent[0].headers?.['tracestate'], undefined);
  });

  it('counts retries by reason', async () => {
    const { request, health } = connectAnswering(429, 503, 512);
    await request(LIST, context());
    assert.deepEqual(
      [...health.retries()],
      [
        ['429', 1],
        ['503', 1],
        ['512', 1],
      ],
    );
  });

  it('records rejected keys until a call that requires both succeeds', async () => {
    const { request, health } = connectAnswering(403, 403, 200, 200);
    await assert.rejects(request(LIST, context()), { code: 'datadog_keys_refused' });
    assert.equal(health.keysRefused(), true);
    await request({ ...LIST, apiKeyOnly: true }, context());
    assert.equal(health.keysRefused(), true, 'the call does not check the application key');
    await request(LIST, context());
    assert.equal(health.keysRefused(), false);
  });

  it('records that Datadog is unavailable until it answers', async () => {
    const { request, health } = connectAnswering(500, 500, 500, 500);
    await assert.rejects(request(LIST, context()), { code: 'datadog_failed' });
    assert.match(health.unavailable() ?? '', /500/);
    await request(LIST, context());
    assert.equal(health.unavailable(), undefined);
  });

  it('records that a rate limit refused a call, and when', async () => {
    const { request, health } = connectAnswering(429);
    await assert.rejects(request(LIST, context(500)), { code: 'rate_limited' });
    assert.deepEqual([health.budgetRefusals(), health.lastBudgetRefusalAt()], [1, clock.now()]);
  });
});
