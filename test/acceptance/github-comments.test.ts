import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type FakeGithub, startFakeGithub } from '../fake-github.ts';
import { document, MARKER, pullRequest, stub } from '../pull-request.ts';

let github: FakeGithub;
before(async () => {
  github = await startFakeGithub();
});
after(() => github.close());

describe('the comment with the plan', () => {
  it('of two jobs at the same time is one comment for each name', async (t) => {
    const { act, bodies } = pullRequest(t, github, document());
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
    const { act, bodies } = pullRequest(t, github, document());
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

  it('survives faults of the API without a second comment', async (t) => {
    const limited = {
      kind: 'status',
      status: 403,
      headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1' },
    };
    for (const [fault, isUpdate] of [
      [{ kind: 'status_after', method: 'POST', status: 502 }, false],
      [{ kind: 'reset_after', method: 'POST' }, false],
      [{ kind: 'status', method: 'POST', status: 429, headers: { 'retry-after': '0' } }, false],
      [{ kind: 'status', method: 'GET', status: 503, times: 2 }, true],
      [{ kind: 'status', method: 'PATCH', status: 500 }, true],
      [{ kind: 'status', method: 'PATCH', status: 404 }, true],
      [{ ...limited, times: 2 }, true],
    ] as const) {
      const { act, bodies, number } = pullRequest(t, github, document());
      const folder = stub(t, '## an old plan');
      const command = join(folder, 'birddog');
      if (isUpdate) await act('plan', { command });
      writeFileSync(join(folder, 'plan'), '## a new plan');
      await github.fail(fault);
      const { status, log } = await act('plan', { command });
      assert.equal(status, 0, log);
      assert.equal(bodies().length, 1, JSON.stringify(fault));
      assert.match(bodies()[0] ?? '', /a new plan/);
      // Nobody was notified twice.
      const [only] = github.on(number);
      assert.equal(github.add(0, '').id - (only?.id ?? 0), 1, JSON.stringify(fault));
    }
  });

  it('fails the job if it cannot be written at all', async (t) => {
    const { act } = pullRequest(t, github, document());
    const command = join(stub(t, '## a plan'), 'birddog');
    await github.fail({ kind: 'status', status: 500, times: 12 });
    const down = await act('plan', { command });
    assert.equal(down.status, 1);
    assert.match(down.log, /::error::The comment was not written: .*answered 500/);
    assert.match(down.summary, /## a plan/);
    await github.fail({ kind: 'status', status: 403, headers: { 'retry-after': '3600' } });
    assert.match((await act('plan', { command })).log, /not written: .*403/);
  });

  it('runs nothing that a pull request has named, and prints none of its workflow commands', async (t) => {
    const { act, workspace } = pullRequest(t, github, document());
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
  const { act } = pullRequest(t, github, document());
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
