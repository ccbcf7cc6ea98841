import assert from 'node:assert/strict';
import { it } from 'node:test';
import { documentOf, items, monitorEntry, startInProcess, told } from '../../../test/documents-in-process.ts';
import type { JsonObject } from '../../domain/json.ts';

it('a plan calls an object that is not in the document an alert if it is one', async () => {
  const birddog = startInProcess();
  const alert = {
    key: 'queue',
    title: 'Queue',
    signal: { metric: 'orders.queue' },
    condition: { over: '5m', above: 10 },
    notify: [{ to: ['@slack-orders'] }],
  };
  const load = monitorEntry('load', {
    message: 'High.',
    options: { thresholds: { critical: 2 }, timeout_h: 1 },
  });
  await birddog.apply(documentOf({ alerts: [alert], monitors: [load] }));
  for (const [query, action] of [
    [{}, 'extra'],
    [{ prune: 'true' }, 'delete'],
  ] as const)
    assert.deepEqual(
      items((await birddog.plan(documentOf({}), query))['objects']).map((one) => [
        one['kind'],
        one['key'],
        one['action'],
      ]),
      [
        ['monitor', 'load', action],
        ['alert', 'queue', action],
      ],
    );
});

it('the plan of a document with errors calls no object extra, or to be deleted, whose entry cannot be read', async () => {
  const birddog = startInProcess();
  const queue = { key: 'queue', title: 'Queue', signal: { metric: 'orders.queue' } };
  const load = monitorEntry('load');
  const documentWith = (condition: JsonObject) =>
    documentOf({ alerts: [{ ...queue, condition }], monitors: [load] });
  await birddog.apply(documentWith({ over: '5m', above: 1 }));
  for (const query of [{}, { prune: 'true' }])
    assert.deepEqual(told(await birddog.planRefused(documentWith({ over: '5m' }), query)), ['load none']);
});
