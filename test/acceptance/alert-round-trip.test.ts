import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { applyCommand } from '../../src/cli/commands/apply.ts';
import { driftCommand } from '../../src/cli/commands/drift.ts';
import { planCommand } from '../../src/cli/commands/plan.ts';
import { isObject } from '../../src/domain/json.ts';
import { folderWith } from './birddog-command.ts';
import { datadog, ok } from './document-client.ts';
import { type Pod, request, startPod } from './pod.ts';
import { runInProcess } from './run-in-process.ts';

const COMMANDS = { plan: planCommand, apply: applyCommand, drift: driftCommand };

let pod: Pod;
before(async () => {
  pod = await startPod({ limits: false });
});
after(() => pod.stop());

const YAML = `application: round-trip
team: orders
alerts:
  - key: backlog # the queue
    title: Orders queue is backing up
    severity: high
    signal: {metric: rabbitmq.queue.messages, filter: "env:prod", by: [queue]} # in production
    condition: {over: 10m, above: 1000, warn: 500} # a thousand
    no_data: {after: 30m, then: notify}
    message: Consumers of {{queue.name}} cannot keep up.
    runbook: https://wiki.example.com/backlog
    notify: ["@slack-orders"] # by day
    renotify: {every: 1h, times: 3}
    tags: [tier:1]
`;
const ALERT = {
  title: 'Orders queue is backing up',
  severity: 'high',
  signal: { metric: 'rabbitmq.queue.messages', filter: 'env:prod', by: ['queue'] },
  condition: { over: '10m', above: 1000, warn: 500 },
  no_data: { after: '30m', then: 'notify' },
  message: 'Consumers of {{queue.name}} cannot keep up.',
  runbook: 'https://wiki.example.com/backlog',
  notify: ['@slack-orders'],
  renotify: { every: '1h', times: 3 },
  tags: ['tier:1'],
};
const EDITED = {
  ...ALERT,
  signal: { ...ALERT.signal, filter: 'env:live' },
  condition: { over: '15m', above: 2000, warn: 500 },
  notify: ['@slack-orders-night'],
};

it('an alert reads back as it was written, and as people edit it in Datadog, and the file follows', async (t) => {
  const folder = folderWith(t, { 'd.yaml': YAML });
  const run = (name: keyof typeof COMMANDS, ...args: string[]) =>
    runInProcess(COMMANDS[name], pod.birddogUrl, folder, [...args, 'd.yaml']);
  const read = async () => ok(await request(pod, 'GET', '/get_alerts?application=round-trip')).alerts[0];
  assert.equal((await run('apply', '--yes')).status, 0);
  const { id, alert } = await read();
  assert.deepEqual(alert, ALERT);

  const path = `/api/v1/monitor/${id}`;
  const monitor = await datadog(pod, 'GET', path);
  const { options, message } = monitor;
  await datadog(pod, 'PUT', path, {
    query: 'avg(last_15m):avg:rabbitmq.queue.messages{env:live} by {queue} > 2000',
    message: String(message).replaceAll('@slack-orders', '@slack-orders-night'),
    options: { ...(isObject(options) ? options : {}), thresholds: { critical: 2000, warning: 500 } },
  });
  assert.deepEqual((await read()).alert, EDITED);

  assert.equal((await run('drift')).status, 2);
  const accepted = await run('drift', '--accept');
  assert.equal(accepted.status, 0, accepted.err);
  const text = readFileSync(join(folder, 'd.yaml'), 'utf8');
  const edits = [
    ['env:prod', 'env:live'],
    ['over: 10m, above: 1000', 'over: 15m, above: 2000'],
    ['@slack-orders"', '@slack-orders-night"'],
  ] as const;
  assert.equal(
    text,
    edits.reduce((written, [from, to]) => written.replace(from, to), YAML),
  );
  assert.equal((await run('plan')).status, 0);
  assert.equal((await run('drift')).status, 0);
});
