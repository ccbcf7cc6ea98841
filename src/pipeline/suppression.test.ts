import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { portsWithoutDatadog, failingPort } from '../../test/fake-ports.ts';
import { manualClock } from '../../test/manual-clock.ts';
import { OPERATIONS } from '../contract/operations.ts';
import { deadlineAfter } from '../domain/deadline.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { StoredKind } from '../domain/managed-fields.ts';
import { decode } from '../format/decode.ts';
import { OBJECT_LIMITS } from '../format/decoded.ts';
import { lintBody } from './lint.ts';
import { execute } from './pipeline.ts';
import type { ObjectPort } from './ports.ts';

/** Creates a fake Datadog that stores the last object that it received. */
function fakePort(kind: StoredKind, sent: JsonObject[]): ObjectPort {
  const stored = () => sent.slice(-1).map((object) => ({ ...object, id: 7 }));
  const store = (object: JsonObject) => {
    sent.push(object);
    return Promise.resolve({ ...object, id: 7 });
  };
  return {
    ...failingPort(kind),
    find: () => Promise.resolve(stored()),
    get: () => Promise.resolve(stored()[0]),
    create: store,
    update: (_id, object) => store(object),
    url: () => 'https://example.test',
  };
}

/** Sends bodies in sequence. Returns the answers, and the objects that Datadog received. */
async function sendAll(requests: readonly (readonly [path: string, body: JsonObject])[]) {
  const clock = manualClock();
  const sent: JsonObject[] = [];
  const ports = {
    ...portsWithoutDatadog(clock),
    monitor: fakePort('monitor', sent),
    dashboard: fakePort('dashboard', sent),
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
    const route = { route: 'unlisted', missingFrom: ['datadog'] } as const;
    const read = await decode(JSON.stringify(body), 'json', OBJECT_LIMITS);
    answers.push((await execute({ operation, query: {}, body: read, route, context }, ports)).body);
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
type Written = readonly [kind: string, object: JsonObject, change: JsonObject];
const OBJECTS: readonly [Written, ...Written[]] = [
  ['monitor', { type: 'query alert', name: 'x', query: COUNTED, message: '@a' }, { message: '@b' }],
  [
    'alert',
    { title: 'x', signal: { metric: 'a' }, condition: { over: '5m', above: 1 }, notify: ['@a'] },
    { message: 'new' },
  ],
  [
    'dashboard',
    { title: 'x', layout_type: 'ordered', widgets: [{ definition: { type: 'note', content: 'x' } }] },
    { title: 'new' },
  ],
];

describe('the field "lint" of an object', () => {
  for (const [kind, object, change] of OBJECTS) {
    it(`is not sent to Datadog with a ${kind}, and is not a change`, async () => {
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

  it('is not reported as unused by an update, which omits unchanged fields', async () => {
    const [, monitor] = OBJECTS[0];
    const ignore = [{ code: 'unknown_block', because: 'It is in the message.' }];
    const written = around('monitor', { ...monitor, lint: { ignore: [...lint.ignore, ...ignore] } });
    const { answers } = await sendAll([
      ['/create_monitor', written],
      ['/update_monitor', written],
    ]);
    assert.deepEqual(
      answers.map(({ findings }) => JSON.stringify(findings).match(/suppression_\w+/g)),
      [['suppression_unused'], null],
    );
  });

  it('applies to each object of a document, and is reported once per object if it is malformed', () => {
    const document = (member: Json) => ({
      apiVersion: 'birddog/v1',
      application: 'a',
      team: 't',
      ...Object.fromEntries(
        OBJECTS.map(([kind, object]) => [`${kind}s`, [{ key: kind, ...object, lint: member }]]),
      ),
    });
    const codes = (member: Json) =>
      lintBody(document(member), {}).map(({ code, pointer }) => [code, pointer]);
    assert.deepEqual(codes(lint), [
      ['suppression_unused', '/alerts/0/lint/ignore/0'],
      ['suppression_unknown', '/dashboards/0/lint/ignore/0/code'],
    ]);
    assert.deepEqual(codes([]), [
      ['as_count_without_sum', '/monitors/0/query'],
      ['suppression_malformed', '/monitors/0/lint'],
      ['suppression_malformed', '/alerts/0/lint'],
      ['suppression_malformed', '/dashboards/0/lint'],
    ]);
  });
});
