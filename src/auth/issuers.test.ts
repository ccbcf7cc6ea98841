import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startOidcEmulator } from '../../emulators/oidc/oidc-emulator.ts';
import type { RunningEmulator } from '../../emulators/server/emulator-server.ts';
import { githubClaims, gitlabClaims } from '../../test/ci-claims.ts';
import { manualClock } from '../../test/manual-clock.ts';
import { part, refusal } from '../../test/scripted-issuer.ts';
import { deadlineAfter } from '../domain/deadline.ts';
import { Secret } from '../domain/secret.ts';
import { createOutbound } from '../runtime/outbound.ts';
import { createIssuers } from './issuers.ts';
import type { OidcSettings } from './settings.ts';

const clock = manualClock();
const outbound = createOutbound({});
const log = { info() {}, warn() {}, error() {} };
const emulators: Record<'github' | 'gitlab', RunningEmulator> = Object.create(null);
before(async () => {
  const options = { port: 0, now: clock.now };
  emulators.github = await startOidcEmulator({ ...options, keysPath: '/.well-known/jwks' });
  emulators.gitlab = await startOidcEmulator({ ...options, keysPath: '/oauth/discovery/keys' });
});
after(async () => {
  outbound.close();
  await Promise.all(Object.values(emulators).map((one) => one.close()));
});

type Name = keyof typeof emulators;
const settingsOf = (name: Name, more: Partial<OidcSettings> = {}): OidcSettings => ({
  name,
  issuer: emulators[name].url,
  audience: ['birddog'],
  jwksUrl: undefined,
  skewMs: 30_000,
  nameClaim: 'sub',
  prefix: `${name}:`,
  require: new Map(),
  groups: [],
  ...more,
});
const post = async (name: Name, path: string, body: object = {}) =>
  (
    await fetch(`${emulators[name].url}/__control/${path}`, { method: 'POST', body: JSON.stringify(body) })
  ).text();
const CLAIMS = { github: githubClaims, gitlab: gitlabClaims };
/** Returns a token that an emulator signs. `iss` may name another one. */
const tokenOf = (name: Name, more: object = {}) =>
  post(name, 'tokens', { aud: 'birddog', ...CLAIMS[name](), ...more });
const requestsTo = async (name: Name): Promise<number> =>
  JSON.parse(await (await fetch(`${emulators[name].url}/__control/requests`)).text()).length;

function startIssuers(...names: Name[]) {
  const state = { list: names.map((name) => settingsOf(name)) };
  const issuers = createIssuers(() => state.list, { outbound, clock, log });
  const verify = (token: string) => issuers.verify(new Secret(token), deadlineAfter(60_000, clock));
  const reject = async (token: string) => {
    const { code, message } = await refusal(verify(token));
    return `${code}: ${message}`;
  };
  return { state, issuers, verify, reject };
}

describe('a token of one of several issuers', () => {
  it('is verified with the keys and the claims of the issuer that it names', async () => {
    const { verify, issuers } = startIssuers('github', 'gitlab');
    assert.equal(
      (await verify(await tokenOf('github'))).name,
      'github:repo:acme/payments:ref:refs/heads/main',
    );
    assert.match((await verify(await tokenOf('gitlab'))).name, /^gitlab:project_path:acme\/payments:/);
    assert.deepEqual(
      [...issuers.unavailable()],
      [
        ['github', false],
        ['gitlab', false],
      ],
    );
  });

  it('is rejected when another issuer has signed it, for any claims', async () => {
    const { reject, verify } = startIssuers('github', 'gitlab');
    const good = await tokenOf('github');
    await verify(good);
    await verify(await tokenOf('gitlab'));
    const { github, gitlab } = emulators;
    // Signed by GitLab, with GitLab's key id, in GitHub's name.
    assert.match(
      await reject(await tokenOf('gitlab', { iss: github.url })),
      /unauthenticated: .* signed with a key that the issuer/,
    );
    const [, body = '', signature = ''] = (await tokenOf('gitlab', { iss: github.url })).split('.');
    const [header = ''] = good.split('.');
    // The same, with the key id of a key of GitHub.
    assert.match(
      await reject(`${header}.${body}.${signature}`),
      /unauthenticated: The signature .* not made by/,
    );
    const claims = { iss: github.url, aud: 'birddog', ...githubClaims(), exp: 9e9 };
    assert.match(await reject(`${part({ alg: 'none' })}.${part(claims)}.`), /algorithm .* not accepted/);
    assert.match(
      await reject(await tokenOf('github', { aud: 'https://github.com/acme' })),
      /audience \(aud\)/,
    );
    for (const iss of [
      null,
      7,
      [github.url],
      [github.url, gitlab.url],
      `${github.url}/`,
      github.url.toUpperCase(),
      'constructor',
      '',
    ])
      assert.match(
        await reject(await tokenOf('github', { iss })),
        /unauthenticated: The issuer \(iss\) of the token is not http/,
      );
    for (const token of [
      'a.b.c',
      'a',
      `${header}.${part([])}.${signature}`,
      `${header}.${'A'.repeat(11_000)}.${signature}`,
    ])
      assert.match(await reject(token), /unauthenticated: The token is not a signed JWT/);
  });

  it('is accepted while another issuer is unavailable; its own gives 503', async () => {
    const { reject, verify, issuers } = startIssuers('github', 'gitlab');
    await post('github', 'faults', [{ kind: 'status', status: 503, times: 2 }]);
    assert.match(await reject(await tokenOf('github')), /issuer_unavailable: The keys of the issuer http/);
    assert.match((await verify(await tokenOf('gitlab'))).name, /^gitlab:/);
    assert.deepEqual(
      [...issuers.unavailable()],
      [
        ['github', true],
        ['gitlab', false],
      ],
    );
    const asked = await requestsTo('gitlab');
    clock.advance(2000);
    await issuers.refresh();
    clock.advance(2000);
    await issuers.refresh();
    assert.deepEqual(
      [...issuers.unavailable()],
      [
        ['github', false],
        ['gitlab', false],
      ],
    );
    assert.equal(await requestsTo('gitlab'), asked, 'a healthy issuer is not asked');
  });

  it('is accepted with a new key as soon as its issuer has one, and no longer with the old one', async () => {
    const { reject, verify } = startIssuers('github', 'gitlab');
    const [old, other] = [await tokenOf('github'), await tokenOf('gitlab')];
    await Promise.all([verify(old), verify(other)]);
    await post('github', 'keys');
    await verify(await tokenOf('github'));
    assert.match(await reject(old), /a key that the issuer/);
    const asked = await requestsTo('gitlab');
    await verify(other);
    assert.equal(await requestsTo('gitlab'), asked);
  });
});

it('issuers that a new list keeps need no new keys; those that it drops are rejected', async () => {
  const { state, verify, reject } = startIssuers('github', 'gitlab');
  const [ofGithub, ofGitlab] = [await tokenOf('github'), await tokenOf('gitlab')];
  await Promise.all([verify(ofGithub), verify(ofGitlab)]);
  const asked = await requestsTo('github');
  state.list = [settingsOf('github', { prefix: 'x:' })];
  assert.match((await verify(ofGithub)).name, /^x:repo:/);
  assert.equal(await requestsTo('github'), asked);
  assert.match(await reject(ofGitlab), /The issuer \(iss\) of the token is not http/);
  state.list = [settingsOf('github', { jwksUrl: new URL(`${emulators.gitlab.url}/oauth/discovery/keys`) })];
  assert.match(await reject(ofGithub), /a key that the issuer/, 'another address has other keys');
  state.list = [];
  assert.match(await reject(ofGithub), /issuer \(iss\) of the token is not accepted/);
});
