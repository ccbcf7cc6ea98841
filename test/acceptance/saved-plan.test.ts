import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { applyCommand } from '../../src/cli/commands/apply.ts';
import { planCommand } from '../../src/cli/commands/plan.ts';
import { changesOf } from '../../src/diff/changes.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { folderWith } from './birddog-command.ts';
import { datadog } from './document-client.ts';
import { type Pod, startPod } from './pod.ts';
import { runInProcess } from './run-in-process.ts';

let pod: Pod;
before(async () => {
  pod = await startPod({ limits: false });
});
after(() => pod.stop());

const COMMANDS = { plan: planCommand, apply: applyCommand };
const run = (
  folder: string,
  [name, ...args]: readonly [keyof typeof COMMANDS, ...string[]],
  given: Parameters<typeof runInProcess>[4] = {},
) => runInProcess(COMMANDS[name], pod.birddogUrl, folder, args, given);

const document = (application: string, rest = '') => `apiVersion: birddog/v1
application: ${application}
team: payments
monitors:
  - key: load
    type: query alert
    name: Load
    query: avg(last_5m):avg:system.load.1{*} > 2
    message: Look at the load @slack-a
    options: {thresholds: {critical: 2}}
${rest}`;
const DASHBOARD = `dashboards:
  - key: overview
    title: Overview
    layout_type: ordered
    widgets: [{definition: {type: alert_value, alert_id: "\${monitor:load}"}}]
`;

describe('birddog plan', () => {
  it('shows a create as Datadog will have it: the monitor of an alert, added tags and markers', async (t) => {
    const alert =
      'alerts: [{key: deep, title: Deep, signal: {metric: queue.depth}, condition: {over: 5m, above: 10}}]\n';
    const folder = folderWith(t, { 'c.yaml': `${document('checkout', DASHBOARD)}${alert}` });
    const { out } = await run(folder, ['plan', 'c.yaml']);
    assert.match(out, /^ {6}\+ query: "avg\(last_5m\):avg:queue\.depth\{\*\} > 10"$/m);
    assert.match(out, /Managed by Birddog: checkout\/overview"$/m);
    const json = JSON.parse((await run(folder, ['plan', '--json', 'c.yaml'])).out);
    const planned = new Map<string, JsonObject>(
      json.documents[0].objects.map((one: { key: string; after: JsonObject }) => [one.key, one.after]),
    );
    const added = (key: string) => [
      'service:checkout',
      'team:payments',
      'birddog_application:checkout',
      `birddog_key:checkout/${key}`,
    ];
    assert.deepEqual(
      [planned.get('load')?.['tags'], planned.get('deep')?.['tags']],
      [added('load'), added('deep')],
    );
    for (const tag of added('deep')) assert.ok(out.includes(tag), tag);
    const markdown = (await run(folder, ['plan', '--markdown', 'c.yaml'])).out;
    for (const tag of added('deep')) assert.ok(markdown.includes(tag), tag);
    // What the plan shows is what Datadog has afterwards, but for the reference that had no id yet.
    const applied = JSON.parse((await run(folder, ['apply', '--yes', '--json', 'c.yaml'])).out);
    for (const { kind, key, id } of applied.documents[0].done) {
      const live = await datadog(
        pod,
        'GET',
        `/api/v1/${kind === 'dashboard' ? 'dashboard' : 'monitor'}/${id}`,
      );
      const { widgets: _, ...whole } = planned.get(key) ?? {};
      assert.deepEqual(
        changesOf(kind === 'dashboard' ? 'dashboard' : 'monitor', live, { ...live, ...whole }),
        [],
      );
    }
  });
});
