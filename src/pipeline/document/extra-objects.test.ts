import assert from 'node:assert/strict';
import { it } from 'node:test';
import { documentOf, items, monitorEntry, startInProcess } from '../../../test/documents-in-process.ts';

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
