import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as immediately } from 'node:timers/promises';
import { OBJECT_LIMITS } from '../format/decoded.ts';
import { OPERATIONS } from '../contract/operations.ts';
import { ProblemError } from '../domain/problem.ts';
import type { Incoming } from '../http/contract-app.ts';
import {
  type Outbound,
  type OutboundAnswer,
  OutboundError,
  type OutboundRequest,
} from '../runtime/outbound.ts';
import { createSidecarClient } from './sidecar-client.ts';

const URL_OF_SIDECAR = new URL('https://127.0.0.1:5000');
const ANSWER: OutboundAnswer = {
  status: 201,
  headers: { 'content-type': 'application/json', server: 'x' },
  body: Buffer.from('{}'),
};

const YAML = { contentType: 'application/yaml', format: 'yaml', limits: OBJECT_LIMITS } as const;

function incoming(path = '/create_monitor'): Incoming {
  const operation = OPERATIONS.find((o) => o.path === path);
  assert.ok(operation);
  return {
    operation,
    query: {},
    pathAndQuery: `${path}?key=k`,
    accept: 'yaml',
    header: () => undefined,
    routedTo: () => {},
    releaseMemory: () => {},
    audit: { isAbout: () => {}, wrote: () => {}, done: () => {} },
    context: {
      caller: { name: 'Zoë / payments', auth: 'oidc' },
      requestId: 'r-1',
      traceparent: '00-a-b-01',
      deadline: { left: () => 5000, signal: new AbortController().signal },
    },
    sent: { ...YAML, bytes: Buffer.from('a: 1') },
  };
}

function upstream(answer: () => OutboundAnswer) {
  const requests: OutboundRequest[] = [];
  const outbound: Outbound = {
    send: async (request) => {
      requests.push(request);
      return answer();
    },
    close: () => {},
  };
  return { requests, client: createSidecarClient(URL_OF_SIDECAR, outbound) };
}

const failing = (sent: boolean) => (): never => {
  throw new OutboundError('connection', sent);
};

describe('the sidecar client of a process that stops', () => {
  const stopping = { stopping: AbortSignal.abort() };
  const asStopping = (path: string): Incoming => {
    const given = incoming(path);
    return { ...given, context: { ...given.context, ...stopping } };
  };

  it('stops the applies of the sidecar, and ignores a failure', async () => {
    const { requests, client } = upstream(() => ANSWER);
    const { deadline } = incoming().context;
    await client.stopApplies(deadline);
    assert.deepEqual(
      requests.map(({ method, url, headers }) => [method, url.pathname, headers]),
      [['POST', '/stop_applies', { 'birddog-contract': '1' }]],
    );
    await upstream(failing(true)).client.stopApplies(deadline);
  });

  it('forwards no more applies, which nothing would stop, but other requests', async () => {
    const { requests, client } = upstream(() => ANSWER);
    await assert.rejects(client.forward(asStopping('/apply'), []), { code: 'shutting_down' });
    assert.equal(requests.length, 0);
    assert.equal((await client.forward(asStopping('/create_monitor'), [])).status, 201);
  });
});

describe('the sidecar client', () => {
  it('forwards the unchanged body, the caller, the remaining deadline and the ids', async () => {
    const { requests, client } = upstream(() => ANSWER);
    const reply = await client.forward(incoming(), ['datadog', 'leanix'], ['servicenow']);
    assert.deepEqual([reply.status, reply.headers], [201, { 'content-type': 'application/json' }]);
    const [request] = requests;
    assert.equal(request?.url.href, 'https://127.0.0.1:5000/create_monitor?key=k');
    assert.equal(request.body?.toString(), 'a: 1');
    assert.deepEqual(request.headers, {
      'birddog-contract': '1',
      accept: 'application/yaml',
      'content-type': 'application/yaml',
      'birddog-deadline-ms': '4850',
      'x-request-id': 'r-1',
      traceparent: '00-a-b-01',
      'birddog-caller': 'Zo%C3%AB%20%2F%20payments',
      'birddog-caller-auth': 'oidc',
      'birddog-missing-from': 'datadog,leanix',
      'birddog-not-checked': 'servicenow',
    });
  });

  it('forwards a short deadline less a tenth, and at least 1 ms', async () => {
    const { requests, client } = upstream(() => ANSWER);
    for (const left of [100, 1400, 1600, 3, 0]) {
      const short = incoming();
      const deadline = { ...short.context.deadline, left: () => left };
      await client.forward({ ...short, context: { ...short.context, deadline } }, []);
    }
    const forwarded = requests.map(({ headers }) => headers?.['birddog-deadline-ms']);
    assert.deepEqual(forwarded, ['90', '1260', '1450', '2', '1']);
  });

  it('forwards the tracestate', async () => {
    const { requests, client } = upstream(() => ANSWER);
    const traced = incoming();
    await client.forward({ ...traced, context: { ...traced.context, tracestate: 'vendor=1' } }, []);
    assert.equal(requests[0]?.headers?.['tracestate'], 'vendor=1');
  });

  it('distinguishes an unreachable sidecar from a write with an unknown outcome', async () => {
    await assert.rejects(upstream(failing(false)).client.forward(incoming(), []), (error) => {
      assert.ok(error instanceof ProblemError);
      assert.deepEqual([error.code, error.extras.retryAfter], ['sidecar_unavailable', 1]);
      return true;
    });
    await assert.rejects(upstream(failing(true)).client.forward(incoming(), []), { code: 'outcome_unknown' });
    await assert.rejects(upstream(failing(true)).client.forward(incoming('/get_monitors'), []), {
      code: 'sidecar_unavailable',
    });
  });

  it('treats a response outside the contract as a failure', async () => {
    for (const status of [99, 101, 204, 304, 600]) {
      const { client } = upstream(() => ({ ...ANSWER, status }));
      await assert.rejects(client.forward(incoming('/get_monitors'), []), { code: 'sidecar_unavailable' });
      await assert.rejects(client.forward(incoming(), []), { code: 'outcome_unknown' });
    }
  });

  it('opens its circuit breaker after repeated failures, and closes it when the sidecar recovers', async (t) => {
    t.mock.timers.enable({ apis: ['Date'] });
    let unavailable = true;
    const { requests, client } = upstream(() => (unavailable ? failing(false)() : ANSWER));
    for (let n = 0; n < 5; n += 1)
      await assert.rejects(client.forward(incoming(), []), { code: 'sidecar_unavailable' });
    assert.equal(client.state(), 'open');
    await assert.rejects(client.forward(incoming(), []), {
      code: 'sidecar_unavailable',
      message: /failed repeatedly/,
    });
    assert.equal(requests.length, 5, 'it was not asked again');
    unavailable = false;
    t.mock.timers.tick(1000);
    assert.equal((await client.forward(incoming(), [])).status, 201);
    assert.equal(client.state(), 'closed');
  });

  it('limits the queue for a slow sidecar, and answers busy at once beyond it', async () => {
    const { promise, resolve } = Promise.withResolvers<OutboundAnswer>();
    const client = createSidecarClient(URL_OF_SIDECAR, { send: () => promise, close: () => {} });
    const under = Array.from({ length: 24 + 256 }, () => client.forward(incoming(), []));
    await assert.rejects(client.forward(incoming(), []), { code: 'busy' });
    resolve(ANSWER);
    for (const reply of await Promise.all(under)) assert.equal(reply.status, 201);
    assert.equal((await client.forward(incoming(), [])).status, 201);
  });

  it('sends a write once, even if the connection breaks after it was sent', async () => {
    const { requests, client } = upstream(failing(true));
    await assert.rejects(client.forward(incoming(), []), { code: 'outcome_unknown' });
    assert.equal(requests.length, 1);
  });

  it('serves reads while writes fill their connections and their queue', async () => {
    const { promise, resolve } = Promise.withResolvers<OutboundAnswer>();
    const client = createSidecarClient(URL_OF_SIDECAR, {
      send: ({ method }) => (method === 'GET' ? Promise.resolve(ANSWER) : promise),
      close: () => {},
    });
    const writes = Array.from({ length: 60 }, () => client.forward(incoming(), []));
    for (let n = 0; n < 12; n += 1)
      assert.equal((await client.forward(incoming('/get_monitors'), [])).status, ANSWER.status);
    resolve(ANSWER);
    await Promise.all(writes);
  });

  it('handles two requests and two responses per iteration of the event loop, so that listed requests run in between', async () => {
    const { promise, resolve } = Promise.withResolvers<OutboundAnswer>();
    const counts = { sent: 0, answered: 0 };
    const send = () => {
      counts.sent += 1;
      return promise;
    };
    const client = createSidecarClient(URL_OF_SIDECAR, { send, close: () => {} });
    const under = Array.from({ length: 12 }, async () => {
      await client.forward(incoming(), []);
      counts.answered += 1;
    });
    const grown: number[] = [];
    const step = async (of: 'sent' | 'answered') => {
      while (counts[of] < under.length) {
        const before = counts[of];
        await immediately();
        grown.push(counts[of] - before);
      }
    };
    await step('sent');
    resolve(ANSWER);
    await step('answered');
    // The first two of all wait for no turn.
    assert.ok(Math.max(...grown) <= 4 && grown.length >= 10, `${grown}`);
    await Promise.all(under);
  });

  it('limits the bytes of queued bodies, and releases those of requests that ended', async () => {
    const { promise, resolve } = Promise.withResolvers<OutboundAnswer>();
    const client = createSidecarClient(URL_OF_SIDECAR, { send: () => promise, close: () => {} });
    const large = () => ({
      ...incoming(),
      sent: { ...YAML, bytes: Buffer.alloc(OBJECT_LIMITS.bytes) },
    });
    const by = (name: string) => {
      const one = large();
      return { ...one, context: { ...one.context, caller: { name } } };
    };
    const under = Array.from({ length: 64 }, (_, n) => client.forward(by(n % 2 ? 'a' : 'b'), []));
    await assert.rejects(client.forward(by('c'), []), { code: 'busy', message: /Too much memory/ });
    const { sent: _, ...without } = incoming('/get_monitors');
    under.push(client.forward(without, []));
    resolve(ANSWER);
    for (const reply of await Promise.all(under)) assert.equal(reply.status, 201);
    assert.equal((await client.forward(large(), [])).status, 201);
  });

  it('is silent from a probe without a response until the next response', async () => {
    let hangs = true;
    const { client } = upstream(() => {
      if (hangs) throw new OutboundError('timeout', true);
      return ANSWER;
    });
    const { context } = incoming();
    await assert.rejects(client.probe(context));
    assert.deepEqual([client.silent(), client.state()], [true, 'closed']);
    hangs = false;
    await client.probe(context);
    assert.equal(client.silent(), false);
  });

  it('is skewed from a probe whose version the sidecar does not know until the next response', async () => {
    const body = Buffer.from('{"type":"urn:birddog:problem:version_skew"}');
    const answers = [{ ...ANSWER, status: 503, body }, ANSWER];
    const { client, requests } = upstream(() => answers.shift() ?? ANSWER);
    const { context } = incoming();
    await client.probe(context);
    assert.equal(client.skewed(), true);
    await client.probe(context);
    assert.equal(client.skewed(), false);
    assert.deepEqual(requests[0]?.headers, { 'birddog-contract': '1' });
  });

  it('reports that a write may still take effect if the sidecar says so, or does not answer', async () => {
    const reported = async (answer: () => OutboundAnswer) => {
      let count = 0;
      const sent = incoming();
      const context = { ...sent.context, onMayStillLand: () => (count += 1) };
      await upstream(answer)
        .client.forward({ ...sent, context }, [])
        .catch(() => undefined);
      return count;
    };
    const saying = { ...ANSWER, headers: { 'birddog-may-still-land': 'true' } };
    assert.equal(await reported(() => saying), 1);
    assert.equal(await reported(failing(true)), 1);
    assert.equal(await reported(() => ANSWER), 0);
    assert.equal(await reported(failing(false)), 0);
  });

  it('does not blame the sidecar for a deadline that passes', async () => {
    const { client } = upstream(() => {
      throw new OutboundError('timeout', true);
    });
    for (let n = 0; n < 8; n += 1)
      await assert.rejects(client.forward(incoming(), []), { code: 'deadline_exceeded' });
    assert.equal(client.state(), 'closed');
  });
});
