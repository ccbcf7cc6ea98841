import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { applyCommand } from '../../src/cli/commands/apply.ts';
import { driftCommand } from '../../src/cli/commands/drift.ts';
import { expandCommand } from '../../src/cli/commands/expand.ts';
import { planCommand } from '../../src/cli/commands/plan.ts';
import { isObject, type JsonObject } from '../../src/domain/json.ts';
import { valueAt } from '../../src/domain/pointer.ts';
import { folderWith } from './birddog-command.ts';
import { actions, datadog, documentOf, ok, refused, send } from './document-client.ts';
import { type Pod, request, startPod } from './pod.ts';
import { runInProcess } from './run-in-process.ts';

let pod: Pod;
before(async () => {
  pod = await startPod({ limits: false });
});
after(() => pod.stop());

const alert = (more: JsonObject = {}): JsonObject => ({
  key: 'deep',
  title: 'Queue is deep in ${env}',
  signal: { metric: 'rabbitmq.queue.messages', filter: 'env:${env}' },
  condition: { over: '5m', above: '${depth}' },
  notify: ['@slack-${env}'],
  ...more,
});
const variants = { prod: { suffix: '' }, staging: { env: 'staging', depth: 5000 } };
const parameters = { env: 'prod', depth: 1000 };
const shop = (application: string, more: JsonObject = {}) =>
  documentOf(application, { parameters, variants, alerts: [alert()], ...more });

const COMMANDS = { plan: planCommand, apply: applyCommand, drift: driftCommand, expand: expandCommand };
const run = (folder: string, name: keyof typeof COMMANDS, ...args: string[]) =>
  runInProcess(COMMANDS[name], pod.birddogUrl, folder, args);

describe('a document with parameters and variants, through the processes', () => {
  // `checkout` is listed, so one container serves it, and the other one serves the second application.
  for (const application of ['checkout', 'expanded'])
    it(`of ${application} is applied, has no changes then, and adopts variants without a change`, async () => {
      const plain = documentOf(application, { parameters, alerts: [alert()] });
      assert.deepEqual(actions(ok(await send(pod, '/apply', plain))), ['alert deep create']);
      assert.deepEqual(actions(ok(await send(pod, '/plan', shop(application)))), [
        'alert deep none',
        'alert deep-staging create',
      ]);
      ok(await send(pod, '/apply', shop(application)));
      assert.deepEqual(actions(ok(await send(pod, '/plan', shop(application)))), [
        'alert deep none',
        'alert deep-staging none',
      ]);
      const set = ok(await send(pod, '/plan?set=depth=7&set=env=qa', shop(application)));
      assert.deepEqual(
        set.objects.map(
          ({ after: { query, name } }: { after: JsonObject }) => `${String(name)}: ${String(query)}`,
        ),
        [
          'Queue is deep in qa: avg(last_5m):avg:rabbitmq.queue.messages{env:qa} > 7',
          'Queue is deep in qa: avg(last_5m):avg:rabbitmq.queue.messages{env:qa} > 7',
        ],
      );
    });

  it('has findings at the text as written, small or in a separate process', async () => {
    const faulty = shop('faulty', {
      alerts: [alert({ condition: { over: '5m', above: '${depth}', recover: 2000 } })],
    });
    for (const padding of ['', ' '.repeat(70_000)]) {
      const body = JSON.stringify(faulty, null, 1) + padding;
      const headers = { 'content-type': 'application/json' };
      const { findings } = refused(await request(pod, 'POST', '/plan', { body, headers }));
      const found = findings.filter(({ severity }: JsonObject) => severity === 'error');
      assert.deepEqual(
        found.map(({ pointer, message }: JsonObject) => [
          pointer,
          String(message).includes('(variant prod)'),
        ]),
        [['/alerts/0/condition/recover', true]],
      );
      assert.match(body.split('\n')[found[0].line - 1] ?? '', /"recover": 2000/);
    }
    const unknown = refused(
      await send(pod, '/plan', shop('faulty', { alerts: [alert({ message: '${envv}' })] })),
    );
    assert.deepEqual(
      unknown.findings.map(({ code, pointer }: JsonObject) => `${String(code)} ${String(pointer)}`),
      ['unknown_parameter /alerts/0/message'],
    );
  });

  it('is answered expanded, with the places of all values', async () => {
    const written = shop('expanded', {
      alerts: [alert({ each: { queue: ['orders'] }, message: '${queue}' })],
    });
    const { document, source_map: places, findings } = ok(await send(pod, '/expand', written));
    assert.deepEqual(findings, []);
    assert.deepEqual(
      document.alerts.map(({ key }: JsonObject) => key),
      ['deep-orders', 'deep-orders-staging'],
    );
    assert.deepEqual(places['/alerts/1/condition/above'].pointer, '/alerts/0/condition/above');
    assert.equal(places['/alerts/1/message'].variant, 'staging');
    for (const { pointer } of Object.values<{ pointer: string }>(places))
      assert.notEqual(valueAt(written, pointer), undefined, pointer);
    const again = ok(await send(pod, '/expand', document));
    assert.deepEqual(again.document, document);
    const { status } = await send(pod, '/expand', shop('expanded', { variants: { a: { no: 1 }, b: {} } }));
    assert.equal(status, 422);
  });

  it('takes values from the command line, also in a saved plan', async (t) => {
    const folder = folderWith(t, {
      'shop.yaml':
        'application: set\nteam: shop\nparameters: {depth: 1}\nalerts:\n  - {key: a, title: A, signal: {metric: m}, condition: {over: 5m, above: "${depth}"}, notify: ["@slack-a"]}\n',
    });
    const expanded = await run(folder, 'expand', '--json', '--set', 'depth=3', 'shop.yaml');
    const { alerts }: { alerts: JsonObject[] } = JSON.parse(expanded.out);
    assert.ok(isObject(alerts[0]?.['condition']) && alerts[0]['condition']['above'] === 3);
    const saved = await run(folder, 'plan', '--set', 'depth=4', '--out', 'plan.json', 'shop.yaml');
    assert.equal(saved.status, 2, saved.err);
    assert.equal(JSON.parse(readFileSync(join(folder, 'plan.json'), 'utf8')).documents[0].set, 'depth=4');
    const applied = await run(folder, 'apply', 'plan.json');
    assert.equal(applied.status, 0, applied.err);
    assert.equal((await run(folder, 'drift', '--set', 'depth=4', 'shop.yaml')).status, 0);
    assert.equal((await run(folder, 'plan', '--set', 'depth=4', 'shop.yaml')).status, 0);
    assert.equal((await run(folder, 'plan', 'shop.yaml')).status, 2);
    const wrong = await run(folder, 'plan', '--set', 'dept=4', 'shop.yaml');
    assert.match(wrong.out + wrong.err, /Did you mean "depth"\?/);
  });

  it('gets the drift of one variant in its values, and that of all in the entry', async (t) => {
    const folder = folderWith(t, {
      'shop.yaml': `application: accepted
team: shop
parameters: {env: prod, depth: 1000}
variants:
  prod: {suffix: ""}
  staging: {env: staging, depth: 5000} # a lot
alerts:
  - key: deep
    title: Queue is deep in \${env}
    severity: low # of all
    signal: {metric: rabbitmq.queue.messages, filter: "env:\${env}"}
    condition: {over: 5m, above: "\${depth}"}
    notify: ["@slack-shop"]
`,
    });
    assert.equal((await run(folder, 'apply', '--yes', 'shop.yaml')).status, 0);
    const { monitors } = ok(await request(pod, 'GET', '/get_monitors?application=accepted'));
    for (const { id, monitor, key } of monitors) {
      const query = key === 'deep-staging' ? monitor.query.replace('5000', '7000') : monitor.query;
      const thresholds = key === 'deep-staging' ? { critical: 7000 } : { critical: 1000 };
      const change = { query, priority: 2, options: { ...monitor.options, thresholds } };
      await datadog(pod, 'PUT', `/api/v1/monitor/${id}`, change);
    }
    const result = await run(folder, 'drift', '--accept', 'shop.yaml');
    assert.equal(result.status, 0, result.out + result.err);
    const text = readFileSync(join(folder, 'shop.yaml'), 'utf8');
    assert.match(text, /staging: \{env: staging, depth: 7000\} # a lot/);
    assert.match(text, /severity: high # of all/);
    assert.equal((await run(folder, 'plan', 'shop.yaml')).status, 0);
  });

  it('uses packs: installed ones, and one in the document', async () => {
    const own = {
      apiVersion: 'birddog/pack/v1',
      name: 'own',
      version: 1,
      summary: 'Own',
      alerts: [
        { key: 'a', title: 'A', signal: { metric: 'own.metric' }, condition: { over: '5m', above: 1 } },
      ],
    };
    const document = documentOf('packed', {
      notify: ['@slack-shop'],
      packs: [own],
      use: [
        { pack: 'rabbitmq', version: 1, with: { queue: 'orders' }, change: { backlog: { severity: 'low' } } },
        { pack: 'own', version: 1 },
      ],
    });
    ok(await send(pod, '/apply', document));
    const planned = ok(await send(pod, '/plan', document));
    assert.deepEqual(new Set(planned.objects.map(({ action }: JsonObject) => action)), new Set(['none']));
    assert.ok(actions(planned).includes('alert own-a none'));
    // Large enough for a separate process.
    const body = `${JSON.stringify(document)}${' '.repeat(70_000)}`;
    const headers = { 'content-type': 'application/json' };
    const large = ok(await request(pod, 'POST', '/plan', { body, headers }));
    assert.deepEqual(actions(large), actions(planned));
    const faulty = { ...document, packs: [{ ...own, version: 'one' }] };
    const { findings } = refused(await send(pod, '/plan', faulty));
    assert.deepEqual(
      findings.map(({ pointer }: JsonObject) => pointer),
      ['/packs/0/version'],
    );
  });
});
