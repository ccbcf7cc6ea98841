import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type BirddogClient, createBirddogClient } from '../../src/cli/client/birddog-client.ts';
import { applyCommand } from '../../src/cli/commands/apply.ts';
import { planCommand } from '../../src/cli/commands/plan.ts';
import { readConfig } from '../../src/cli/config.ts';
import { changesOf } from '../../src/diff/changes.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { birddog, folderWith, lastLine } from './birddog-command.ts';
import { systemClock } from '../../src/runtime/system-clock.ts';
import { items } from '../documents-in-process.ts';
import { datadog } from './document-client.ts';
import { control, type Pod, startPod } from './pod.ts';
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
    const applied = lastLine((await run(folder, ['apply', '--yes', '--json', 'c.yaml'])).out);
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

describe('birddog plan of what somebody else has changed', () => {
  it('says who and when beside the line, as text, Markdown and JSON', async (t) => {
    const folder = folderWith(t, { 'w.yaml': document('saved-w', DASHBOARD) });
    assert.equal((await run(folder, ['apply', '--yes', 'w.yaml'])).status, 0);
    const [live] = await monitorsOf('saved-w');
    const path = `/api/v1/monitor/${String(live?.['id'])}`;
    await datadog(pod, 'PUT', path, { message: 'Theirs @slack-b', priority: 2 });
    writeFileSync(
      join(folder, 'w.yaml'),
      document('saved-w', DASHBOARD).replace('name: Load', 'name: High load'),
    );
    const by = String.raw`sandbox@example\.com on \d{4}-\d\d-\d\d at \d\d:\d\d UTC`;
    const { out } = await run(folder, ['plan', 'w.yaml']);
    assert.match(
      out,
      new RegExp(
        String.raw`^ {6}~ message: "Theirs @slack-b" → "Look at the load @slack-a" \(changed by ${by}\)$`,
        'm',
      ),
    );
    assert.match(out, /^ {6}~ name: "Load" → "High load"$/m);
    const markdown = (await run(folder, ['plan', '--markdown', 'w.yaml'])).out;
    assert.match(
      markdown,
      /\*\*undoes\*\* the change of <code>message<\/code>, <code>priority<\/code> by <code>sandbox&#64;example\.com on [^<]* UTC<\/code>/,
    );
    const json = JSON.parse((await run(folder, ['plan', '--json', 'w.yaml'])).out);
    const [monitor] = json.documents[0].objects;
    const authors = monitor.changes.map((one: JsonObject) => [one['path'], one['changed_by']]);
    assert.deepEqual(authors.toSorted(), [
      ['/message', 'sandbox@example.com'],
      ['/name', undefined],
      ['/priority', 'sandbox@example.com'],
    ]);
    assert.equal(monitor.changed_by, 'sandbox@example.com');
    assert.ok(Date.parse(monitor.changed_at) > 0);
    await datadog(pod, 'DELETE', path);
    const deleted = await run(folder, ['plan', 'w.yaml']);
    assert.match(
      deleted.out,
      new RegExp(`^ {2}\\+ monitor load {2}deleted in Datadog by ${by}; it gets a new id$`, 'm'),
    );
  });
});

/** Returns the requests that have changed Datadog. */
const writes = async (): Promise<unknown> => (await control(pod.datadogUrl, 'GET', 'writes')).text();

/** Returns the monitors of an application in Datadog. */
async function monitorsOf(application: string): Promise<JsonObject[]> {
  const list = await control(pod.datadogUrl, 'GET', 'state');
  const monitors = items(JSON.parse(await list.text()).monitors);
  return monitors.filter(
    ({ tags }) => Array.isArray(tags) && tags.includes(`birddog_application:${application}`),
  );
}

/** Saves the plan of a document in plan.json. */
async function save(folder: string, ...args: string[]): Promise<void> {
  const saved = await run(folder, ['plan', '--out', 'plan.json', ...args]);
  assert.equal(saved.status, 2, saved.err);
}

describe('a saved plan', () => {
  it('is applied without a question, also after its document was edited; again it has nothing to do', async (t) => {
    const text = document('saved-a', DASHBOARD);
    const folder = folderWith(t, { 'a.yaml': text });
    const env = { BIRDDOG_URL: pod.birddogUrl };
    const planned = await birddog(folder, ['plan', '--out', 'p.out', 'a.yaml'], { env });
    assert.deepEqual([planned.status, planned.err], [2, '']);
    assert.match(planned.out, /^Saved to p\.out\. Apply it with: birddog apply p\.out$/m);
    const { kind, documents, ...head } = JSON.parse(readFileSync(join(folder, 'p.out'), 'utf8'));
    assert.deepEqual([kind, Object.keys(head)], ['birddog/plan/v1', ['created_at', 'birddog']]);
    const [{ plan, ...fields }] = documents;
    assert.deepEqual(fields, {
      source: 'a.yaml',
      sha256: createHash('sha256').update(text).digest('hex'),
      application: 'saved-a',
      basis: plan.basis,
      prune: false,
      force: false,
      document: text,
    });
    writeFileSync(join(folder, 'a.yaml'), document('saved-a').replaceAll('2', '3'));
    const applied = await birddog(folder, ['apply', 'p.out'], { env });
    assert.deepEqual([applied.status, applied.err], [0, '']);
    assert.match(applied.out, /^p\.out: saved at 20\S+Z by birddog \d/);
    assert.match(applied.out, /^ {2}created monitor load http\S+$/m);
    assert.match(applied.out, /^ {2}created dashboard overview http\S+$/m);
    const [live] = await monitorsOf('saved-a');
    assert.equal(live?.['query'], 'avg(last_5m):avg:system.load.1{*} > 2');
    const written = await writes();
    const again = await birddog(folder, ['apply', '-'], {
      env,
      input: readFileSync(join(folder, 'p.out'), 'utf8'),
    });
    assert.deepEqual([again.status, again.err], [0, '']);
    assert.match(again.out, /^Nothing left to do: everything in this plan is done\.$/m);
    assert.deepEqual(await writes(), written);
  });

  it('is not applied if somebody has changed an object: says what, and writes nothing of any document', async (t) => {
    const folder = folderWith(t, { 'b.yaml': document('saved-b') });
    assert.equal((await run(folder, ['apply', '--yes', 'b.yaml'])).status, 0);
    const other = document('saved-c').replace('load.1', 'load.5');
    writeFileSync(join(folder, 'b.yaml'), `${other}---\n${document('saved-b', DASHBOARD)}`);
    await save(folder, 'b.yaml');
    const [live] = await monitorsOf('saved-b');
    await datadog(pod, 'PUT', `/api/v1/monitor/${String(live?.['id'])}`, { message: 'Theirs @slack-b' });
    const written = await writes();
    const { status, out, err } = await run(folder, ['apply', 'plan.json']);
    assert.equal(status, 1, out);
    assert.match(
      err,
      /^b\.yaml#2: error: .* no longer holds\. Nothing was written\.\n {2}monitor load: unchanged then, to update now\n {6}~ message: "Theirs @slack-b" → "Look at the load @slack-a" \(changed by sandbox@example\.com on /m,
    );
    assert.match(
      err,
      /^b\.yaml#1: error: Not applied, because another document of the plan cannot be applied\.$/m,
    );
    const json = lastLine((await run(folder, ['apply', '--json', 'plan.json'])).out);
    assert.deepEqual(
      json.documents.map((one: { done: unknown; error: { code: string } }) => [one.done, one.error.code]),
      [
        [[], 'not_applied'],
        [[], 'plan_stale'],
      ],
    );
    assert.equal(json.documents[1].error.moved[0].key, 'load');
    assert.deepEqual(await writes(), written);
    assert.deepEqual(await monitorsOf('saved-c'), []);
  });

  it('is not applied if an object that it deletes has changed, which a plan does not show', async (t) => {
    const folder = folderWith(t, { 'd.yaml': document('saved-d', DASHBOARD) });
    assert.equal((await run(folder, ['apply', '--yes', 'd.yaml'])).status, 0);
    writeFileSync(join(folder, 'd.yaml'), 'apiVersion: birddog/v1\napplication: saved-d\nteam: payments\n');
    await save(folder, '--prune', 'd.yaml');
    const [live] = await monitorsOf('saved-d');
    await datadog(pod, 'PUT', `/api/v1/monitor/${String(live?.['id'])}`, {
      message: 'Still in use @slack-b',
    });
    const written = await writes();
    const stale = await run(folder, ['apply', 'plan.json']);
    assert.equal(stale.status, 1);
    assert.match(stale.err, /\[plan_stale\]\n.*monitor load changed in \/message/);
    assert.deepEqual(await writes(), written);
    await save(folder, '--prune', 'd.yaml');
    assert.equal((await run(folder, ['apply', 'plan.json'])).status, 0);
    assert.deepEqual(await monitorsOf('saved-d'), []);
  });

  it('goes on where it stopped, also with what refers to an object that it has made', async (t) => {
    const folder = folderWith(t, { 'h.yaml': document('saved-l', DASHBOARD) });
    await save(folder, 'h.yaml');
    await control(pod.datadogUrl, 'POST', 'faults', [
      {
        kind: 'status',
        method: 'POST',
        path: '/api/v1/dashboard$',
        times: 1,
        status: 400,
        body: JSON.stringify({ errors: ['No.'] }),
      },
    ]);
    const first = await run(folder, ['apply', 'plan.json']);
    assert.equal(first.status, 1, first.err);
    const [monitor] = await monitorsOf('saved-l');
    assert.ok(monitor, 'the monitor was made');
    const again = await run(folder, ['apply', 'plan.json']);
    assert.deepEqual([again.status, again.err], [0, '']);
    assert.match(again.out, /^ {2}created dashboard overview /m);
    assert.doesNotMatch(again.out, /^ {2}created monitor/m);
    assert.deepEqual(await monitorsOf('saved-l'), [monitor]);
  });

  it('that two people apply at once makes each object once', async (t) => {
    const entry = (n: number) =>
      `  - {key: m${n}, type: query alert, name: M${n}, query: "avg(last_5m):avg:m${n}{*} > 2", message: "@slack-a", options: {thresholds: {critical: 2}}}\n`;
    const many = Array.from({ length: 8 }, (_, n) => entry(n)).join('');
    const folder = folderWith(t, { 'e.yaml': document('saved-e', many) });
    await save(folder, 'e.yaml');
    let waiting = 0;
    const both = Promise.withResolvers<void>();
    const clientOf = () => {
      const client = createBirddogClient(readConfig(pod.birddogUrl, {}), systemClock);
      const send: BirddogClient['send'] = async (request) => {
        if (request.path === '/apply' && (waiting += 1) === 2) both.resolve();
        if (request.path === '/apply') await both.promise;
        return client.send(request);
      };
      return { ...client, send };
    };
    const results = await Promise.all(
      [1, 2].map(() => run(folder, ['apply', 'plan.json'], { io: { clientOf } })),
    );
    const statuses = results.map(({ status }) => status);
    assert.ok(statuses.includes(0), JSON.stringify(results));
    for (const { status, err } of results) if (status !== 0) assert.match(err, /\[plan_stale\]/);
    assert.equal((await monitorsOf('saved-e')).length, 9);
    const last = await run(folder, ['apply', 'plan.json']);
    assert.deepEqual([last.status, last.err], [0, '']);
  });

  it('is refused with other files, and with options that would change it', async (t) => {
    const folder = folderWith(t, { 'f.yaml': document('saved-f') });
    await save(folder, 'f.yaml');
    const written = await writes();
    for (const [message, ...args] of [
      ['cannot be applied together with other files', 'plan.json', 'f.yaml'],
      ['cannot be applied together with other files', 'f.yaml', 'plan.json'],
      ['cannot be applied together with other files', 'plan.json', 'plan.json'],
      ['--prune would change the saved plan', '--prune', 'plan.json'],
      ['--force would change the saved plan', '--force', 'plan.json'],
      ['--only would change the saved plan', '--only', 'load', 'plan.json'],
      ['--input-format would change the saved plan', '--input-format', 'json', 'plan.json'],
    ]) {
      const { status, err } = await run(folder, ['apply', ...args]);
      assert.equal(status, 64, err);
      assert.ok(err.includes(message ?? ''), err);
    }
    const text = readFileSync(join(folder, 'plan.json'), 'utf8');
    writeFileSync(join(folder, 'plan.json'), text.replace('Look at', 'Stare at'));
    const edited = await run(folder, ['apply', '--json', 'plan.json']);
    assert.equal(edited.status, 1);
    assert.match(edited.err, /^plan\.json:\d+:\d+: error: This document was edited after it was planned/);
    assert.equal(JSON.parse(edited.out).error.code, 'invalid_plan');
    assert.deepEqual(await writes(), written);
    for (const args of [
      ['--force', 'f.yaml'],
      ['--out', '-', 'f.yaml'],
      ['--out', '', 'f.yaml'],
    ])
      assert.equal((await run(folder, ['plan', ...args])).status, 64);
  });

  it('is not saved with an error, a secret or an object that only --force replaces, nor over a document', async (t) => {
    const folder = folderWith(t, {
      'ok.yaml': document('saved-g'),
      'error.yaml': document('saved-h').replace('> 2', '> 5'),
      'secret.yaml': document('saved-i').replace(
        'Look',
        'curl https://deploy:Tr0ub4dor@ops.example.com/restart',
      ),
      'ignored.yaml': document('saved-j').replace(
        'message: Look',
        'lint: {ignore: [{code: secret_in_monitor, because: known}]}\n    message: https://deploy:Tr0ub4dor@ops.example.com/restart',
      ),
      'comment.yaml': `${document('saved-k')}# curl https://deploy:Tr0ub4dor@ops.example.com/restart\n`,
    });
    for (const [name, message] of [
      ['error.yaml', /was not written: a document has no valid plan/],
      ['secret.yaml', /^secret\.yaml:9:34: error: This looks like a password: .*\[secret_in_monitor\]$/m],
      ['ignored.yaml', /^ignored\.yaml:10:29: error: .*\[secret_in_monitor\]$/m],
      ['comment.yaml', /^comment\.yaml:11:23: error: .*\[secret_in_document\]$/m],
    ] as const) {
      const { status, err } = await run(folder, ['plan', '--out', 'plan.json', 'ok.yaml', name]);
      assert.equal(status, 1, err);
      assert.match(err, message);
      assert.equal(existsSync(join(folder, 'plan.json')), false, name);
    }
    const over = await run(folder, ['plan', '--out', 'ok.yaml', 'ok.yaml']);
    assert.deepEqual([over.status, /exists and is not a saved plan/.test(over.err)], [1, true]);
    assert.equal(readFileSync(join(folder, 'ok.yaml'), 'utf8'), document('saved-g'));
    assert.equal((await run(folder, ['apply', '--yes', 'ok.yaml'])).status, 0);
    writeFileSync(
      join(folder, 'ok.yaml'),
      document('saved-g')
        .replace('query alert', 'log alert')
        .replace('avg:system.load.1{*}', '')
        .replace('avg(last_5m):', `logs("a").index("*").rollup("count").last("5m")`),
    );
    const replacing = await run(folder, ['plan', '--out', 'plan.json', 'ok.yaml']);
    assert.equal(replacing.status, 1, replacing.out);
    assert.match(replacing.err, /pass --force to allow it/);
    await save(folder, '--force', 'ok.yaml');
    assert.equal((await run(folder, ['apply', 'plan.json'])).status, 0);
    assert.equal((await monitorsOf('saved-g'))[0]?.['type'], 'log alert');
  });
});
