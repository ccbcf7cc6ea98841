import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { manualClock } from '../../test/manual-clock.ts';
import { OPERATIONS } from '../contract/operations.ts';
import { deadlineAfter } from '../domain/deadline.ts';
import type { JsonObject } from '../domain/json.ts';
import type { StoredKind } from '../domain/managed-kind.ts';
import { decode } from '../format/decode.ts';
import { OBJECT_LIMITS } from '../format/decoded.ts';
import { openJournal } from '../store/journal.ts';
import { createKeyLock } from './key-lock.ts';
import { carryOut } from './pipeline.ts';
import type { ObjectPort } from './ports.ts';

/** A Datadog that holds whatever it was sent last. */
function holding(kind: StoredKind, sent: JsonObject[]): ObjectPort {
  const held = () => sent.slice(-1).map((object) => ({ ...object, id: 7 }));
  const take = (object: JsonObject) => {
    sent.push(object);
    return Promise.resolve({ ...object, id: 7 });
  };
  return {
    kind,
    find: () => Promise.resolve(held()),
    get: () => Promise.resolve(held()[0]),
    create: take,
    update: (_id, object) => take(object),
    delete: () => assert.fail('nothing is deleted'),
    url: () => 'https://example.test',
  };
}

/** Sends bodies one after the other; gives the answers, or the problems, and what Datadog was sent. */
async function sendAll(requests: readonly (readonly [path: string, body: JsonObject])[]) {
  const clock = manualClock();
  const sent: JsonObject[] = [];
  const ports = {
    monitor: holding('monitor', sent),
    dashboard: holding('dashboard', sent),
    lock: createKeyLock(),
    journal: openJournal(':memory:'),
    clock,
    audit: () => {},
  };
  const answers: JsonObject[] = [];
  for (const [path, body] of requests) {
    const operation = OPERATIONS.find((o) => o.path === path);
    assert.ok(operation);
    const context = {
      caller: { name: 'c' },
      requestId: 'r',
      traceparent: '',
      deadline: deadlineAfter(25_000, clock),
    };
    const way = { way: 'sidecar', missingFrom: ['datadog'] } as const;
    const read = await decode(JSON.stringify(body), 'json', OBJECT_LIMITS);
    answers.push((await carryOut({ operation, query: {}, body: read, way, context }, ports)).body);
  }
  return { answers, sent };
}

const COUNTED = 'avg(last_5m):sum:a{*}.as_count() > 1';
const lint = { ignore: [{ code: 'as_count_without_sum', because: 'One window has one count.' }] };
const around = (kind: string, object: JsonObject) => ({
  application: 'a',
  team: 't',
  key: 'k',
  [kind]: object,
});
const OBJECTS: readonly (readonly [kind: string, object: JsonObject, change: JsonObject])[] = [
  ['monitor', { type: 'query alert', name: 'x', query: COUNTED }, { message: 'new' }],
  ['alert', { title: 'x', signal: { metric: 'a' }, condition: { over: '5m', above: 1 } }, { message: 'new' }],
  [
    'dashboard',
    { title: 'x', layout_type: 'ordered', widgets: [{ definition: { type: 'note', content: 'x' } }] },
    { title: 'new' },
  ],
];

describe('the lint member of an object', () => {
  for (const [kind, object, change] of OBJECTS) {
    it(`never reaches Datadog with a ${kind}, and makes no difference to it`, async () => {
      const { answers, sent } = await sendAll([
        [`/create_${kind}`, around(kind, { ...object, lint })],
        [`/update_${kind}`, around(kind, { ...object, lint: { ignore: [] } })],
        [`/update_${kind}`, around(kind, { ...object, ...change, lint })],
      ]);
      assert.deepEqual(
        answers.map(({ action }) => action),
        ['create', 'none', 'update'],
      );
      assert.equal(sent.length, 2);
      const shown = answers.map(({ findings: _, ...rest }) => rest);
      for (const text of [...sent, ...shown]) assert.doesNotMatch(JSON.stringify(text), /"lint"/);
    });
  }
});
