import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { account, DENIED, HEADERS, LOGIN, role, vault } from './vault-in-process.ts';
import type { VaultSeedInput } from './vault-seed.ts';

describe('Kubernetes login', () => {
  it('returns a token with its lifetime and service account', () => {
    const { status, json, headers } = vault().login('BirdDog');
    assert.equal(status, 200);
    assert.deepEqual(headers, HEADERS);
    assert.match(json.auth.client_token, /^s\.[A-Za-z]{24}$/);
    assert.equal(json.auth.lease_duration, 3600);
    assert.deepEqual(json.auth.policies, ['birddog', 'default']);
    const { service_account_name: name, service_account_uid: uid, role: roleName } = json.auth.metadata;
    assert.deepEqual([name, roleName], ['birddog', 'BirdDog']);
    assert.match(uid, /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    const ofVault = vault({ product: 'vault' }).login().json.auth;
    assert.match(ofVault.client_token, /^hvs\./);
  });

  const seeds: Readonly<Record<string, Partial<VaultSeedInput>>> = {
    expired: { serviceAccounts: { j: { ...account, fault: 'expired' } } },
    early: { serviceAccounts: { j: { ...account, fault: 'not_yet_valid' } } },
    issuer: { serviceAccounts: { j: { ...account, fault: 'other_issuer' } } },
    audience: { serviceAccounts: { j: { ...account, audience: 'other', fault: 'not_reviewed' } } },
    name: { serviceAccounts: { j: { ...account, name: 'other', fault: 'not_reviewed' } } },
    namespace: { serviceAccounts: { j: { ...account, namespace: 'other' } } },
    review: { serviceAccounts: { j: { ...account, fault: 'not_reviewed' } } },
    address: { serviceAccounts: { j: account }, roles: { birddog: { ...role, addressBound: false } } },
    unconfigured: { serviceAccounts: { j: account }, authConfigured: false },
  };
  const audience = 'invalid audience (aud) claim: audience claim does not match any expected audience';
  const expired = 'invalid expiration time (exp) claim: token is expired';
  const noKey = 'error verifying token signature: no known key successfully validated the token signature';
  const refusals: [method: 'kubernetes' | 'jwt', seed: string, body: object, status: number, text: string][] =
    [
      ['kubernetes', 'review', { jwt: 'j' }, 400, 'missing role'],
      ['kubernetes', 'review', { role: 'birddog' }, 400, 'missing jwt'],
      ['kubernetes', 'review', { role: 'x', jwt: 'j' }, 400, 'invalid role name "x"'],
      ['kubernetes', 'review', { role: '__proto__', jwt: 'j' }, 400, 'invalid role name "__proto__"'],
      ['kubernetes', 'review', { role: 'birddog', jwt: 'unknown' }, 403, DENIED],
      ['kubernetes', 'review', { role: 'birddog', jwt: 'j' }, 403, DENIED],
      ['kubernetes', 'address', { role: 'birddog', jwt: 'j' }, 403, DENIED],
      ['kubernetes', 'expired', { role: 'birddog', jwt: 'j' }, 403, expired],
      [
        'kubernetes',
        'early',
        { role: 'birddog', jwt: 'j' },
        403,
        'invalid not before (nbf) claim: token not yet valid',
      ],
      ['kubernetes', 'issuer', { role: 'birddog', jwt: 'j' }, 403, 'invalid issuer (iss) claim'],
      ['kubernetes', 'audience', { role: 'birddog', jwt: 'j' }, 403, audience],
      ['kubernetes', 'name', { role: 'birddog', jwt: 'j' }, 403, 'service account name not authorized'],
      ['kubernetes', 'namespace', { role: 'birddog', jwt: 'j' }, 403, 'namespace not authorized'],
      ['kubernetes', 'unconfigured', { role: 'x', jwt: 'j' }, 400, 'invalid role name "x"'],
      [
        'kubernetes',
        'unconfigured',
        { role: 'birddog', jwt: 'j' },
        500,
        'could not load backend configuration',
      ],
      ['jwt', 'unconfigured', { role: 'birddog', jwt: 'j' }, 400, 'could not load configuration'],
      ['jwt', 'name', { role: 'x', jwt: 'j' }, 400, 'role "x" could not be found'],
      ['jwt', 'review', { role: 'birddog', jwt: 'j' }, 400, `error validating token: ${noKey}`],
      ['jwt', 'expired', { role: 'birddog', jwt: 'j' }, 400, `error validating token: ${expired}`],
      [
        'jwt',
        'namespace',
        { role: 'birddog', jwt: 'j' },
        400,
        'error validating token: invalid subject (sub) claim',
      ],
    ];
  for (const [authMethod, seed, body, status, text] of refusals) {
    it(`of ${authMethod} rejects ${JSON.stringify(body)} (${seed}) with the server's own message`, () => {
      const response = vault({ ...seeds[seed], authMethod }).send('POST', LOGIN, { body });
      assert.deepEqual([response.status, response.json], [status, { errors: [text] }]);
    });
  }

  it('succeeds without a token if it is subject to MFA', () => {
    const { status, json } = vault({ mfa: true }).login();
    assert.deepEqual([status, json.auth.client_token, json.auth.token_type], [200, '', 'default']);
    assert.equal(json.auth.mfa_requirement.mfa_constraints.x.any[0].type, 'totp');
  });

  it('exists only at its own mount', () => {
    const { send } = vault({ authMount: 'ocp' });
    assert.equal(send('POST', LOGIN, { body: { role: 'birddog', jwt: 'sandbox-jwt' } }).status, 403);
    const there = send('POST', '/v1/auth/ocp/login', { body: { role: 'birddog', jwt: 'sandbox-jwt' } });
    assert.equal(there.status, 200);
  });

  it('rejects a body that is not JSON', () => {
    const errors = (raw: string) => vault().send('POST', LOGIN, { raw }).json.errors[0];
    assert.match(errors('{'), /^failed to parse JSON input/);
    assert.match(errors('[]'), /^failed to decode JSON input: json: cannot unmarshal array/);
  });
});
