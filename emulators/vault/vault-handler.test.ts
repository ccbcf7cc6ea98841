import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Spelling } from './vault-answers.ts';
import { createVaultHandler } from './vault-handler.ts';
import { sandboxSeed, vaultSeed, type VaultSeedInput } from './vault-seed.ts';

const LOGIN = '/v1/auth/kubernetes/login';
const MAIN = '/v1/secret/data/birddog/main';
const JSON_TYPE = 'application/json';

interface Sent {
  readonly body?: unknown;
  readonly token?: string;
  readonly headers?: Record<string, string>;
  readonly raw?: string;
}

function vault(seed: Partial<VaultSeedInput> = {}, options: { spelling?: Spelling } = {}) {
  const clock = { now: Date.UTC(2026, 8, 1) };
  const handler = createVaultHandler({
    seed: vaultSeed({ ...sandboxSeed(), ...seed }),
    now: () => clock.now,
    ...options,
  });
  const sender =
    (route: 'handle' | 'control') =>
    (method: string, target: string, sent: Sent = {}) => {
      const url = new URL(target, 'http://vault');
      const headers = { ...sent.headers, ...(sent.token ? { 'x-vault-token': sent.token } : {}) };
      const body = sent.raw ?? (sent.body === undefined ? '' : JSON.stringify(sent.body));
      const response = handler[route]({ method, path: url.pathname, query: url.searchParams, headers, body });
      const json = response?.body === undefined ? undefined : JSON.parse(response.body);
      return { status: response?.status, json, type: response?.headers?.['content-type'] };
    };
  const send = sender('handle');
  const login = (role = 'birddog', jwt = 'sandbox-jwt') => send('POST', LOGIN, { body: { role, jwt } });
  return {
    clock,
    send,
    control: sender('control'),
    login,
    token: (): string => login().json.auth.client_token,
  };
}

const account = { name: 'birddog', namespace: 'birddog', audience: 'vault' };
const role = { names: ['birddog'], namespaces: ['birddog'], audience: 'vault', read: ['secret/data/*'] };

describe('Kubernetes login', () => {
  it('returns a token with its lifetime and service account', () => {
    const { status, json, type } = vault().login();
    assert.equal(status, 200);
    assert.equal(type, JSON_TYPE);
    assert.match(json.auth.client_token, /^hvs\./);
    assert.equal(json.auth.lease_duration, 3600);
    assert.equal(json.auth.metadata.service_account_name, 'birddog');
  });

  const refusals: [string, Partial<VaultSeedInput>, object, number, string][] = [
    ['no role', {}, { jwt: 'sandbox-jwt' }, 400, 'missing role'],
    ['no jwt', {}, { role: 'birddog' }, 400, 'missing jwt'],
    ['an unknown role', {}, { role: 'x', jwt: 'sandbox-jwt' }, 400, 'invalid role name "x"'],
    ['a prototype name as role', {}, { role: '__proto__', jwt: 'y' }, 400, 'invalid role name "__proto__"'],
    ['an unknown token', {}, { role: 'birddog', jwt: 'y' }, 403, 'permission denied'],
    [
      'an expired token',
      { serviceAccounts: { old: { ...account, expired: true } } },
      { role: 'birddog', jwt: 'old' },
      403,
      'permission denied',
    ],
    [
      'the wrong audience',
      { serviceAccounts: { a: { ...account, audience: 'other' } } },
      { role: 'birddog', jwt: 'a' },
      403,
      'invalid audience (aud) claim: audience claim does not match any expected audience',
    ],
    [
      'a service account that is not bound',
      { serviceAccounts: { a: { ...account, name: 'other' } } },
      { role: 'birddog', jwt: 'a' },
      403,
      'service account name not authorized',
    ],
    [
      'a namespace that is not bound',
      { serviceAccounts: { a: { ...account, namespace: 'other' } } },
      { role: 'birddog', jwt: 'a' },
      403,
      'namespace not authorized',
    ],
    [
      'an unconfigured mount',
      { authConfigured: false },
      { role: 'birddog', jwt: 'sandbox-jwt' },
      500,
      'could not load backend configuration',
    ],
  ];
  for (const [what, seed, body, status, text] of refusals) {
    it(`rejects ${what} with Vault's own message`, () => {
      const response = vault(seed).send('POST', LOGIN, { body });
      assert.deepEqual([response.status, response.json], [status, { errors: [text] }]);
    });
  }

  it('exists only at its own mount', () => {
    const { send } = vault({ authMount: 'ocp' });
    assert.equal(send('POST', LOGIN, { body: { role: 'birddog', jwt: 'sandbox-jwt' } }).status, 403);
    const there = send('POST', '/v1/auth/ocp/login', { body: { role: 'birddog', jwt: 'sandbox-jwt' } });
    assert.equal(there.status, 200);
  });

  it('rejects a body that is not JSON', () => {
    assert.equal(vault().send('POST', LOGIN, { raw: '{' }).status, 400);
  });
});

describe('KV reads', () => {
  it('return the pairs of version 2 in data.data', () => {
    const { send, token } = vault();
    const { status, json } = send('GET', MAIN, { token: token() });
    assert.equal(status, 200);
    assert.equal(json.data.data['datadog-api-key'], 'sandbox-api-key');
    assert.equal(json.data.metadata.version, 1);
  });

  it('accept a bearer token too', () => {
    const { send, token } = vault();
    assert.equal(send('GET', MAIN, { headers: { authorization: `Bearer ${token()}` } }).status, 200);
  });

  it('return the pairs of version 1 in data', () => {
    const seed = {
      mounts: { kv: 1 as const },
      secrets: { 'kv/app': { k: 'v' } },
      roles: { birddog: { ...role, read: ['kv/*'] } },
    };
    const { send, token } = vault(seed);
    assert.deepEqual(send('GET', '/v1/kv/app', { token: token() }).json.data, { k: 'v' });
    const gone = send('GET', '/v1/kv/none', { token: token() });
    assert.deepEqual([gone.status, gone.json], [404, { errors: [] }]);
  });

  it('answer 404 for both unknown and deleted paths, with different bodies', () => {
    const { send, control, token } = vault();
    const never = send('GET', '/v1/secret/data/birddog/none', { token: token() });
    assert.deepEqual([never.status, never.json], [404, { errors: [] }]);

    control('DELETE', '/__control/secrets/secret/birddog/main');
    const deleted = send('GET', MAIN, { token: token() });
    assert.equal(deleted.status, 404);
    assert.equal(deleted.json.data.data, null);
    assert.notEqual(deleted.json.data.metadata.deletion_time, '');
    assert.equal(deleted.json.data.metadata.destroyed, false);

    control('DELETE', '/__control/secrets/secret/birddog/sidecar?destroy=true');
    const destroyed = send('GET', '/v1/secret/data/birddog/sidecar', { token: token() });
    assert.deepEqual([destroyed.status, destroyed.json.data.metadata.destroyed], [404, true]);
  });

  it('keep earlier versions of a rotated secret', () => {
    const { send, control, token } = vault();
    control('PUT', '/__control/secrets/secret/birddog/main', { body: { 'datadog-api-key': 'new' } });
    assert.deepEqual(send('GET', MAIN, { token: token() }).json.data.data, { 'datadog-api-key': 'new' });
    const first = send('GET', `${MAIN}?version=1`, { token: token() });
    assert.equal(first.json.data.data['datadog-api-key'], 'sandbox-api-key');
    const third = send('GET', `${MAIN}?version=3`, { token: token() });
    assert.deepEqual([third.status, third.json], [404, { errors: [] }]);
  });

  it('reject a path without data/ by policy, because policies contain it', () => {
    const { send, token } = vault();
    const response = send('GET', '/v1/secret/birddog/main', { token: token() });
    assert.equal(response.status, 403);
    assert.deepEqual(response.json.errors, ['1 error occurred:\n\t* permission denied\n\n']);
  });
});

describe('permission denied', () => {
  it('has three forms, depending on the cause', () => {
    const { send, token } = vault();
    const errors = (sent: Sent, path = MAIN) => send('GET', path, sent).json.errors[0];
    assert.equal(errors({}), 'permission denied');
    assert.equal(
      errors({ token: token() }, '/v1/secret/data/x'),
      '1 error occurred:\n\t* permission denied\n\n',
    );
    assert.equal(
      errors({ token: 'hvs.x' }),
      '2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n',
    );
  });

  it('has a single form if the server is configured so', () => {
    const { send } = vault({}, { spelling: 'plain' });
    assert.deepEqual(send('GET', MAIN, { token: 'x' }).json.errors, ['permission denied']);
  });
});

describe('a token', () => {
  it('is rejected once it has expired, and lasts longer when renewed', () => {
    const { send, clock, token } = vault();
    const [first, second] = [token(), token()];
    clock.now += 3000 * 1000;
    assert.equal(send('POST', '/v1/auth/token/renew-self', { token: second }).json.auth.lease_duration, 3600);
    clock.now += 601 * 1000;
    assert.equal(send('GET', MAIN, { token: first }).status, 403);
    assert.equal(send('GET', '/v1/auth/token/lookup-self', { token: second }).json.data.ttl, 2999);
  });

  it('ends at its maximum, regardless of the increment', () => {
    const { send, clock, token } = vault({ roles: { birddog: { ...role, ttl: 60, maxTtl: 100 } } });
    const tokenId = token();
    clock.now += 50_000;
    const renewed = send('POST', '/v1/auth/token/renew-self', {
      token: tokenId,
      body: { increment: '3600s' },
    });
    assert.equal(renewed.json.auth.lease_duration, 50);
  });

  it('is rejected after it was revoked', () => {
    const { send, token } = vault();
    const tokenId = token();
    assert.equal(send('POST', '/v1/auth/token/revoke-self', { token: tokenId }).status, 204);
    assert.equal(send('GET', '/v1/auth/token/lookup-self', { token: tokenId }).status, 403);
    assert.equal(send('GET', MAIN, { token: tokenId }).status, 403);
  });

  it('is rejected after all were revoked', () => {
    const { send, control, token } = vault();
    const tokenId = token();
    assert.equal(control('DELETE', '/__control/tokens').status, 204);
    assert.equal(send('GET', MAIN, { token: tokenId }).status, 403);
    assert.equal(send('GET', MAIN, { token: token() }).status, 200);
  });

  it('of type batch can be neither renewed nor revoked', () => {
    const { send, token } = vault({ roles: { birddog: { ...role, tokenType: 'batch' } } });
    const tokenId = token();
    assert.match(tokenId, /^hvb\./);
    assert.equal(send('POST', '/v1/auth/token/renew-self', { token: tokenId }).status, 400);
    assert.equal(send('POST', '/v1/auth/token/revoke-self', { token: tokenId }).status, 400);
    assert.equal(send('GET', MAIN, { token: tokenId }).status, 200);
  });
});

describe('a namespace', () => {
  it('must be named in the header or before the path', () => {
    const { send } = vault({ namespace: 'team/a' });
    const body = { role: 'birddog', jwt: 'sandbox-jwt' };
    assert.equal(send('POST', LOGIN, { body }).status, 403);
    assert.equal(send('POST', LOGIN, { body, headers: { 'x-vault-namespace': 'team/b' } }).status, 403);
    assert.equal(send('POST', LOGIN, { body, headers: { 'x-vault-namespace': 'team/a/' } }).status, 200);
    assert.equal(send('POST', '/v1/team/a/auth/kubernetes/login', { body }).status, 200);
  });
});

describe('the server', () => {
  const health = {
    standby: 429,
    standby_redirecting: 429,
    dr_secondary: 472,
    performance_standby: 473,
    uninitialised: 501,
    sealed: 503,
  };
  for (const [mode, status] of Object.entries(health)) {
    it(`answers health with ${status} when ${mode}`, () => {
      const { send, control } = vault();
      assert.equal(send('GET', '/v1/sys/health').status, 200);
      assert.equal(control('PUT', '/__control/mode', { body: { mode } }).status, 204);
      assert.equal(send('GET', '/v1/sys/health').status, status);
    });
  }

  it('lets the caller choose the status of health', () => {
    const { send, control } = vault();
    control('PUT', '/__control/mode', { body: { mode: 'standby' } });
    assert.equal(send('GET', '/v1/sys/health?standbyok=true').status, 200);
    assert.equal(send('GET', '/v1/sys/health?standbycode=299').status, 299);
  });

  it('serves only health while sealed, and everything again afterwards', () => {
    const { send, control, token } = vault();
    const tokenId = token();
    control('PUT', '/__control/mode', { body: { mode: 'sealed' } });
    const response = send('GET', MAIN, { token: tokenId });
    assert.deepEqual([response.status, response.json], [503, { errors: ['Vault is sealed'] }]);
    control('PUT', '/__control/mode', { body: { mode: 'active' } });
    assert.equal(send('GET', MAIN, { token: tokenId }).status, 200);
  });

  it('forwards requests while standby', () => {
    const { send, control, token } = vault();
    control('PUT', '/__control/mode', { body: { mode: 'standby' } });
    assert.equal(send('GET', MAIN, { token: token() }).status, 200);
  });

  it('redirects clients while it is a standby that does not forward', () => {
    const { send, control, token } = vault();
    const tokenId = token();
    control('PUT', '/__control/mode', { body: { mode: 'standby_redirecting' } });
    assert.equal(send('GET', MAIN, { token: tokenId }).status, 307);
    assert.equal(send('GET', '/v1/sys/health?standbyok=true').status, 200);
  });

  it('rejects an unknown mode', () => {
    assert.equal(vault().control('PUT', '/__control/mode', { body: { mode: 'toString' } }).status, 400);
  });
});

it('has no response for unknown routes, so that the emulator answers 501', () => {
  const { send, token } = vault();
  assert.equal(send('GET', '/v2/x').status, undefined);
  assert.equal(send('GET', '/v1/secret/metadata/birddog/main', { token: token() }).status, 403);
  assert.equal(send('PUT', MAIN, { token: token() }).status, undefined);
});
