import assert from 'node:assert/strict';
import { it } from 'node:test';
import { portsWithoutDatadog, failingPort } from '../../test/fake-ports.ts';
import { manualClock } from '../../test/manual-clock.ts';
import { markedObject } from '../../test/marked-object.ts';
import { OPERATIONS } from '../contract/operations.ts';
import { deadlineAfter } from '../domain/deadline.ts';
import type { JsonObject } from '../domain/json.ts';
import { decode } from '../format/decode.ts';
import { OBJECT_LIMITS } from '../format/decoded.ts';
import { execute } from './pipeline.ts';
import type { ObjectPort } from './ports.ts';

it('a create that finds the object of an unsettled create answers 200 only if they are equal', async () => {
  const clock = manualClock();
  const query = 'avg(last_5m):avg:a{*} > 1';
  const arrived: JsonObject = {
    ...markedObject(
      'monitor',
      { type: 'query alert', name: 'x', query },
      { application: 'a', key: 'x', team: 't' },
    ),
    id: 7,
  };
  for (const [message, expected] of [
    ['', 200],
    ['other words', 'key_conflict'],
  ] as const) {
    const ports = portsWithoutDatadog(clock);
    const name = { kind: 'monitor', application: 'a', key: 'x' } as const;
    const lease = await ports.ledger.acquire([name], deadlineAfter(1000, clock));
    await ports.ledger.begin(lease, { ...name, action: 'create', body: arrived, caller: 'somebody' });
    await lease.release();
    let lookups = 0;
    const monitor: ObjectPort = {
      ...failingPort('monitor'),
      find: async () => ((lookups += 1) < 3 ? [] : [arrived]),
      get: async () => undefined,
      create: () => assert.fail('nothing is sent while the first create may still arrive'),
      url: () => 'https://example.test',
    };
    const body = { application: 'a', team: 't', monitor: { type: 'query alert', name: 'x', query, message } };
    const operation = OPERATIONS.find((o) => o.path === '/create_monitor');
    assert.ok(operation);
    const answer = execute(
      {
        operation,
        query: {},
        body: await decode(new TextEncoder().encode(JSON.stringify(body)), 'json', OBJECT_LIMITS),
        route: { route: 'unlisted', missingFrom: ['datadog'] },
        context: {
          caller: { name: 'c' },
          requestId: 'r',
          traceparent: '',
          deadline: deadlineAfter(25_000, clock),
        },
      },
      { ...ports, monitor },
    );
    const outcome = await answer.then(
      (a) => a.status,
      (e: { code: string }) => e.code,
    );
    assert.equal(outcome, expected);
  }
});
