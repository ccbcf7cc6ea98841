import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { applyCommand } from '../../src/cli/commands/apply.ts';
import { createBirddogClient } from '../../src/cli/client/birddog-client.ts';
import { readConfig } from '../../src/cli/config.ts';
import { driftCommand } from '../../src/cli/commands/drift.ts';
import { importCommand } from '../../src/cli/commands/import.ts';
import { planCommand } from '../../src/cli/commands/plan.ts';
import { systemClock } from '../../src/runtime/system-clock.ts';
import { datadog } from './document-client.ts';
import { control, type Pod, request as requestPod, startPod } from './pod.ts';
import { runInProcess } from './run-in-process.ts';
import { birddog, folderWith, lastLine } from './birddog-command.ts';

let pod: Pod;
before(async () => {
  pod = await startPod({ limits: false });
});
after(() => pod.stop());

const COMMANDS = { plan: planCommand, apply: applyCommand, drift: driftCommand, import: importCommand };

const run = (
  folder: string,
  [name, ...args]: readonly [keyof typeof COMMANDS, ...string[]],
  given: Parameters<typeof runInProcess>[4] = {},
) => runInProcess(COMMANDS[name], pod.birddogUrl, folder, args, given);

const document = (application: string, rest = '') => `# of ${application}
apiVersion: birddog/v1
application: ${application}
team: payments
monitors:
  - key: load # of the hosts
    type: query alert
    name: Load
    query: avg(last_5m):avg:system.load.1{*} > 2
    message: |
      Look at the load
      @slack-a
    options: {thresholds: {critical: 2}}
${rest}`;
const DASHBOARD = `dashboards:
  - key: overview
    title: Overview
    layout_type: ordered
    widgets:
      - definition: {type: note, content: One}
      - definition: {type: alert_value, alert_id: "\${monitor:load}"}
`;

describe('birddog plan and apply', () => {
  it('show the changes, apply them, and then report no changes', async (t) => {
    const folder = folderWith(t, { 'a.yaml': document('terminal-a', DASHBOARD) });
    const env = { BIRDDOG_URL: pod.birddogUrl };
    const planned = await birddog(folder, ['plan', 'a.yaml'], { env });
    assert.deepEqual([planned.status, planned.err], [2, '']);
    assert.match(planned.out, /^ {2}\+ monitor load\n(?: {6}.*\n)* {2}\+ dashboard overview$/m);
    assert.match(planned.out, /^ {2}2 to create\.$/m);
    const refused = await run(folder, ['apply', 'a.yaml']);
    assert.deepEqual([refused.status, /Not a terminal: pass --yes/.test(refused.err)], [1, true]);
    assert.equal((await run(folder, ['plan', 'a.yaml'])).status, 2, 'nothing was written');
    const applied = await birddog(folder, ['apply', '--yes', 'a.yaml'], { env });
    assert.deepEqual([applied.status, applied.err], [0, '']);
    assert.match(applied.out, /^ {2}created monitor load http:\S+\/monitors\/\d+$/m);
    assert.match(applied.out, /^ {2}created dashboard overview http:\S+\/dashboard\/\S+$/m);
    const again = await run(folder, ['plan', 'a.yaml']);
    assert.deepEqual([again.status, /No changes\. 2 objects match\./.test(again.out)], [0, true]);
  });

  it('delete only with --prune, and replace or delete many objects only with --force', async (t) => {
    const others = (count: number) =>
      Array.from(
        { length: count },
        (_, at) =>
          `  - {key: m${at}, type: query alert, name: M${at}, query: "avg(last_5m):avg:a.${at}{*} > 2"}\n`,
      ).join('');
    const folder = folderWith(t, { 'p.yaml': document('terminal-p', others(5)) });
    const env = { BIRDDOG_URL: pod.birddogUrl };
    await run(folder, ['apply', '--yes', 'p.yaml']);
    writeFileSync(join(folder, 'p.yaml'), document('terminal-p', others(4)));
    const unpruned = await run(folder, ['apply', '--yes', 'p.yaml']);
    assert.match(unpruned.out, /1 not in the document \(pass --prune to delete it\)/);
    const pruned = await birddog(folder, ['apply', '--yes', '--prune', 'p.yaml'], { env });
    assert.deepEqual([pruned.status, pruned.err], [0, '']);
    assert.match(pruned.out, /^ {2}deleted monitor m4 id \d+$/m);
    writeFileSync(join(folder, 'p.yaml'), document('terminal-p'));
    const many = await run(folder, ['apply', '--yes', '--prune', 'p.yaml']);
    assert.deepEqual([many.status, /\[too_many_deletes\]/.test(many.err)], [1, true]);
    assert.match(many.err, /hint: .*--force/);
    const log = 'logs("service:a").index("*").rollup("count").last("5m") > 2';
    const otherType = document('terminal-p')
      .replace('type: query alert', 'type: log alert')
      .replace(/query: avg.*/, `query: '${log}'`);
    writeFileSync(join(folder, 'p.yaml'), otherType);
    const kept = await run(folder, ['apply', '--yes', 'p.yaml']);
    assert.deepEqual([kept.status, /\[replace_needed\]/.test(kept.err)], [1, true]);
    const forced = await birddog(folder, ['apply', '--yes', '--prune', '--force', 'p.yaml'], { env });
    assert.deepEqual([forced.status, forced.err], [0, '']);
    const done = [...forced.out.matchAll(/^ {2}(replaced|deleted) monitor (\w+) /gm)].map(
      (m) => `${m[1]} ${m[2]}`,
    );
    assert.deepEqual(done.sort(), ['deleted m0', 'deleted m1', 'deleted m2', 'deleted m3', 'replaced load']);
    assert.equal((await run(folder, ['plan', 'p.yaml'])).status, 0);
  });

  it('change the alerting of many monitors only with --max-changes or --force', async (t) => {
    const others = (limit: number) =>
      Array.from(
        { length: 5 },
        (_, at) =>
          `  - {key: m${at}, type: query alert, name: M${at}, query: "avg(last_5m):avg:a.${at}{*} > ${limit}"}\n`,
      ).join('');
    const folder = folderWith(t, { 'c.yaml': document('terminal-c', others(2)) });
    await run(folder, ['apply', '--yes', 'c.yaml']);
    writeFileSync(join(folder, 'c.yaml'), document('terminal-c', others(3)));
    const wrong = await run(folder, ['apply', '--yes', '--max-changes', 'many', 'c.yaml']);
    assert.deepEqual([wrong.status, /--max-changes must be a whole number/.test(wrong.err)], [64, true]);
    const many = await run(folder, ['apply', '--yes', '--max-changes', '4', 'c.yaml']);
    assert.deepEqual([many.status, /\[too_many_changes\]/.test(many.err)], [1, true]);
    assert.match(many.err, /of 5 of the 6 monitors/);
    assert.match(many.err, /hint: .*--max-changes 5 or --force/);
    assert.equal((await run(folder, ['plan', 'c.yaml'])).status, 2, 'nothing was written');
    const agreed = await run(folder, ['apply', '--yes', '--max-changes', '5', 'c.yaml']);
    assert.deepEqual([agreed.status, agreed.err], [0, '']);
    writeFileSync(join(folder, 'c.yaml'), document('terminal-c', others(4)));
    assert.equal(
      (await run(folder, ['apply', '--yes', '--max-changes', '4', '--force', 'c.yaml'])).status,
      0,
    );
  });

  it('show an update field by field as text, JSON and Markdown', async (t) => {
    const folder = folderWith(t, { 'u.yaml': document('terminal-u') });
    await run(folder, ['apply', '--yes', 'u.yaml']);
    const changed = document('terminal-u')
      .replaceAll(/2\b(?=\}|$)/gm, '3')
      .replace('@slack-a', '@slack-b');
    writeFileSync(join(folder, 'u.yaml'), changed);
    const { out } = await run(folder, ['plan', 'u.yaml']);
    assert.match(out, /^ {2}~ monitor load {1,2}http/m);
    assert.match(out, /^ {6}~ options\.thresholds\.critical: 2 → 3$/m);
    assert.match(out, /^ {6}~ message:\n {12}Look at the load\n {10}- @slack-a\n {10}\+ @slack-b$/m);
    const json = JSON.parse((await run(folder, ['plan', '--json', 'u.yaml'])).out);
    const [{ file, application, summary, objects }] = json.documents;
    assert.deepEqual([file, application, summary.update], ['u.yaml', 'terminal-u', 1]);
    assert.deepEqual(objects[0].changes.map((change: { path: string }) => change.path).sort(), [
      '/message',
      '/options/thresholds/critical',
      '/query',
    ]);
    const markdown = (await run(folder, ['plan', '--markdown', 'u.yaml'])).out;
    assert.match(
      markdown,
      /\| changed \|.*critical<\/code>: <code>2<\/code> → <code>3<\/code>.*\*\*now\*\* <code>&#64;slack-b<\/code><br>\*\*no longer\*\* <code>&#64;slack-a<\/code> \|$/m,
    );
  });

  it('process each document of a YAML stream, and report errors at the lines of the file', async (t) => {
    const bad = document('terminal-s2').replace('avg(last_5m)', 'agv(last_5m)');
    const folder = folderWith(t, { 's.yaml': `${document('terminal-s1')}---\n${bad}` });
    const { status, out } = await run(folder, ['plan', 's.yaml']);
    assert.equal(status, 1);
    const line =
      `${document('terminal-s1')}---\n${bad}`.split('\n').findIndex((each) => each.includes('agv(')) + 1;
    assert.match(
      out,
      new RegExp(`^s\\.yaml:${line}:12: error: .*\\[unknown_aggregator\\]\\n {2}${line} \\|`, 'm'),
    );
    const applied = await run(folder, ['apply', '--yes', 's.yaml']);
    assert.equal(applied.status, 1, 'the worst status counts');
    assert.match(applied.out, /^s\.yaml#1:\n {2}created monitor load/m);
    const broken = await run(folder, ['plan', '-'], { input: `${document('terminal-s1')}---\na: [\n` });
    const last = document('terminal-s1').split('\n').length + 2;
    assert.match(broken.err, new RegExp(`^-:${last}:\\d+: error: .*\\[malformed_yaml\\]`, 'm'));
    assert.match(broken.out, /^-#1: terminal-s1/m, 'a failure does not hide the other documents');
  });

  it('repeat calls until nothing remains', async (t) => {
    const monitors = Array.from(
      { length: 40 },
      (_, at) =>
        `  - {key: m${at}, type: query alert, name: M${at}, query: "avg(last_5m):avg:system.load.${at}{*} > 2"}\n`,
    );
    const text = `apiVersion: birddog/v1\napplication: terminal-long\nteam: payments\nmonitors:\n${monitors.join('')}`;
    const folder = folderWith(t, { 'long.yaml': text });
    await control(pod.datadogUrl, 'POST', 'faults', [
      { kind: 'latency', method: 'POST', path: '/api/v1/monitor$', times: 40, ms: 1500 },
    ]);
    let calls = 0;
    const clientOf = () => {
      const client = createBirddogClient(readConfig(pod.birddogUrl, {}), systemClock);
      const send: typeof client.send = (request) => {
        if (request.path === '/apply') calls += 1;
        return client.send(request);
      };
      return { ...client, send };
    };
    const { status, out } = await run(folder, ['apply', '--yes', '--json', '--deadline', '5', 'long.yaml'], {
      io: { clientOf },
    });
    assert.equal(status, 0, out);
    const [{ done, remaining }] = lastLine(out).documents;
    assert.deepEqual([done.length, remaining], [40, []]);
    assert.ok(calls > 1, 'apply was called again');
    assert.equal((await run(folder, ['plan', 'long.yaml'])).status, 0);
  });

  it('ask for confirmation at a terminal, and write nothing after a no or a conflicting change', async (t) => {
    const folder = folderWith(t, { 'q.yaml': document('terminal-q') });
    const no = await run(folder, ['apply', 'q.yaml'], { isTerminal: true, confirms: false });
    assert.deepEqual([no.status, /1 to create\. Apply\? \[y\/N\]/.test(no.err)], [2, true]);
    assert.match(no.out, /Nothing was written\.$/m);
    assert.equal((await run(folder, ['plan', 'q.yaml'])).status, 2);
    const yes = await run(folder, ['apply', 'q.yaml'], { isTerminal: true, confirms: true });
    assert.equal(yes.status, 0);
    const id = /monitors\/(\d+)/.exec(yes.out)?.[1];
    writeFileSync(join(folder, 'q.yaml'), document('terminal-q').replace('name: Load', 'name: Louder'));
    const confirm = async () => {
      await datadog(pod, 'PUT', `/api/v1/monitor/${id}`, { message: 'somebody else' });
      return true;
    };
    const moved = await run(folder, ['apply', 'q.yaml'], { isTerminal: true, io: { confirm } });
    assert.equal(moved.status, 1);
    assert.match(
      moved.err,
      /The document or Datadog has changed since the plan was made \[plan_stale\]\n.*load.*\/message.*\n {2}hint: Plan again/,
    );
    assert.equal((await datadog(pod, 'GET', `/api/v1/monitor/${id}`))['name'], 'Load');
  });

  it('report what was done after Ctrl-C, and continue from there in the next run', async (t) => {
    const text = `${document('terminal-i1')}---\n${document('terminal-i2')}`;
    const folder = folderWith(t, { 'i.yaml': text });
    let interrupt = () => {};
    const clientOf = () => {
      const client = createBirddogClient(readConfig(pod.birddogUrl, {}), systemClock);
      const send: typeof client.send = (request) => {
        if (request.path === '/apply') interrupt();
        return client.send(request);
      };
      return { ...client, send };
    };
    const onInterrupt = (listener: () => void) => {
      interrupt = listener;
      return () => {};
    };
    const { status, out, err } = await run(folder, ['apply', '--yes', 'i.yaml'], {
      io: { clientOf, onInterrupt },
    });
    assert.equal(status, 1);
    assert.match(
      err,
      /^Stopping after the objects in progress\. Press Ctrl-C again to quit without waiting\.$/m,
    );
    assert.match(err, /^i\.yaml#1: error: Interrupted\. Remaining: create monitor load\.$/m);
    assert.match(out, /^i\.yaml#1:\n {2}0 done, 1 remaining\./m);
    assert.match(err, /^i\.yaml#2: error: Interrupted before it started\.$/m);
    const again = await run(folder, ['apply', '--yes', 'i.yaml']);
    assert.equal(again.status, 0);
    assert.match(again.out, /^i\.yaml#1:\n {2}created monitor load/m);
    assert.match(again.out, /^i\.yaml#2:\n {2}created monitor load/m);
  });

  it('change only the entries of --only, in the documents that have them', async (t) => {
    const other = `  - {key: other, type: query alert, name: Other, query: "avg(last_5m):avg:a{*} > 2"}\n`;
    const text = `${document('terminal-o1', other)}---\n${document('terminal-o2')}`;
    const folder = folderWith(t, { 'o.yaml': text });
    const wrong = await run(folder, ['plan', '--only', 'othr', 'o.yaml']);
    assert.equal(wrong.status, 64);
    assert.match(
      wrong.err,
      /^birddog plan: --only: "othr" is not a key of the documents\. Did you mean other\?$/m,
    );
    assert.equal((await run(folder, ['plan', '--only', 'load', '--prune', 'o.yaml'])).status, 64);
    const planned = await run(folder, ['plan', '--only', 'other', 'o.yaml']);
    assert.match(planned.out, /^o\.yaml#1: .*\n {2}\+ monitor other$/m);
    assert.doesNotMatch(planned.out, /load|#2/);
    const applied = await run(folder, ['apply', '--yes', '--only', 'other', 'o.yaml']);
    assert.deepEqual(
      [applied.status, applied.out.match(/created monitor \S+/g)],
      [0, ['created monitor other']],
    );
    const { body } = await requestPod(pod, 'POST', '/plan?only=load&prune=true', {
      body: document('terminal-o1'),
      headers: { 'content-type': 'application/yaml' },
    });
    assert.equal(body.code, 'bad_request');
  });

  it('print their usage', async (t) => {
    const folder = folderWith(t, {});
    for (const name of ['plan', 'apply', 'drift', 'import'] as const) {
      const help = await run(folder, [name, '--help']);
      assert.deepEqual([help.status, help.err], [0, '']);
      assert.match(help.out, new RegExp(`^usage: birddog ${name} .*\\n[\\s\\S]*\\n {2}birddog ${name} `));
      const wrong = await run(folder, [name, '--jsn']);
      assert.deepEqual([wrong.status, wrong.out], [64, '']);
      assert.match(
        wrong.err,
        new RegExp(`^birddog ${name}: unknown option --jsn\\. Did you mean --json\\?\\n\\nusage`),
      );
    }
    assert.equal((await run(folder, ['plan'])).status, 64);
  });

  it('explain that Birddog is not reachable', async (t) => {
    const folder = folderWith(t, { 'a.yaml': document('terminal-w') });
    const { status, err } = await run(folder, ['plan', '--url', 'http://127.0.0.1:1', 'a.yaml']);
    assert.equal(status, 69);
    assert.match(err, /^a\.yaml: error: Nothing listens at http:\/\/127\.0\.0\.1:1\/\. .*\n$/);
    const far = await run(folder, ['plan', '--url', 'http://b.test', 'a.yaml']);
    assert.match(far.err, /--url: "http:\/\/b\.test" uses plain HTTP to another machine; use https/);
  });
});
