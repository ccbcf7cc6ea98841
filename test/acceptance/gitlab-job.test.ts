import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { after, before, it, type TestContext } from 'node:test';
import { load } from 'js-yaml';
import { z } from 'zod';
import { PROJECT, startFakeGitlab } from '../fake-gitlab.ts';
import { ended, folderWith, ROOT } from './birddog-command.ts';
import { type Pod, request, startPod } from './pod.ts';

const FOLDER = join(ROOT, 'integrations/gitlab');
const jobSchema = z.looseObject({
  extends: z.literal('.birddog'),
  script: z.array(z.string()),
  rules: z.array(z.looseObject({ if: z.string() })),
});
const config = z
  .looseObject({
    variables: z.record(z.string(), z.string()),
    'birddog-lint': jobSchema,
    'birddog-plan': jobSchema.extend({
      artifacts: z.looseObject({ paths: z.tuple([z.literal('birddog-plan.json')]) }),
    }),
    'birddog-apply': jobSchema.extend({ resource_group: z.string() }),
    'birddog-drift': jobSchema,
  })
  .parse(load(readFileSync(join(FOLDER, 'birddog.gitlab-ci.yml'), 'utf8')));

let pod: Pod;
let gitlab: Awaited<ReturnType<typeof startFakeGitlab>>;
before(async () => {
  [pod, gitlab] = await Promise.all([startPod(), startFakeGitlab()]);
});
after(async () => {
  await pod.stop();
  await gitlab.close();
});

const text = (name: string) =>
  `application: payments-batch\nteam: payments\nmonitors:\n  - {key: cpu, type: query alert, name: ${name}, query: 'avg(last_5m):avg:a{*} > 1', message: '@slack-x'}\n`;

/** A checkout, and the function that runs the script of a job as GitLab does. */
function checkout(t: TestContext, iid: string) {
  const folder = folderWith(t, { 'a.yaml': text('First') });
  const PATH = [join(ROOT, 'bin'), ...(process.env['PATH']?.split(delimiter) ?? [])].filter(
    (path) => !path.endsWith('.bin'),
  );
  const run = (job: 'plan' | 'apply' | 'drift' | 'lint', more: Record<string, string> = {}) => {
    const child = spawn('bash', ['-e', '-c', config[`birddog-${job}`].script.join('\n')], {
      cwd: folder,
      env: {
        ...config.variables,
        PATH: PATH.join(delimiter),
        BIRDDOG_SCRIPT: join(FOLDER, 'main.mjs'),
        BIRDDOG_FILES: '*.yaml',
        BIRDDOG_URL: pod.birddogUrl,
        BIRDDOG_GITLAB_TOKEN: 'gitlab-token',
        BIRDDOG_RETRY_MS: '1',
        CI_API_V4_URL: gitlab.url,
        CI_PROJECT_ID: String(PROJECT),
        CI_COMMIT_SHA: `merge${iid}`,
        CI_JOB_URL: 'https://gitlab.company.test/job/1',
        ...(job === 'plan' ? { CI_MERGE_REQUEST_IID: iid } : {}),
        ...more,
      },
    });
    child.stdin.end();
    return ended(child);
  };
  return {
    folder,
    run,
    plan: join(folder, 'birddog-plan.json'),
    bodies: () => gitlab.on(iid).map(({ body }) => body),
  };
}

it('a merge request has one note with the plan, which is updated; those of others are not', async (t) => {
  const { folder, run, plan, bodies } = checkout(t, '1');
  for (let n = 0; n < 120; n += 1)
    gitlab.add('1', n === 0 ? '<!-- birddog plan default -->\nforged' : `note ${n}`, 5);
  const first = await run('plan');
  assert.equal(first.status, 0, first.out + first.err);
  assert.match(
    bodies().at(-1) ?? '',
    /^<!-- birddog plan default -->\n## <code>payments-batch<\/code>: 1 to create/,
  );
  assert.ok(existsSync(plan));
  writeFileSync(join(folder, 'b.yaml'), text('Second').replace('payments-batch', 'payments-b'));
  assert.equal((await run('plan')).status, 0);
  assert.equal(bodies().length, 121);
  assert.match(bodies().at(-1) ?? '', /payments-b<\/code>/);
  assert.match(bodies()[0] ?? '', /forged/);
  const fork = await run('plan', { BIRDDOG_GITLAB_TOKEN: '' });
  assert.equal(fork.status, 0);
  assert.match(fork.err, /No note was written/);
  const refused = await run('plan', { BIRDDOG_GITLAB_TOKEN: 'wrong' });
  assert.equal(refused.status, 1);
  assert.match(refused.err, /The note was not written: GET .* answered 401/);
});

it('the reviewed plan is applied after the merge; another file, or another state of Datadog, is not', async (t) => {
  const { folder, run, plan, bodies } = checkout(t, '2');
  assert.equal((await run('plan')).status, 0);
  assert.match((await run('apply')).err, /No merge request was merged as merge2/);
  gitlab.merge('2', 'merge2', 'opened');
  assert.match((await run('apply')).err, /No merge request was merged as merge2/);
  gitlab.merge('2', 'merge2');
  assert.match((await run('apply')).err, /Merge request 2 has no plan of its last pipeline/);
  gitlab.upload('2', readFileSync(plan, 'utf8'));
  writeFileSync(join(folder, 'a.yaml'), text('Unreviewed'));
  assert.match((await run('apply')).err, /a\.yaml is not the file that was reviewed/);
  writeFileSync(join(folder, 'a.yaml'), text('First'));
  const done = await run('apply');
  assert.equal(done.status, 0, done.out + done.err);
  assert.match(bodies().at(-1) ?? '', /^<!-- birddog apply default -->\n## Applied/);
  const monitors = async () => (await request(pod, 'GET', '/get_monitors?application=payments-batch')).text;
  assert.match(await monitors(), /First/);
  assert.equal((await run('drift')).status, 0);
  writeFileSync(join(folder, 'a.yaml'), text('Third'));
  assert.equal((await run('plan')).status, 0);
  gitlab.upload('2', readFileSync(plan, 'utf8'));
  const change = {
    application: 'payments-batch',
    team: 'payments',
    key: 'cpu',
    monitor: { name: 'By hand' },
  };
  const headers = { 'content-type': 'application/json' };
  assert.equal(
    (await request(pod, 'PUT', '/update_monitor', { headers, body: JSON.stringify(change) })).status,
    200,
  );
  const stale = await run('apply');
  assert.equal(stale.status, 1, stale.out);
  assert.match(bodies().at(-1) ?? '', /## Not applied completely[\s\S]*By hand/);
  assert.match(await monitors(), /By hand/);
});

it('a plan of several documents in one file is applied if all of them are as reviewed', async (t) => {
  const { folder, run, plan } = checkout(t, '4');
  const [one, two] = ['one', 'two'].map((name) => text(name).replace('payments-batch', `payments-${name}`));
  const stream = `# Both\n---\n${one}# of the second\n---\n\n${two}...\n`;
  writeFileSync(join(folder, 'a.yaml'), stream);
  writeFileSync(
    join(folder, 'b.yaml'),
    `\ufeff${text('b').replace('payments-batch', 'payments-b').replaceAll('\n', '\r\n')}`,
  );
  assert.equal((await run('plan')).status, 0);
  gitlab.merge('4', 'merge4');
  gitlab.upload('4', readFileSync(plan, 'utf8'));
  for (const changed of [
    stream.replace('name: two', 'name: three'),
    one ?? '',
    stream.replace(two ?? '', ''),
    `${stream}---\n${text('x')}`,
  ]) {
    writeFileSync(join(folder, 'a.yaml'), changed);
    assert.match((await run('apply')).err, /a\.yaml (is not the file that was reviewed|has more documents)/);
  }
  writeFileSync(join(folder, 'a.yaml'), stream);
  const done = await run('apply');
  assert.equal(done.status, 0, done.out + done.err);
});

it('lint fails for a document with an error', async (t) => {
  const { folder, run } = checkout(t, '3');
  assert.equal((await run('lint')).status, 0);
  writeFileSync(join(folder, 'a.yaml'), text('x').replace('avg(last', 'agv(last'));
  assert.equal((await run('lint')).status, 1);
});
