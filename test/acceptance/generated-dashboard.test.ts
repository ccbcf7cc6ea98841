import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { applyCommand } from '../../src/cli/commands/apply.ts';
import { driftCommand } from '../../src/cli/commands/drift.ts';
import { planCommand } from '../../src/cli/commands/plan.ts';
import { isObject, type Json, type JsonObject } from '../../src/domain/json.ts';
import { folderWith, ROOT } from './birddog-command.ts';
import { datadog, ok } from './document-client.ts';
import { type Pod, request, startPod } from './pod.ts';
import { runInProcess } from './run-in-process.ts';

let pod: Pod;
before(async () => {
  pod = await startPod({ limits: false });
});
after(() => pod.stop());

const COMMANDS = { plan: planCommand, apply: applyCommand, drift: driftCommand };
const run = (folder: string, [name, ...args]: readonly [keyof typeof COMMANDS, ...string[]]) =>
  runInProcess(COMMANDS[name], pod.birddogUrl, folder, args);

/** Alerts with their thresholds, as they are written and as the markers of the dashboard must show them. */
const ALERTS = [
  ['backlog', '{over: 10m, above: 1000, warn: 500, recover: 800}', ['y = 1000', 'y = 500', 'y = 800']],
  ['consumers', '{over: 5m, below: 2, warn: 3}', ['y = 2', 'y = 3']],
  ['errors', '{over: 15m, above: 0.05}', ['y = 0.05']],
  ['lag', '{over: 1h, above: 30}', ['y = 30']],
] as const;
const DOCUMENT = `# Alerts of the shop
application: generated
team: payments
notify: ["@slack-shop"]
alerts:
${ALERTS.map(
  ([key, condition]) => `  - key: ${key}
    title: The ${key} of the shop
    signal: {metric: shop.${key}, filter: "env:prod", by: [queue]}
    condition: ${condition}
`,
).join('')}dashboards:
  - {key: overview, from: alerts} # generated
`;

async function dashboard(application: string): Promise<JsonObject> {
  const { id } = ok(await request(pod, 'GET', `/get_dashboards?application=${application}&key=overview`))
    .dashboards[0];
  return datadog(pod, 'GET', `/api/v1/dashboard/${id}`);
}

function objects(list: Json | undefined): JsonObject[] {
  return Array.isArray(list) ? list.filter(isObject) : [];
}

const definitionsIn = ({ widgets }: JsonObject) =>
  objects(widgets).map(({ definition }) => (isObject(definition) ? definition : {}));

describe('a dashboard from alerts, through the processes', () => {
  it('has one widget for each alert with its thresholds, follows the alerts and shows drift', async (t) => {
    const folder = folderWith(t, { 'shop.yaml': DOCUMENT });
    const applied = await run(folder, ['apply', '--yes', 'shop.yaml']);
    assert.equal(applied.status, 0, applied.err);
    const created = await dashboard('generated');
    const graphs = definitionsIn(created).filter(({ type }) => type === 'timeseries');
    assert.deepEqual(
      graphs.map(({ title, markers }) => [title, objects(markers).map(({ value }) => value)]),
      ALERTS.map(([key, , lines]) => [`The ${key} of the shop`, lines]),
    );
    for (const { layout } of objects(created['widgets'])) {
      assert.ok(isObject(layout));
      assert.ok(Number(layout['x']) + Number(layout['width']) <= 12);
    }
    assert.equal((await run(folder, ['plan', 'shop.yaml'])).status, 0);

    const path = join(folder, 'shop.yaml');
    const louder = DOCUMENT.replace('below: 2, warn: 3', 'below: 1, warn: 3');
    writeFileSync(path, louder);
    const plan = await run(folder, ['plan', 'shop.yaml']);
    assert.equal(plan.status, 2);
    assert.match(plan.out, /~ alert consumers/);
    assert.match(plan.out, /~ dashboard overview {2}generated from the alerts/);
    assert.match(plan.out, /widgets\[2\]\.definition\.markers\[0\]\.value: "y = 2" → "y = 1"/);
    assert.equal((await run(folder, ['apply', '--yes', 'shop.yaml'])).status, 0);
    assert.equal((await run(folder, ['plan', 'shop.yaml'])).status, 0);

    const live = await dashboard('generated');
    const widgets = objects(live['widgets']).map((widget, at) =>
      at === 1 && isObject(widget['definition'])
        ? { ...widget, definition: { ...widget['definition'], title: 'Mine' } }
        : widget,
    );
    await datadog(pod, 'PUT', `/api/v1/dashboard/${String(live['id'])}`, { ...live, widgets });
    const drift = await run(folder, ['drift', 'shop.yaml']);
    assert.equal(drift.status, 2);
    assert.match(drift.out, /~ dashboard overview {2}changed by /);
    assert.match(drift.out, /widgets\[1\]\.definition\.title: "The backlog of the shop" → "Mine"/);
    const accepted = await run(folder, ['drift', '--accept', 'shop.yaml']);
    assert.match(
      `${accepted.out}${accepted.err}`,
      /dashboard overview could not be updated completely: the dashboard is generated from the alerts/,
    );
    assert.equal(readFileSync(path, 'utf8'), louder);
    assert.equal((await run(folder, ['drift', '--revert', '--yes', 'shop.yaml'])).status, 0);
    assert.equal((await run(folder, ['plan', 'shop.yaml'])).status, 0);
  });

  it('shows the 25 everyday alerts, and a second plan is empty', async (t) => {
    const text = readFileSync(join(ROOT, 'docs/everyday-alerts.yaml'), 'utf8');
    const folder = folderWith(t, {
      'everyday.yaml': text.replace('application: shop', 'application: everyday'),
    });
    const applied = await run(folder, ['apply', '--yes', 'everyday.yaml']);
    assert.equal(applied.status, 0, `${applied.out}${applied.err}`);
    const again = await run(folder, ['plan', 'everyday.yaml']);
    assert.equal(again.status, 0, again.out);
    assert.match(again.out, /No changes\. 26 objects match/);
  });

  it('writes another title of a generated dashboard into the file', async (t) => {
    const folder = folderWith(t, { 'shop.yaml': DOCUMENT.replaceAll('generated', 'titled') });
    assert.equal((await run(folder, ['apply', '--yes', 'shop.yaml'])).status, 0);
    const live = await dashboard('titled');
    await datadog(pod, 'PUT', `/api/v1/dashboard/${String(live['id'])}`, { ...live, title: 'Our shop' });
    assert.equal((await run(folder, ['drift', '--accept', 'shop.yaml'])).status, 0);
    assert.match(readFileSync(join(folder, 'shop.yaml'), 'utf8'), /from: alerts, title: Our shop\}/);
    assert.equal((await run(folder, ['plan', 'shop.yaml'])).status, 0);
  });
});
