import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { z } from 'zod';
import { applyCommand } from '../../src/cli/commands/apply.ts';
import { convertCommand } from '../../src/cli/commands/convert.ts';
import { planCommand } from '../../src/cli/commands/plan.ts';
import { type JsonObject, printJson } from '../../src/domain/json.ts';
import { folderWith } from './birddog-command.ts';
import { datadog } from './document-client.ts';
import { type Pod, startPod } from './pod.ts';
import { runInProcess } from './run-in-process.ts';

let pod: Pod;
before(async () => {
  pod = await startPod({ limits: false });
});
after(() => pod.stop());

const plannedSchema = z.object({
  documents: z.array(
    z.object({
      objects: z.array(
        z.object({ action: z.string(), id: z.string(), changes: z.array(z.object({ path: z.string() })) }),
      ),
    }),
  ),
});

/** A resource of a state: a monitor unless its address says otherwise. */
function resource(address: string, id: unknown, values: JsonObject = {}): JsonObject {
  const [type = ''] = address.split('.');
  return { address, mode: 'managed', type, values: { id: String(id), ...values } };
}

describe('birddog convert --from terraform', () => {
  it('converts what Datadog has: the first plan only adds markers, the second is empty', async (t) => {
    const query = 'avg(last_5m):avg:system.load.5{env:prod} by {host} > 2';
    const load = (name: string): JsonObject => ({
      type: 'query alert',
      name,
      query,
      message: 'Load @slack-a',
      tags: ['env:prod'],
      options: { thresholds: { critical: 2 } },
    });
    const create = (path: string, body: JsonObject) => datadog(pod, 'POST', path, body);
    const a = await create('/api/v1/monitor', load('Load A'));
    const b = await create('/api/v1/monitor', load('Load B'));
    const composite = `${String(a['id'])} && ${String(b['id'])}`;
    const both = await create('/api/v1/monitor', {
      type: 'composite',
      name: 'Both',
      query: composite,
      message: 'Both @slack-a',
      tags: ['env:prod'],
    });
    const board = await create('/api/v1/dashboard', {
      title: 'Load',
      layout_type: 'ordered',
      widgets: [
        { definition: { type: 'alert_graph', alert_id: String(a['id']), viz_type: 'timeseries' } },
        { definition: { type: 'note', content: 'Load' } },
      ],
    });
    const foreign = await create('/api/v1/monitor', {
      ...load('Foreign'),
      tags: ['birddog_key:other/load'],
    });
    const resources = [
      resource('datadog_monitor.load["a.x"]', a['id']),
      resource('datadog_monitor.load["b"]', b['id']),
      resource('datadog_monitor.both', both['id']),
      resource('datadog_dashboard.board', board['id']),
      resource('datadog_monitor.foreign', foreign['id']),
      resource('datadog_monitor.gone', 999_999_999),
    ];
    const state = printJson({ values: { root_module: { resources } } });
    const folder = folderWith(t, { 'state.json': state });
    const owner = ['--from', 'terraform', '--application', 'from-terraform', '--team', 'payments'];
    const run = (command: Parameters<typeof runInProcess>[0], args: readonly string[]) =>
      runInProcess(command, pod.birddogUrl, folder, args);

    const converted = await run(convertCommand, [...owner, '--out', join(folder, 'out'), 'state.json']);
    assert.equal(converted.status, 2, converted.err);
    assert.match(converted.err, /left out: datadog_monitor\.foreign: .*carries the marker of other/);
    assert.match(converted.err, /left out: datadog_monitor\.gone: Datadog has no monitor 999999999/);
    const file = join(folder, 'out/from-terraform.yaml');
    const text = readFileSync(file, 'utf8');
    assert.deepEqual(
      [...text.matchAll(/^ +- key: (.*)$/gm)].map(([, key]) => key),
      ['load-a.x', 'load-b', 'both', 'board'],
    );
    assert.match(text, /alert_id: "?\$\{monitor:load-a\.x\}/);
    const removed = readFileSync(join(folder, 'out/removed.tf'), 'utf8');
    assert.deepEqual(
      [...removed.matchAll(/from = (.*)/g)].map(([, address]) => address),
      ['datadog_monitor.load', 'datadog_monitor.both', 'datadog_dashboard.board'],
    );

    const plan = await run(planCommand, ['--json', file]);
    const [planned] = plannedSchema.parse(JSON.parse(plan.out)).documents;
    assert.deepEqual(new Set(planned?.objects.map(({ action }) => action)), new Set(['update']));
    assert.deepEqual(
      planned?.objects.map(({ id }) => id).toSorted(),
      [a, b, both, board].map(({ id }) => String(id)).toSorted(),
    );
    const paths = planned?.objects.flatMap(({ changes }) => changes.map(({ path }) => path.split('/')[1]));
    assert.deepEqual(new Set(paths), new Set(['tags', 'description']));
    const applied = await run(applyCommand, ['--yes', file]);
    assert.equal(applied.status, 0, applied.err);
    assert.equal((await run(planCommand, [file])).status, 0);

    // After the apply, the objects have markers, and a conversion keeps their keys.
    const again = await run(convertCommand, [...owner, '--json', 'state.json']);
    assert.equal(again.status, 2, again.err);
    assert.match(again.out, /"key":"load-a\.x"/);
    assert.doesNotMatch(again.out, /"adopt"/);
  });
});
