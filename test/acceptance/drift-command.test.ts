import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { applyCommand } from '../../src/cli/commands/apply.ts';
import { driftCommand } from '../../src/cli/commands/drift.ts';
import { planCommand } from '../../src/cli/commands/plan.ts';
import { isObject, type JsonObject } from '../../src/domain/json.ts';
import { datadog } from './document-client.ts';
import { type Pod, request, startPod } from './pod.ts';
import { runInProcess } from './run-in-process.ts';
import { folderWith } from './birddog-command.ts';

let pod: Pod;
before(async () => {
  pod = await startPod({ limits: false });
});
after(() => pod.stop());

const COMMANDS = { plan: planCommand, apply: applyCommand, drift: driftCommand };
const run = (
  folder: string,
  [name, ...args]: readonly [keyof typeof COMMANDS, ...string[]],
  given: Parameters<typeof runInProcess>[4] = {},
) => runInProcess(COMMANDS[name], pod.birddogUrl, folder, args, given);

const YAML = (application: string) => `# The document of ${application}
apiVersion: birddog/v1
application: ${application}
team: payments
tags: [env:prod] # for all entries
notify: ["@slack-all"]
monitors:
  - key: load # the first
    type: query alert
    name: Load
    query: avg(last_5m):avg:system.load.1{*} > 2 # a query
    message: |
      Look
      @slack-a
    tags: [own:tag] # own tag
    options:
      thresholds: {critical: 2} # too much
  - key: both
    type: composite
    name: Both
    query: "\${monitor:load} && \${monitor:load}" # by its key
alerts:
  - title: Queue # an alert
    signal: {metric: queue.depth}
    condition: {over: 5m, above: 10} # ten
dashboards:
  - key: overview
    title: Overview
    layout_type: ordered
    widgets:
      # of the load
      - definition: {type: alert_value, alert_id: "\${monitor:load}"} # by its key
      - definition: {type: note, content: One} # one
`;
const JSON_TEXT = (application: string) => `{
  "apiVersion": "birddog/v1", "application": "${application}", "team": "payments", "tags": ["env:prod"],
  "monitors": [
    {"key": "load", "type": "query alert", "name": "Load",
     "query": "avg(last_5m):avg:system.load.1{*} > 2", "message": "Look\\n@slack-a",
     "tags": ["own:tag"], "options": {"thresholds": {"critical": 2}}}
  ]
}
`;
const TOML = (application: string) => `# The document of ${application}
apiVersion = "birddog/v1"
application = "${application}"
team = "payments"
tags = ["env:prod"] # for all entries

[[monitors]] # the first
key = "load"
type = "query alert"
name = "Load"
query = "avg(last_5m):avg:system.load.1{*} > 2" # a query
message = """
Look
@slack-a"""
tags = ["own:tag"] # own tag
options.thresholds.critical = 2 # too much
`;

/** Returns the ids of an application's objects by key. */
async function idsOf(application: string): Promise<Record<string, string>> {
  const ids: Record<string, string> = {};
  for (const kind of ['monitor', 'dashboard']) {
    const { body } = await request(pod, 'GET', `/get_${kind}s?application=${application}`);
    for (const one of body[`${kind}s`] ?? body.objects ?? []) ids[one.key] = String(one.id);
  }
  return ids;
}

/** Changes a monitor directly in Datadog, as a person in the web interface does. */
async function edit(id: string | undefined, change: (monitor: JsonObject) => JsonObject): Promise<void> {
  const monitor = await datadog(pod, 'GET', `/api/v1/monitor/${id}`);
  await datadog(pod, 'PUT', `/api/v1/monitor/${id}`, change(monitor));
}

const louder = ({ options, tags }: JsonObject): JsonObject => ({
  query: 'avg(last_5m):avg:system.load.1{*} > 3',
  message: 'Look twice\n@slack-a',
  options: { ...(isObject(options) ? options : {}), thresholds: { critical: 3, warning: 1 } },
  tags: [...(Array.isArray(tags) ? tags : []).filter((tag) => tag !== 'own:tag'), 'by:hand'],
});

describe('birddog drift', () => {
  for (const [format, textOf] of [
    ['yaml', YAML],
    ['json', JSON_TEXT],
    ['toml', TOML],
  ] as const) {
    it(`--accept writes only the drift into a ${format} file`, async (t) => {
      const application = `drift-${format}`;
      const name = `d.${format}`;
      const folder = folderWith(t, { [name]: textOf(application) });
      assert.equal((await run(folder, ['apply', '--yes', name])).status, 0);
      assert.equal((await run(folder, ['drift', name])).status, 0);
      await edit((await idsOf(application))['load'], louder);
      const drift = await run(folder, ['drift', name]);
      assert.equal(drift.status, 2);
      assert.match(drift.out, /^ {2}~ monitor load {2}changed by /m);
      assert.match(drift.out, /^ {6}~ options\.thresholds\.critical: 2 → 3$/m);
      const accepted = await run(folder, ['drift', '--accept', name]);
      assert.equal(accepted.status, 0, accepted.err);
      const text = readFileSync(join(folder, name), 'utf8');
      const again = await run(folder, ['plan', name]);
      assert.equal(again.status, 0, `${again.out}${text}`);
      assert.equal((await run(folder, ['drift', name])).status, 0);
      assert.doesNotMatch(text, /own:tag|birddog_key|team:payments/);
      assert.match(text, /"?tags"?(?: =|:) \["?by:hand"?\]/);
      const kept = (line: string) => !/critical|query|Look|tags|warning/.test(line);
      assert.deepEqual(text.split('\n').filter(kept), textOf(application).split('\n').filter(kept));
      if (format !== 'json')
        for (const comment of ['# a query', '# own tag', '# too much', '# for all entries'])
          assert.ok(text.includes(comment), comment);
    });
  }

  it('--accept keeps references, keeps alerts as alerts, and removes deleted entries', async (t) => {
    const named = YAML('drift-s').replace(
      'alert_id: "${monitor:load}"',
      'alert_id: "${monitor:drift-s/load}"',
    );
    const folder = folderWith(t, { 'r.yaml': `${YAML('drift-r')}---\n${named}` });
    assert.equal((await run(folder, ['apply', '--yes', 'r.yaml'])).status, 0);
    const ids = await idsOf('drift-s');
    await edit(ids['queue'], ({ options }) => ({
      query: 'avg(last_5m):avg:queue.depth{*} > 20',
      options: { ...(isObject(options) ? options : {}), thresholds: { critical: 20 } },
    }));
    const board = await datadog(pod, 'GET', `/api/v1/dashboard/${ids['overview']}`);
    const widgets = Array.isArray(board['widgets']) ? board['widgets'] : [];
    const [shown, ...others] = widgets.filter(isObject);
    const definition = isObject(shown?.['definition']) ? shown['definition'] : {};
    await datadog(pod, 'PUT', `/api/v1/dashboard/${ids['overview']}`, {
      ...board,
      widgets: [
        ...others,
        { ...shown, definition: { ...definition, title: 'Of the load' } },
        { definition: { type: 'note', content: 'Two' } },
      ],
    });
    await datadog(pod, 'DELETE', `/api/v1/monitor/${ids['both']}`);
    const accepted = await run(folder, ['drift', '--accept', 'r.yaml']);
    assert.deepEqual(
      [accepted.status, accepted.err.includes('could not be updated')],
      [0, false],
      accepted.err,
    );
    const [first, second = ''] = readFileSync(join(folder, 'r.yaml'), 'utf8').split('---\n');
    assert.equal(first, YAML('drift-r'), 'the other document of the stream is unchanged');
    assert.match(second, /condition: \{over: 5m, above: 20\} # ten/);
    assert.match(second, /alert_id: "\$\{monitor:drift-s\/load\}", title: Of the load\} # by its key/);
    assert.match(second, /content: One\} # one\n +# of the load\n +- definition: \{type: alert_value/);
    assert.match(second, /content: Two/);
    assert.doesNotMatch(second, /key: both|@slack-all"?\]?\n {4}notify/);
    assert.equal((await run(folder, ['plan', 'r.yaml'])).status, 0);
  });

  it('--accept names the line and the anchor of a value that entries share', async (t) => {
    const shared = YAML('drift-a')
      .replace('thresholds: {critical: 2} # too much', 'thresholds: &limits {critical: 2}')
      .replace(
        /  - key: both\n[^]*?alerts:/,
        `  - key: other
    type: query alert
    name: Other
    query: avg(last_5m):avg:system.load.5{*} > 2
    message: "@slack-a"
    options: {thresholds: *limits}
alerts:`,
      );
    const folder = folderWith(t, { 'a.yaml': `${YAML('drift-b')}---\n${shared}` });
    assert.equal((await run(folder, ['apply', '--yes', 'a.yaml'])).status, 0);
    const ids = await idsOf('drift-a');
    const stricter = (query: string) => () => ({
      query: `${query} > 1`,
      options: { thresholds: { critical: 1 } },
    });
    await edit(ids['other'], stricter('avg(last_5m):avg:system.load.5{*}'));
    await edit(ids['load'], stricter('avg(last_5m):avg:system.load.1{*}'));
    const { status, err } = await run(folder, ['drift', '--accept', 'a.yaml']);
    assert.equal(status, 2);
    const text = readFileSync(join(folder, 'a.yaml'), 'utf8');
    const lineOf = (part: string) => text.slice(0, text.indexOf(part)).split('\n').length;
    for (const [key, line, field] of [
      ['load', lineOf('thresholds: &limits'), 'thresholds'],
      ['other', lineOf('options: {thresholds: *limits'), 'thresholds'],
    ] as const)
      assert.ok(
        err.includes(
          `monitor ${key} could not be updated completely: line ${line} shares "${field}" through the anchor limits; give this entry its own. `,
        ),
        err,
      );
  });

  it('--revert undoes changes after confirmation', async (t) => {
    const folder = folderWith(t, { 'v.yaml': YAML('drift-v') });
    await run(folder, ['apply', '--yes', 'v.yaml']);
    await edit((await idsOf('drift-v'))['load'], louder);
    const no = await run(folder, ['drift', '--revert', 'v.yaml'], { isTerminal: true, confirms: false });
    assert.deepEqual([no.status, /Apply\? \[y\/N\]/.test(no.err)], [2, true]);
    assert.equal((await run(folder, ['plan', 'v.yaml'])).status, 2);
    const yes = await run(folder, ['drift', '--revert', 'v.yaml'], { isTerminal: true, confirms: true });
    assert.equal(yes.status, 0, yes.err);
    assert.equal((await run(folder, ['plan', 'v.yaml'])).status, 0);
    assert.equal(readFileSync(join(folder, 'v.yaml'), 'utf8'), YAML('drift-v'));
  });

  it('shows the changes and the errors of an invalid document, and fails', async (t) => {
    const folder = folderWith(t, { 'e.yaml': YAML('drift-e') });
    await run(folder, ['apply', '--yes', 'e.yaml']);
    await edit((await idsOf('drift-e'))['load'], louder);
    const valid = await run(folder, ['drift', 'e.yaml']);
    assert.deepEqual([valid.status, valid.err], [2, '']);
    writeFileSync(
      join(folder, 'e.yaml'),
      `${YAML('drift-e')}  - title: Without widgets\n    layout: ordered\n`,
    );
    const { status, out, err } = await run(folder, ['drift', 'e.yaml']);
    assert.deepEqual([status, out], [1, valid.out]);
    assert.match(err, /^e\.yaml:\d+:\d+: error: .*\[missing_member\]$/m);
    const json = await run(folder, ['drift', '--json', 'e.yaml']);
    assert.deepEqual([json.status, JSON.parse(json.out).documents[0].objects.length], [1, 1]);
    const plan = await run(folder, ['plan', '--json', 'e.yaml']);
    const [planned] = JSON.parse(plan.out).documents;
    assert.deepEqual([plan.status, planned.error, 'basis' in planned], [1, undefined, false]);
    assert.ok(planned.objects.some(({ key, action }: JsonObject) => key === 'load' && action === 'update'));
    assert.match((await run(folder, ['apply', '--yes', 'e.yaml'])).out, /refused: \d+ errors?\.\n$/);
    // Accepting changes does not need a valid document.
    const accepted = await run(folder, ['drift', '--accept', 'e.yaml']);
    assert.equal(accepted.status, 1);
    assert.match(readFileSync(join(folder, 'e.yaml'), 'utf8'), /Without widgets/);
    assert.equal((await run(folder, ['drift', 'e.yaml'])).out.includes('No drift'), true);
  });

  it('reports a change that the entry cannot express, and leaves the entry unchanged', async (t) => {
    const folder = folderWith(t, {});
    writeFileSync(join(folder, 'x.yaml'), YAML('drift-x'));
    await run(folder, ['apply', '--yes', 'x.yaml']);
    await edit((await idsOf('drift-x'))['queue'], () => ({
      // No alert compiles to an anomaly without `alert_window`.
      query: "avg(last_1h):anomalies(avg:queue.depth{*}, 'basic', 2) >= 1",
      options: { thresholds: { critical: 1 }, require_full_window: false },
    }));
    await edit((await idsOf('drift-x'))['load'], ({ tags }) => ({
      tags: (Array.isArray(tags) ? tags : []).map((tag) => (tag === 'env:prod' ? 'by:hand' : tag)),
    }));
    const { status, err } = await run(folder, ['drift', '--accept', 'x.yaml']);
    assert.equal(status, 2);
    assert.match(
      err,
      /monitor load could not be updated completely: another part of the document sets tags\[\d+\] \("env:prod"\)/,
    );
    assert.match(
      err,
      /alert queue could not be updated completely: an alert entry cannot express the change/,
    );
    const text = readFileSync(join(folder, 'x.yaml'), 'utf8');
    assert.equal(text, YAML('drift-x').replace('[own:tag]', '[own:tag, by:hand]'));
  });
});
