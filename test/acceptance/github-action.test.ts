import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { load } from 'js-yaml';
import { z } from 'zod';
import { BOT, type FakeGithub, startFakeGithub } from '../fake-github.ts';
import { document, MARKER, monitor, pullRequest, stub } from '../pull-request.ts';
import { ACTION, action, pullRequestEvent } from '../run-action.ts';
import { ROOT } from './birddog-command.ts';
import { type Pod, request, startPod } from './pod.ts';

let pod: Pod;
let github: FakeGithub;
before(async () => {
  [pod, github] = await Promise.all([startPod(), startFakeGithub()]);
});
after(async () => {
  await pod.stop();
  await github.close();
});

const pullRequestOf = (t: TestContext, text: string) => pullRequest(t, github, text, pod.birddogUrl);

describe('action.yml', () => {
  it('declares each input and output that it uses, and uses each input', () => {
    const text = readFileSync(join(ACTION, 'action.yml'), 'utf8');
    const used = new Set([...text.matchAll(/inputs\.([\w-]+)/g)].map(([, name]) => name));
    assert.deepEqual([...used].toSorted(), Object.keys(action.inputs).toSorted());
    const ids = action.runs.steps.flatMap(({ id }) => (id === undefined ? [] : [id]));
    for (const [, id = ''] of text.matchAll(/steps\.(\w+)\.outputs/g)) assert.ok(ids.includes(id), id);
  });

  it('runs scripts in a shell, which gets values only as variables, and pins other actions', () => {
    for (const { name, run, shell, uses, env } of action.runs.steps) {
      if (run === undefined) assert.match(uses ?? '', /^actions\/[\w-]+@[0-9a-f]{40}$/, name);
      else {
        assert.equal(shell, 'bash', name);
        assert.doesNotMatch(run, /\$\{\{/, name);
        for (const key of Object.keys(env ?? {})) assert.match(key, /^BIRDDOG_INPUT_/);
      }
    }
  });
});

it('docs/ci.md has a workflow for each mode, with inputs that exist', () => {
  const page = readFileSync(join(ROOT, 'docs/ci.md'), 'utf8');
  const [, text = ''] = /^```yaml\n# \.github\/workflows\/birddog\.yml\n(.*?)^```$/ms.exec(page) ?? [];
  const uses = z.object({ uses: z.string(), with: z.record(z.string(), z.string()).optional() });
  const { jobs } = z
    .object({ jobs: z.record(z.string(), z.looseObject({ steps: z.array(uses) })) })
    .parse(load(text));
  const steps = Object.values(jobs).flatMap((one) => one.steps);
  const ours = steps.filter((one) => one.uses.includes('/integrations/github-action@'));
  assert.deepEqual(
    ours.map((one) => one.with?.['mode']),
    ['lint', 'plan', 'apply', 'drift'],
  );
  for (const { with: given = {} } of ours) {
    for (const name of Object.keys(given)) assert.ok(Object.hasOwn(action.inputs, name), name);
    for (const [name, { required }] of Object.entries(action.inputs))
      assert.ok(!required || Object.hasOwn(given, name), name);
  }
  for (const { uses: name } of steps) assert.match(name, /@[0-9a-f]{40}$/);
});

describe('the plan of a pull request', () => {
  it('is one comment, which the next commit updates, and is kept as an artifact', async (t) => {
    const { act, bodies, number, workspace } = pullRequestOf(t, document(monitor('CPU is high')));
    github.add(number, `${MARKER}\nof somebody else`, 'mallory');
    for (let n = 0; n < 130; n += 1) github.add(number, `chat ${n}`, 'zoe');
    const first = await act('plan');
    assert.deepEqual([first.status, first.outputs['changes']], [0, 'true'], first.log);
    assert.match(
      bodies().at(-1) ?? '',
      /^<!-- birddog plan default -->\n## <code>payments-batch<\/code>: 1 to create/,
    );
    assert.match(first.summary, /1 to create/);
    github.add(number, 'a later comment', 'zoe');
    writeFileSync(join(workspace, 'a.yaml'), document(monitor('CPU is high'), monitor('Second', 'second')));
    const second = await act('plan');
    assert.equal(second.status, 0, second.log);
    const own = github.on(number).filter(({ user }) => user.login === BOT);
    assert.equal(own.length, 1);
    assert.match(own[0]?.body ?? '', /2 to create/);
    assert.equal(github.on(number)[0]?.body, `${MARKER}\nof somebody else`);
    const saved = github.artifacts.filter(({ name }) => name === `birddog-plan-default-head${number}`);
    assert.equal(saved.length, 2);
  });

  it('of a fork is in the job summary, because its token may not write comments', async (t) => {
    const { act, bodies, number, head } = pullRequestOf(t, document(monitor('CPU is high')));
    const fork = pullRequestEvent(head, number, 'evil/payments');
    const forbidden = {
      kind: 'status',
      method: 'POST',
      status: 403,
      body: '{"message": "Resource not accessible by integration"}',
    };
    await github.fail(forbidden);
    const done = await act('plan', {}, {}, fork);
    assert.equal(done.status, 0, done.log);
    assert.match(done.log, /::notice::The comment was not written\./);
    assert.match(done.summary, /1 to create/);
    assert.deepEqual(bodies(), []);
    const noToken = await act('plan', { audience: 'birddog' }, {}, fork);
    assert.equal(noToken.status, 0);
    assert.match(noToken.summary, /## No plan\n\nThe token of a pull request from a fork/);
    await github.fail(forbidden);
    const dependabot = await act('plan', {}, { GITHUB_ACTOR: 'dependabot[bot]' });
    assert.deepEqual([dependabot.status, bodies().length], [0, 0], dependabot.log);
    await github.fail(forbidden);
    const own = await act('plan');
    assert.equal(own.status, 1, 'an older comment could show another plan');
    assert.match(own.log, /::error::The comment was not written: .*403.*"pull-requests: write"/);
  });

  it('that fails is in the comment too, and fails the job', async (t) => {
    const { act, bodies } = pullRequestOf(t, document(monitor('x').replace('query alert', 'quary alert')));
    const done = await act('plan');
    assert.equal(done.status, 1, done.log);
    assert.match(bodies()[0] ?? '', /^<!-- birddog plan default -->\n## The plan failed\n/);
    assert.equal(done.outputs['plan-file'], undefined);
  });
});

it('lint annotates files by their path in the repository', async (t) => {
  const { act, workspace } = pullRequestOf(t, document());
  writeFileSync(join(workspace, 'b.yaml'), document(monitor('x').replace('avg(last', 'agv(last')));
  const done = await act('lint', { files: '*.yaml' });
  assert.equal(done.status, 1);
  assert.match(done.log, /^::error file=b\.yaml,line=5,.*unknown_aggregator/m);
});

describe('the reviewed plan', () => {
  /** Returns the monitors in Datadog as text. */
  const monitors = async () => (await request(pod, 'GET', '/get_monitors?application=payments-batch')).text;

  it('is applied after the merge, once, and says so on the pull request', async (t) => {
    const { act, merge, bodies, push } = pullRequestOf(t, document(monitor('Reviewed')));
    assert.equal((await act('plan')).status, 0);
    // GitHub's merge_commit_sha of a pull request that is not merged is that of a test merge.
    merge(null);
    const direct = await act('apply', {}, {}, push);
    assert.match(direct.log, /::error::No pull request was merged as merge\d+/);
    merge();
    const done = await act('apply', {}, {}, push);
    assert.equal(done.status, 0, done.log);
    assert.match(await monitors(), /Reviewed/);
    assert.match(bodies()[1] ?? '', /^<!-- birddog apply default -->\n## Applied\n/);
    assert.equal((await act('apply', {}, {}, push)).status, 0, 'again: there is nothing left to do');
    assert.equal(bodies().length, 2);
  });

  it('is not applied when Datadog has changed since, and says what', async (t) => {
    const { act, merge, bodies, push } = pullRequestOf(t, document(monitor('To be stale')));
    assert.equal((await act('plan')).status, 0);
    merge();
    const body = {
      application: 'payments-batch',
      team: 'payments',
      key: 'cpu',
      monitor: { name: 'Changed by hand' },
    };
    const headers = { 'content-type': 'application/json' };
    assert.equal(
      (await request(pod, 'PUT', '/update_monitor', { headers, body: JSON.stringify(body) })).status,
      200,
    );
    const done = await act('apply', {}, {}, push);
    assert.equal(done.status, 1, done.log);
    assert.match(await monitors(), /Changed by hand/);
    assert.match(bodies()[1] ?? '', /## Not applied completely[\s\S]*Changed by hand/);
    assert.match(done.summary, /open a pull request with a new plan/);
  });

  it('must be of the merged files and of the options of the job', async (t) => {
    const { act, merge, push, workspace, head, bodies } = pullRequestOf(t, document(monitor('Never')));
    assert.equal((await act('plan')).status, 0);
    merge();
    const refused = async (says: RegExp, inputs: Record<string, string> = {}) => {
      const done = await act('apply', inputs, {}, push);
      assert.equal(done.status, 1, done.log);
      assert.match(done.log, says);
      assert.match(bodies()[1] ?? '', /## Nothing was applied/);
    };
    for (const option of ['prune', 'force'])
      await refused(new RegExp(`plan was made with ${option}=false, but this job has ${option}=true`), {
        [option]: 'true',
      });
    const merged = readFileSync(join(workspace, 'a.yaml'), 'utf8');
    writeFileSync(join(workspace, 'a.yaml'), document(monitor('Another')));
    await refused(/a\.yaml is not the file that was reviewed/);
    writeFileSync(join(workspace, 'a.yaml'), `${merged}---\n${document(monitor('One more', 'more'))}`);
    await refused(/a\.yaml has more documents than were reviewed/);
    writeFileSync(join(workspace, 'a.yaml'), merged);
    writeFileSync(join(workspace, 'b.yaml'), merged);
    await refused(/b\.yaml is not in the reviewed plan/);
    await refused(/contains a\.yaml, which is not a file of this job/, { files: 'b.yaml' });
    // What somebody else has uploaded under the same name.
    const kept = github.artifacts.find(({ workflow_run }) => workflow_run.head_sha === head);
    const saved = github.download(String(kept?.workflow_run.id), kept?.name ?? '') ?? '';
    github.upload(kept?.name ?? '', saved.replace('Never', 'Forged'), head);
    await refused(/plan of a\.yaml was changed after it was saved/, { files: 'a.yaml' });
    github.upload(kept?.name ?? '', saved.replace('"prune": false', '$&, "only": ["cpu"]'), head);
    await refused(/plan of a\.yaml was made with --only/, { files: 'a.yaml' });
    for (const one of github.artifacts) if (one.workflow_run.head_sha === head) one.expired = true;
    await refused(/has no plan of its last commit/, { files: 'a.yaml' });
    assert.doesNotMatch(await monitors(), /Never|Another|Forged|One more/);
  });
});

it('drift fails the job, or comments on an issue', async (t) => {
  const { act, push } = pullRequestOf(t, document());
  const none = await act('drift', { command: join(stub(t, 'No drift', 0), 'birddog'), issue: '5' }, {}, push);
  assert.deepEqual([none.status, none.outputs['changes']], [0, 'false']);
  const command = join(stub(t, 'cpu: name changed by zoe'), 'birddog');
  const failed = await act('drift', { command }, {}, push);
  assert.deepEqual([failed.status, failed.outputs['changes']], [2, 'true']);
  assert.match(failed.summary, /## Drift\n\n```\ncpu: name changed by zoe/);
  const told = await act('drift', { command, issue: '5' }, {}, push);
  assert.equal(told.status, 0);
  const [only, ...others] = github.on(5);
  assert.match(only?.body ?? '', /^<!-- birddog drift default -->\n## Drift\n/);
  assert.equal(others.length, 0);
  const broken = await act('drift', { command: join(stub(t, '', 69), 'birddog'), issue: '5' }, {}, push);
  assert.equal(broken.status, 69);
});
