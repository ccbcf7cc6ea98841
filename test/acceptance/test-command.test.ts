import assert from 'node:assert/strict';
import { it } from 'node:test';
import { birddog, folderWith } from './birddog-command.ts';

const DOCUMENT = `application: shop
team: shop
alerts:
  - key: queue-backlog
    title: Orders queue is backing up
    signal: {metric: rabbitmq.queue.messages, by: [queue]}
    condition: {over: 10m, above: 1000, recover: 800}
    notify: ["@slack-orders"]
tests:
  - alert: queue-backlog
    every: 1m
    series: {"queue:orders": "0x10 1500x15 0x30"}    # value x count
    expect:
      - {at: 20m, group: "queue:orders", state: alert, notified: ["@slack-orders"]}
`;

it('birddog test runs the tests of a document, and shows what happened instead', async (t) => {
  const folder = folderWith(t, {
    'good.yaml': DOCUMENT,
    'bad.yaml': DOCUMENT.replace('state: alert', 'state: ok'),
  });
  const good = await birddog(folder, ['test', 'good.yaml']);
  assert.deepEqual(good, { status: 0, out: '1 test with 1 expectation: none failed\n', err: '' });
  const bad = await birddog(folder, ['test', 'bad.yaml']);
  assert.deepEqual(
    [bad.status, bad.err, bad.out],
    [
      1,
      '',
      `bad.yaml:14:49: error: At 20m, queue:orders is alert, not ok. Its value is 1500. [expected_state]
  14 |       - {at: 20m, group: "queue:orders", state: ok, notified: ["@slack-orders"]}
     |                                                 ^~
  hint: What happened: alert, @slack-orders was notified at 17m.

1 test with 1 expectation: 1 failed
`,
    ],
  );
});
