import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { startOidcEmulator } from '../../emulators/oidc/oidc-emulator.ts';
import type { RunningEmulator } from '../../emulators/server/emulator-server.ts';
import { githubClaims, githubPullRequest, gitlabClaims } from '../ci-claims.ts';
import { monitor } from './application-operations.ts';
import { type CallersPod, replaceFile, startCallersPod, tokensFile } from './callers-pod.ts';
import { birddog, folderWith } from './birddog-command.ts';
import { control } from './pod.ts';

const ACCESS = `
rules:
  - groups: [jobs]
    applications: ['payments-*']
    may: [apply_reviewed]
  - groups: [plans]
    applications: ['payments-*']
    may: [read]
`;

let at: CallersPod;
let github: RunningEmulator;
let gitlab: RunningEmulator;
const folder = mkdtempSync(join(tmpdir(), 'birddog-issuers-'));
const issuersPath = join(folder, 'issuers.yaml');
const issuersFile = () => `
issuers:
  - name: github
    issuer: ${github.url}
    audience: [birddog]
    require: {repository_owner: acme}
    groups:
      - {group: plans, when: {repository: acme/payments}}
      - group: jobs
        when: {repository: acme/payments, ref: refs/heads/main, event_name: [push, schedule]}
  - name: gitlab
    issuer: ${gitlab.url}
    audience: [birddog]
    require: {project_path: acme/payments}
    groups:
      - {group: jobs, when: {ref: main, ref_protected: 'true'}}
`;
before(async () => {
  github = await startOidcEmulator({ port: 0, keysPath: '/.well-known/jwks' });
  gitlab = await startOidcEmulator({ port: 0, keysPath: '/oauth/discovery/keys' });
  writeFileSync(issuersPath, issuersFile());
  at = await startCallersPod(ACCESS, tokensFile([]), { BIRDDOG_ISSUERS: issuersPath });
});
after(async () => {
  await at.stop();
  await Promise.all([github, gitlab].map((one) => one.close()));
  rmSync(folder, { recursive: true });
});

async function tokenOf({ url }: RunningEmulator, claims: object): Promise<string> {
  const body = JSON.stringify({ aud: 'birddog', ...claims });
  return (await fetch(`${url}/__control/tokens`, { method: 'POST', body })).text();
}
const DOCUMENT = { apiVersion: 'birddog/v1', application: 'payments-batch', team: 't', monitors: [] };
/** Returns which of read, apply_reviewed and write a token allows, or the code of its rejection. */
async function rightsOf(token: string): Promise<string> {
  const codes: unknown[] = [];
  for (const path of ['/plan', '/apply?basis=b', '/apply'])
    codes.push((await at.ask(token, 'POST', path, DOCUMENT)).body.code ?? 'done');
  const isRejected = codes.every((code) => code === codes[0] && code !== 'forbidden' && code !== 'done');
  if (isRejected) return String(codes[0]);
  return ['read', 'apply_reviewed', 'write'].filter((_, n) => codes[n] !== 'forbidden').join(' ');
}

it('one unavailable issuer does not affect the others, and has its own sample', async () => {
  const [ofGithub, ofGitlab] = [await tokenOf(github, githubClaims()), await tokenOf(gitlab, gitlabClaims())];
  await Promise.all([rightsOf(ofGithub), rightsOf(ofGitlab)]);
  await control(github.url, 'POST', 'faults', [{ kind: 'status', status: 503, times: 1000 }]);
  await control(github.url, 'POST', 'keys');
  const rotated = await tokenOf(github, githubClaims());
  await at.pod.until(async () => (await rightsOf(rotated)) === 'issuer_unavailable');
  assert.equal(await rightsOf(ofGitlab), 'read apply_reviewed');
  const metrics = await (await fetch(`${at.pod.opsUrl}/metrics`)).text();
  const samples = [...metrics.matchAll(/^birddog_issuer_unavailable\{issuer="(\w+)".*\} (\d)$/gm)];
  assert.deepEqual(samples.map(([, name, value]) => `${name} ${value}`).toSorted(), [
    'github 1',
    'gitlab 0',
    'oidc 0',
  ]);
  await control(github.url, 'DELETE', 'faults');
  await at.pod.until(async () => (await rightsOf(rotated)) === 'read apply_reviewed');
});

it('a job authenticates with the token of GitHub or GitLab, and may do what its claims allow', async () => {
  const cases: readonly [what: string, issuer: RunningEmulator, claims: object, rights: string][] = [
    ['a push to main', github, githubClaims(), 'read apply_reviewed'],
    ['another branch', github, githubClaims({ ref: 'refs/heads/x' }), 'read'],
    ['a pull request, of a fork too', github, githubPullRequest(), 'read'],
    ['pull_request_target of a fork', github, githubClaims({ event_name: 'pull_request_target' }), 'read'],
    ['another repository', github, githubClaims({ repository: 'acme/shop' }), ''],
    [
      'a fork that runs its own jobs',
      github,
      githubClaims({ repository: 'evil/payments', repository_owner: 'evil' }),
      'unauthenticated',
    ],
    ['a list of owners', github, githubClaims({ repository_owner: ['acme', 'evil'] }), 'unauthenticated'],
    ['another audience', github, { ...githubClaims(), aud: 'https://github.com/acme' }, 'unauthenticated'],
    ['the name of another issuer', gitlab, { ...githubClaims(), iss: github.url }, 'unauthenticated'],
    ['the protected branch of GitLab', gitlab, gitlabClaims(), 'read apply_reviewed'],
    ['an unprotected branch', gitlab, gitlabClaims({ ref_protected: 'false' }), ''],
    [
      'groups that claim to be ours',
      gitlab,
      gitlabClaims({ ref: 'x', groups: ['jobs'], groups_direct: ['jobs'] }),
      '',
    ],
    ['a fork on GitLab', gitlab, gitlabClaims({ project_path: 'evil/payments' }), 'unauthenticated'],
  ];
  for (const [what, issuer, claims, rights] of cases)
    assert.equal(await rightsOf(await tokenOf(issuer, claims)), rights, what);
  assert.equal(await rightsOf(await at.oidcToken({ sub: 'zoë', groups: ['jobs'] })), 'read apply_reviewed');
  assert.match(at.pod.output(), /"caller":"github:repo:acme\/payments:ref:refs\/heads\/main"/);
});

it('the issuers file is reloaded when it changes; an invalid one changes nothing', async () => {
  const token = await tokenOf(gitlab, gitlabClaims());
  const isBad = async () =>
    /^birddog_file_bad\{file="issuers".*\} 1$/m.test(await (await fetch(`${at.pod.opsUrl}/metrics`)).text());
  replaceFile(issuersPath, issuersFile().replace('ref: main', 'ref: release'));
  await at.pod.until(async () => (await rightsOf(token)) === '');
  replaceFile(issuersPath, issuersFile().replace('audience: [birddog]', 'audience: birddog'));
  await at.pod.until(isBad);
  assert.match(at.pod.output(), /issuers\.yaml.*5:15: Audience must be a list/);
  assert.equal(await rightsOf(token), '');
  replaceFile(issuersPath, issuersFile());
  await at.pod.until(async () => (await rightsOf(token)) === 'read apply_reviewed');
  assert.equal(await isBad(), false);
});

it('an invalid issuers file keeps the server from starting', async (t) => {
  const files = folderWith(t, { 'access.yaml': 'rules: []', 'issuers.yaml': 'issuers: [{name: a}]' });
  const { status, err } = await birddog('.', ['serve'], {
    env: {
      BIRDDOG_SECRETS: '/nowhere',
      BIRDDOG_LEDGER: '/nowhere/ledger.sqlite',
      LEANIX_URL: 'https://company.leanix.net',
      SERVICENOW_URL: 'https://company.service-now.com',
      DATADOG_SITE: 'datadoghq.eu',
      BIRDDOG_AUTH: 'oidc',
      BIRDDOG_ACCESS: `${files}/access.yaml`,
      BIRDDOG_ISSUERS: `${files}/issuers.yaml`,
    },
  });
  assert.equal(status, 78, err);
  assert.match(err, /BIRDDOG_ISSUERS: .*issuers\.yaml:1:11: \\"issuer\\" is required/);
});

it('with apply_reviewed lets a job apply a plan, and nothing that has no plan', async () => {
  const { ask } = at;
  const job = await at.oidcToken({ sub: 'job', groups: ['jobs'] });
  const document = {
    apiVersion: 'birddog/v1',
    application: 'payments-batch',
    team: 't',
    monitors: [{ ...monitor, key: 'reviewed' }],
  };
  const refused = await ask(job, 'POST', '/apply', document);
  assert.deepEqual([refused.status, refused.body.code], [403, 'forbidden'], refused.text);
  assert.match(refused.body.hint, /may only apply a reviewed plan.* birddog plan --out FILE/);
  const { body: plan } = await ask(job, 'POST', '/plan', document);
  const path = `/apply?basis=${plan.basis}`;
  const other = { ...document, monitors: [{ ...monitor, key: 'reviewed', name: 'not reviewed' }] };
  assert.equal((await ask(job, 'POST', path, other)).body.code, 'plan_stale');
  const applied = await ask(job, 'POST', path, document);
  assert.deepEqual([applied.status, applied.body.done?.length], [200, 1], applied.text);
  const undo = { application: 'payments-batch', last_apply: true };
  const { body: shown } = await ask(job, 'POST', '/restore', undo);
  const undone = await ask(job, 'POST', '/restore', { ...undo, basis: shown.basis });
  assert.deepEqual([undone.status, undone.body.done?.length], [200, 1], undone.text);
});
