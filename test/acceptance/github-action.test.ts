import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { load } from 'js-yaml';
import { z } from 'zod';
import { BOT, type FakeGithub, REPOSITORY, startFakeGithub } from '../fake-github.ts';
import { ACTION, action, pullRequestEvent, runAction } from '../run-action.ts';
import { folderWith, ROOT } from './birddog-command.ts';
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

const monitor = (name: string, key = 'cpu') =>
  `  - {key: ${key}, type: query alert, name: "${name}", query: 'avg(last_5m):avg:system.cpu.user{*} > 90', message: '@slack-x'}\n`;
const document = (...monitors: string[]) =>
  `apiVersion: birddog/v1\napplication: payments-batch\nteam: payments\nmonitors:\n${monitors.join('')}`;
const MARKER = '<!-- birddog plan default -->';
let pullNumber = 100;

/** A checkout with one document, and a pull request. */
function pullRequest(t: TestContext, text: string) {
  const workspace = folderWith(t, { 'a.yaml': text });
  const number = pullNumber++;
  const head = `head${number}`;
  const event = pullRequestEvent(head, number);
  const inputs = { files: '*.yaml', url: pod.birddogUrl, command: join(ROOT, 'bin/birddog') };
  const act = (
    mode: string,
    more: Record<string, string> = {},
    env: Record<string, string> = {},
    from: object = event,
  ) =>
    runAction(github, {
      inputs: { ...inputs, mode, ...more },
      event: from,
      sha: `merge${number}`,
      workspace,
      env,
    });
  const merge = () =>
    github.pulls.push({
      number,
      merged_at: '2026-11-30',
      merge_commit_sha: `merge${number}`,
      head: { sha: head },
    });
  const bodies = () => github.on(number).map(({ body }) => body);
  return { workspace, number, head, act, merge, bodies, push: {} };
}

/** A stub of the command that prints a plan, and records its arguments and token. */
function stub(t: TestContext, markdown: string, status = 2): string {
  const folder = folderWith(t, { plan: markdown, birddog: '' });
  const script = `#!/bin/sh
echo "$BIRDDOG_TOKEN" >${folder}/token
printf '%s\\n' "$@" >${folder}/args
while [ $# -gt 0 ]; do [ "$1" = --out ] && echo '{}' >"$2"; shift; done
cat ${folder}/plan
exit ${status}
`;
  writeFileSync(join(folder, 'birddog'), script);
  chmodSync(join(folder, 'birddog'), 0o755);
  return folder;
}

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
    const { act, bodies, number, workspace } = pullRequest(t, document(monitor('CPU is high')));
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

  it('of two jobs at the same time is one comment for each name', async (t) => {
    const { act, bodies } = pullRequest(t, document(monitor('CPU is high')));
    const folder = stub(t, '## a plan');
    const command = join(folder, 'birddog');
    // Both see no comment.
    await github.fail({ kind: 'latency_after', method: 'GET', ms: 1000, times: 2 });
    const done = await Promise.all([
      act('plan', { command }),
      act('plan', { command }),
      act('plan', { command, name: 'staging' }),
    ]);
    assert.deepEqual(
      done.map(({ status }) => status),
      [0, 0, 0],
      done.map(({ log }) => log).join('\n'),
    );
    assert.deepEqual(
      bodies()
        .map((body) => body.split('\n')[0])
        .toSorted(),
      [MARKER, '<!-- birddog plan staging -->'],
    );
  });

  it('that is too long for a comment is cut, with its blocks closed, and complete in the summary', async (t) => {
    const { act, bodies } = pullRequest(t, document());
    const lines = Array.from({ length: 5000 }, (_, n) => `+ line ${n} 🙂🙂🙂🙂`).join('\n');
    const long = `## big\n\n<details><summary>Every field</summary>\n\n\`\`\`\`diff\n${lines}\n\`\`\`\`\n\n</details>`;
    const { status, log, summary } = await act('plan', { command: join(stub(t, long), 'birddog') });
    assert.equal(status, 0, log);
    const [body = ''] = bodies();
    assert.ok(body.length <= 65_536 && body.length > 60_000, `${body.length}`);
    assert.match(
      body,
      /\n````\n\n<\/details>\n\nThe rest does not fit here\. \[The job\]\(https:\/\/github\.com\/acme\/payments\/actions\/runs\/1\)/,
    );
    assert.match(summary, /\+ line 4999 /);
  });

  it('of a fork is in the job summary, because its token may not write comments', async (t) => {
    const { act, bodies, number, head } = pullRequest(t, document(monitor('CPU is high')));
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
    const own = await act('plan');
    assert.equal(own.status, 1, 'an older comment could show another plan');
    assert.match(own.log, /::error::The comment was not written: .*403.*"pull-requests: write"/);
  });

  it('survives faults of the API without a second comment', async (t) => {
    const { act, bodies } = pullRequest(t, document());
    const folder = stub(t, '## a plan');
    const command = join(folder, 'birddog');
    for (const faults of [
      [{ kind: 'status_after', method: 'POST', status: 502 }],
      [{ kind: 'reset_after', method: 'POST' }],
      [{ kind: 'status', method: 'GET', status: 503, times: 2 }],
      [{ kind: 'status', method: 'PATCH', status: 500 }],
      [{ kind: 'status', status: 429, headers: { 'retry-after': '0' }, times: 2 }],
      [
        {
          kind: 'status',
          status: 403,
          headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1' },
          times: 2,
        },
      ],
    ]) {
      await github.fail(...faults);
      writeFileSync(join(folder, 'plan'), `## ${JSON.stringify(faults)}`);
      const { status, log } = await act('plan', { command });
      assert.equal(status, 0, log);
      assert.equal(bodies().length, 1, JSON.stringify(faults));
      assert.ok(bodies()[0]?.includes(JSON.stringify(faults)));
    }
    await github.fail({ kind: 'status', status: 500, times: 12 });
    const down = await act('plan', { command });
    assert.equal(down.status, 1);
    assert.match(down.log, /::error::The comment was not written: .*answered 500/);
    await github.fail({ kind: 'status', status: 403, headers: { 'retry-after': '3600' } });
    assert.match((await act('plan', { command })).log, /not written: .*403/);
  });

  it('that fails is in the comment too, and fails the job', async (t) => {
    const { act, bodies } = pullRequest(t, document(monitor('x').replace('query alert', 'quary alert')));
    const done = await act('plan');
    assert.equal(done.status, 1, done.log);
    assert.match(bodies()[0] ?? '', /^<!-- birddog plan default -->\n## The plan failed\n/);
    assert.equal(done.outputs['plan-file'], undefined);
  });

  it('runs nothing that a pull request has named, and prints none of its workflow commands', async (t) => {
    const { act, workspace } = pullRequest(t, document());
    const folder = stub(t, '::set-env name=X::y\n## a plan', 3);
    writeFileSync(
      join(folder, 'birddog'),
      readFileSync(join(folder, 'birddog'), 'utf8').replace('exit 3', 'echo "::error::forged" >&2; exit 3'),
    );
    mkdirSync(join(workspace, 'sub'));
    for (const name of [
      '$(touch pwned).yaml',
      '`touch pwned`.yaml',
      '--prune.yaml',
      'sub/"; touch pwned; ".yaml',
    ])
      writeFileSync(join(workspace, name), 'x');
    const done = await act('plan', { command: join(folder, 'birddog'), files: '*.yaml\nsub/**/*.yaml' });
    assert.equal(done.status, 3);
    assert.ok(!existsSync(join(workspace, 'pwned')));
    const args = readFileSync(join(folder, 'args'), 'utf8');
    assert.match(args, /^\.\/--prune\.yaml$/m);
    assert.match(args, /^\$\(touch pwned\)\.yaml$/m);
    assert.doesNotMatch(done.log, /^::set-env/m);
    assert.match(done.log, /^::stop-commands::(\S+)\n::error::forged\n::\1::$/m);
  });
});

it('a job authenticates with its own token, which is masked, or with a secret; a package is installed without scripts', async (t) => {
  const { act } = pullRequest(t, document());
  const folder = stub(t, '## a plan', 0);
  const name = 'birddog';
  const pack = {
    name,
    version: '0.0.1',
    bin: { birddog: 'birddog' },
    scripts: { postinstall: `touch ${folder}/pwned` },
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(pack));
  const oidc = {
    ACTIONS_ID_TOKEN_REQUEST_URL: `${github.url}/token?v=1`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'request-token',
  };
  const done = await act('plan', { package: folder, audience: 'birddog' }, oidc);
  assert.equal(done.status, 0, done.log);
  assert.match(done.log, /^::add-mask::job-token-for-birddog$/m);
  assert.equal(readFileSync(join(folder, 'token'), 'utf8'), 'job-token-for-birddog\n');
  assert.ok(!existsSync(join(folder, 'pwned')));
  const command = join(folder, 'birddog');
  assert.equal((await act('plan', { command, token: 'secret' })).status, 0);
  assert.equal(readFileSync(join(folder, 'token'), 'utf8'), 'secret\n');
  const without = await act('plan', { command, audience: 'birddog' });
  assert.match(without.log, /::error::GitHub gives this job no token\. .*id-token: write/);
  assert.equal(without.status, 1);
});

it('lint annotates files by their path in the repository', async (t) => {
  const { act, workspace } = pullRequest(t, document());
  writeFileSync(join(workspace, 'b.yaml'), document(monitor('x').replace('avg(last', 'agv(last')));
  const done = await act('lint', { files: '*.yaml' });
  assert.equal(done.status, 1);
  assert.match(done.log, /^::error file=b\.yaml,line=5,.*unknown_aggregator/m);
});

describe('the reviewed plan', () => {
  /** Returns the monitors in Datadog as text. */
  const monitors = async () => (await request(pod, 'GET', '/get_monitors?application=payments-batch')).text;

  it('is applied after the merge, once, and says so on the pull request', async (t) => {
    const { act, merge, bodies, push } = pullRequest(t, document(monitor('Reviewed')));
    assert.equal((await act('plan')).status, 0);
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
    const { act, merge, bodies, push } = pullRequest(t, document(monitor('To be stale')));
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
    const { act, merge, push, workspace, head, bodies } = pullRequest(t, document(monitor('Never')));
    assert.equal((await act('plan')).status, 0);
    merge();
    const refused = async (says: RegExp, inputs: Record<string, string> = {}) => {
      const done = await act('apply', inputs, {}, push);
      assert.equal(done.status, 1, done.log);
      assert.match(done.log, says);
      assert.match(bodies()[1] ?? '', /## Nothing was applied/);
    };
    await refused(/plan was made with prune=false, but this job has prune=true/, { prune: 'true' });
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
    for (const one of github.artifacts) if (one.workflow_run.head_sha === head) one.expired = true;
    await refused(/has no plan of its last commit/, { files: 'a.yaml' });
    assert.doesNotMatch(await monitors(), /Never|Another|Forged|One more/);
  });
});

it('drift fails the job, or comments on an issue', async (t) => {
  const { act, push } = pullRequest(t, document());
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
  assert.equal(REPOSITORY, 'acme/payments');
});
