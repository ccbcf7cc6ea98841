import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { applyCommand } from '../../src/cli/commands/apply.ts';
import { planCommand } from '../../src/cli/commands/plan.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { folderWith } from './birddog-command.ts';
import { actions, documentOf, MONITOR, ok, refused, send } from './document-client.ts';
import { type Pod, request, startPod } from './pod.ts';
import { startReplica } from './replicas.ts';
import { runInProcess } from './run-in-process.ts';

let pod: Pod;
before(async () => {
  pod = await startPod({ limits: false, env: { sidecar: { BIRDDOG_HANDLES: 'datadog' } } });
});
after(() => pod.stop());

describe("Datadog's validation of a plan", () => {
  /** Lint accepts it, because the error is ignored; Datadog does not. */
  const wrong: JsonObject = {
    ...MONITOR,
    query: 'avg(last_5m):avg:system.load.1{*} > 5',
    lint: { ignore: [{ code: 'threshold_differs', because: 'Datadog decides.' }] },
  };
  const outline = (findings: { code: string; severity: string; source?: string; pointer: string }[]) =>
    findings.map(({ code, severity, source, pointer }) => [code, severity, source, pointer]);
  const ERROR = ['datadog_refused', 'error', 'datadog', '/monitors/0/options/thresholds'];

  for (const [application, route] of [
    ['checkout', 'listed'],
    ['plain', 'unlisted'],
  ] as const)
    it(`reports what Datadog would refuse, and can be switched off: ${route}`, async () => {
      const document = documentOf(application, { monitors: [wrong] });
      const plan = refused(await send(pod, '/plan', document));
      assert.equal(plan.route, route);
      assert.deepEqual(outline(plan.findings), [ERROR]);
      assert.deepEqual(ok(await send(pod, '/plan?validate=false', document)).findings, []);
      assert.deepEqual(actions(plan), ['monitor load create']);
    });

  it('warns about recipients that BIRDDOG_HANDLES does not list, and /check counts the known ones', async (t) => {
    const folder = folderWith(t, { handles: '@slack-orders\n' });
    const { birddogUrl } = await startReplica(pod, 'handles', { BIRDDOG_HANDLES: join(folder, 'handles') });
    const document = documentOf('checkout', { monitors: [{ ...MONITOR, message: 'High. @slack-ordres' }] });
    const plan = ok(await send({ ...pod, birddogUrl }, '/plan', document));
    assert.deepEqual(outline(plan.findings), [
      ['handle_unknown', 'warning', undefined, '/monitors/0/message'],
    ]);
    assert.equal(plan.findings[0].hint, 'Did you mean @slack-orders?');
    const linted = ok(await send({ ...pod, birddogUrl }, '/lint', document));
    assert.deepEqual(outline(linted.findings), outline(plan.findings));
    const { body } = await request({ ...pod, birddogUrl }, 'GET', '/check');
    assert.deepEqual(
      body.parts
        .filter(({ name }: { name: string }) => name.endsWith('handles'))
        .map(({ name, state, detail }: Record<string, string>) => `${name} ${state}: ${detail}`),
      [
        'handles ok: Plans compare recipients with a list of 1.',
        'sidecar_handles ok: Plans compare recipients with a list of 1.',
      ],
    );
  });

  it('is off in a process with BIRDDOG_VALIDATE=false', async () => {
    const { birddogUrl } = await startReplica(pod, 'unvalidated', { BIRDDOG_VALIDATE: 'false' });
    const document = documentOf('checkout', { monitors: [wrong] });
    const plan = ok(await send({ ...pod, birddogUrl }, '/plan', document));
    assert.deepEqual([plan.findings, actions(plan)], [[], ['monitor load create']]);
  });

  it('is shown by birddog plan, counts what cannot be validated, and is off with --offline', async (t) => {
    const monitors = [
      { ...MONITOR },
      { ...MONITOR, key: 'both', name: 'Both', type: 'composite', query: '${monitor:load}', options: {} },
    ];
    const documents = [documentOf('plain', { monitors: [wrong] }), documentOf('other', { monitors })];
    const folder = folderWith(t, {
      'refused.json': JSON.stringify(documents[0]),
      'both.json': JSON.stringify(documents[1]),
    });
    const run = (...args: string[]) => runInProcess(planCommand, pod.birddogUrl, folder, args);
    const { status, out } = await run('refused.json', 'both.json');
    assert.match(out, /refused\.json:1:\d+: error: Datadog will reject the monitor: .* \[datadog_refused\]/);
    assert.match(out, /both\.json:1:1: info: Datadog has not validated 1 of 2 new .* \[not_validated\]/);
    assert.equal(status, 1);
    const offline = await run('--offline', 'refused.json', 'both.json');
    assert.doesNotMatch(offline.out, /datadog_refused|not_validated/);
    assert.equal(offline.status, 2);
  });

  it('is shown by birddog apply, which then writes nothing, and is off with --offline', async (t) => {
    const folder = folderWith(t, { 'd.json': JSON.stringify(documentOf('apply', { monitors: [wrong] })) });
    const run = (...args: string[]) =>
      runInProcess(applyCommand, pod.birddogUrl, folder, [...args, 'd.json']);
    const { status, out } = await run('--yes');
    assert.match(out, /\[datadog_refused\]/);
    assert.equal(status, 1);
    const offline = await run('--offline');
    assert.doesNotMatch(offline.out, /datadog_refused/);
    assert.match(offline.err, /Not a terminal: pass --yes/);
  });
});

describe('the findings that birddog plan prints', () => {
  /** The first monitor has a warning and an info, the second one a warning. */
  const documentWith = (message: string) =>
    documentOf('plain', {
      monitors: [
        { ...MONITOR, key: 'first', name: 'First', type: 'metric alert', priority: 0 },
        { ...MONITOR, key: 'second', name: 'Second', priority: 0, message },
      ],
    });
  const codes = (out: string) =>
    [...out.matchAll(/: (?:warning|info): .* \[(\w+)\]$/gm)].map(([, code]) => code);

  it('are those about changed objects, with the number of the others, or all with --all-findings', async (t) => {
    ok(await send(pod, '/apply', documentWith('one @slack-a')));
    const folder = folderWith(t, { 'd.json': JSON.stringify(documentWith('two @slack-a')) });
    const run = (...args: string[]) => runInProcess(planCommand, pod.birddogUrl, folder, [...args, 'd.json']);
    const { out } = await run();
    assert.deepEqual(codes(out), ['priority_zero']);
    assert.match(
      out,
      / {2}2 findings about unchanged objects not shown \(pass --all-findings\)\.\n {2}1 to update; 1 unchanged\.\n/,
    );
    const all = await run('--all-findings');
    assert.deepEqual(codes(all.out), ['metric_alert_type', 'priority_zero', 'priority_zero']);
    assert.doesNotMatch(all.out, /not shown/);
    const json: { documents: { findings: { pointer: string }[]; hidden_findings: object }[] } = JSON.parse(
      (await run('--json')).out,
    );
    assert.deepEqual(
      json.documents.map(({ findings, hidden_findings: hidden }) => [
        findings.map(({ pointer }) => pointer),
        hidden,
      ]),
      [[['/monitors/1/priority'], { unchanged: 2, infos: 0 }]],
    );
    assert.match((await run('--markdown')).out, /- 2 findings about unchanged objects not shown/);
  });
});
