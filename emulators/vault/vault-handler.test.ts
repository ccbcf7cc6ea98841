import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  DENIED,
  DENIED_BY_POLICY,
  HEADERS,
  LOGIN,
  MAIN,
  role,
  type Sent,
  vault,
} from './vault-in-process.ts';

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
    const read = send('GET', '/v1/kv/app', { token: token() }).json;
    assert.deepEqual([read.data, read.lease_duration], [{ k: 'v' }, 2_764_800]);
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

describe('KV reads of a wrong version', () => {
  it('answer 404 with a warning for version 2 without data/, if a policy allows the path', () => {
    const { send, token } = vault({ roles: { birddog: { ...role, read: ['secret/*'] } } });
    const { status, json, body } = send('GET', '/v1/secret/birddog/main', { token: token() });
    assert.deepEqual([status, json.data, json.errors], [404, null, undefined]);
    assert.match(json.warnings[0], /^Invalid path for a versioned K\/V secrets engine\..*'bao kv get'/);
    assert.doesNotMatch(body ?? '', /\n$/);
  });

  it('answer 400 until the upgrade to version 2 has ended', () => {
    const { send, control, token } = vault({ mounts: { secret: 'upgrading' } });
    const during = send('GET', MAIN, { token: token() });
    assert.equal(during.status, 400);
    assert.match(during.json.errors[0], /^Upgrading from non-versioned to versioned data\./);
    control('PUT', '/__control/upgraded/secret');
    assert.equal(send('GET', MAIN, { token: token() }).status, 200);
  });
});

describe('permission denied', () => {
  for (const [product, invalid] of [
    ['openbao', DENIED],
    ['vault', '2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n'],
  ] as const)
    it(`has the words of ${product} for each cause`, () => {
      const { send, token } = vault({ product });
      const errors = (sent: Sent, path = MAIN) => send('GET', path, sent).json.errors[0];
      assert.equal(errors({}), DENIED);
      assert.equal(errors({ token: token() }, '/v1/secret/data/x'), DENIED_BY_POLICY);
      assert.equal(errors({ token: 'unknown' }), invalid);
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
    assert.match(renewed.json.warnings[0], /^TTL of "1h" exceeded the effective max_ttl of "50s"; /);
    const days = send('POST', '/v1/auth/token/renew-self', { token: tokenId, body: { increment: '90d' } });
    assert.match(days.json.warnings[0], /^TTL of "2160h" exceeded/);
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
    assert.match(tokenId, /^b\./);
    assert.equal(send('POST', '/v1/auth/token/renew-self', { token: tokenId }).status, 400);
    assert.equal(send('POST', '/v1/auth/token/revoke-self', { token: tokenId }).status, 400);
    assert.equal(send('GET', MAIN, { token: tokenId }).status, 200);
  });
});

describe('a token of a role', () => {
  const SELF: readonly [method: string, path: string][] = [
    ['GET', '/v1/auth/token/lookup-self'],
    ['POST', '/v1/auth/token/renew-self'],
    ['POST', '/v1/auth/token/revoke-self'],
  ];

  it('without the policy "default" may do with itself only what its own policy lists', () => {
    const bare = vault({ roles: { birddog: { ...role, defaultPolicy: false } } });
    const tokenId = bare.token();
    for (const [method, path] of SELF) {
      const response = bare.send(method, path, { token: tokenId });
      assert.deepEqual([response.status, response.json.errors], [403, [DENIED_BY_POLICY]]);
    }
    const listing = {
      ...role,
      defaultPolicy: false,
      read: ['auth/token/lookup-self'],
      update: ['auth/token/renew-self', 'auth/token/revoke-self'],
    };
    const listed = vault({ roles: { birddog: listing } });
    const own = listed.token();
    assert.deepEqual(
      SELF.map(([method, path]) => listed.send(method, path, { token: own }).status),
      [200, 200, 204],
    );
  });

  it('with a number of uses is invalid after them', () => {
    const { send, login } = vault({ roles: { birddog: { ...role, numUses: 2 } } });
    const { auth } = login().json;
    assert.equal(auth.num_uses, 2);
    const read = () => send('GET', MAIN, { token: auth.client_token });
    assert.deepEqual([read().status, read().status, read().json.errors[0]], [200, 200, DENIED]);
  });
});

describe('a namespace', () => {
  it('must be named in the header or before the path', () => {
    const { send } = vault({ namespace: 'team/a' });
    const body = { role: 'birddog', jwt: 'sandbox-jwt' };
    assert.equal(send('POST', LOGIN, { body }).status, 403);
    assert.equal(send('POST', LOGIN, { body, headers: { 'x-vault-namespace': 'team/b' } }).status, 404);
    const there = send('POST', LOGIN, { body, headers: { 'x-vault-namespace': 'team/a/' } });
    assert.deepEqual([there.status, there.headers?.['x-vault-namespace']], [200, 'team/a/']);
    assert.equal(send('POST', '/v1/team/a/auth/kubernetes/login', { body }).status, 200);
  });
});

it('says that a namespace does not exist, is locked or is sealed, and has no health in any', () => {
  const { send } = vault({ lockedNamespaces: ['locked'], sealedNamespaces: ['sealed'] });
  const named = (namespace: string, path = LOGIN) => {
    const { status, json } = send('POST', path, { headers: { 'x-vault-namespace': namespace } });
    return [status, json.errors[0]];
  };
  assert.deepEqual(named('nowhere'), [404, 'namespace not found']);
  assert.deepEqual(named('sealed'), [503, 'namespace is sealed']);
  assert.match(
    String(named('locked')),
    /^503,API access to this namespace has been locked .* "locked\/" must/,
  );
  assert.deepEqual(named('x', '/v1/sys/health'), [400, 'operation unavailable in namespaces']);
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
    assert.equal(send('POST', LOGIN).status, 307);
    assert.equal(send('GET', MAIN, { token: tokenId }).status, 200, 'OpenBao serves reads itself');
    const headers = { 'x-vault-no-request-forwarding': 'true' };
    assert.equal(send('GET', MAIN, { token: tokenId, headers }).status, 307);
    assert.equal(send('GET', '/v1/sys/health?standbyok=true').status, 200);
    const ofVault = vault({ product: 'vault' });
    ofVault.control('PUT', '/__control/mode', { body: { mode: 'standby_redirecting' } });
    assert.equal(ofVault.send('GET', MAIN).status, 307);
  });

  it('tells the cluster in its health only while it is unsealed', () => {
    const { send, control } = vault();
    const active = send('GET', '/v1/sys/health').json;
    assert.match(active.cluster_name, /^vault-cluster-[0-9a-f]{8}$/);
    assert.equal(active.performance_standby, undefined);
    assert.equal(active.replication_dr_mode, 'disabled');
    control('PUT', '/__control/mode', { body: { mode: 'sealed' } });
    const sealed = send('GET', '/v1/sys/health').json;
    assert.deepEqual([sealed.cluster_name, sealed.replication_dr_mode], [undefined, 'unknown']);
    assert.equal(vault({ product: 'vault' }).send('GET', '/v1/sys/health').json.performance_standby, false);
  });

  it('tells without a token whether it is sealed', () => {
    const { send, control } = vault();
    const status = () => {
      const { status: code, json } = send('GET', '/v1/sys/seal-status');
      return [code, json.initialized, json.sealed, json.t];
    };
    assert.deepEqual(status(), [200, true, false, 1]);
    control('PUT', '/__control/mode', { body: { mode: 'sealed' } });
    assert.deepEqual(status(), [200, true, true, 1]);
    control('PUT', '/__control/mode', { body: { mode: 'uninitialised' } });
    assert.deepEqual(status(), [200, false, true, 0]);
  });

  it('limits the rate of reads without a retry-after', () => {
    const { send, control, token } = vault();
    const tokenId = token();
    control('PUT', '/__control/mode', { body: { mode: 'reads_over_quota' } });
    const { status, json, headers } = send('GET', MAIN, { token: tokenId });
    assert.equal(status, 429);
    assert.deepEqual(json.errors, ['request path "secret/data/birddog/main": rate limit quota exceeded']);
    assert.deepEqual(headers, HEADERS);
    assert.equal(send('POST', LOGIN).status, 400, 'and not of logins');
  });

  it('rejects an unknown mode', () => {
    assert.equal(vault().control('PUT', '/__control/mode', { body: { mode: 'toString' } }).status, 400);
  });
});

it('denies what no policy allows, and has no response for other unknown routes, so that the emulator answers 501', () => {
  const { send, token } = vault({
    roles: { birddog: { ...role, read: ['secret/*'], update: ['secret/data/birddog/main'] } },
  });
  assert.equal(send('GET', '/v2/x').status, undefined);
  assert.equal(send('GET', '/v1/sys/mounts', { token: token() }).status, 403);
  assert.equal(send('PUT', '/v1/secret/data/x', { token: token() }).status, 403);
  assert.equal(send('GET', '/v1/secret/metadata/birddog/main', { token: token() }).status, undefined);
  assert.equal(send('PUT', MAIN, { token: token() }).status, undefined);
});
