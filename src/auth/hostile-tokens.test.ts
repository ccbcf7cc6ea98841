import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { issuer, jwkOf, keys, part, refusal } from '../../test/scripted-issuer.ts';

describe('the type of a token (typ)', () => {
  for (const typ of ['JWT', 'jwt', 'at+jwt', 'AT+JWT', 'application/at+jwt', 'application/jwt', undefined])
    it(`may be ${typ ?? 'absent'}`, async () => {
      const { verify, token } = await issuer();
      assert.equal((await verify(await token({}, keys.rsa, { typ }))).name, 'zoë');
    });

  for (const typ of ['logout+jwt', 'dpop+jwt', 'JOSE', '', 'at+jwt ', 'xjwt', 7, null, ['JWT'], { a: 1 }])
    it(`is rejected when it is ${JSON.stringify(typ)}`, async () => {
      const { verify, token } = await issuer();
      const refused = await refusal(verify(await token({}, keys.rsa, { typ })));
      assert.equal(refused.code, 'unauthenticated');
    });
});

describe('a hostile token', () => {
  it('is rejected for any header', async () => {
    const { verify, token, asked, claims } = await issuer();
    const jwk = await jwkOf(keys.stranger, 'one');
    const headers = [
      { jwk },
      { jku: 'https://evil.example/keys' },
      { x5u: 'https://evil.example/chain' },
      { crit: ['b64'], b64: false },
      { kid: '../../etc/passwd' },
      { kid: 'x'.repeat(5000) },
    ];
    for (const header of headers) {
      const forged = await token({}, keys.stranger, header).catch(
        () => `${part({ alg: 'RS256', kid: 'one', ...header })}.${part(claims())}.AAAA`,
      );
      assert.equal(
        (await refusal(verify(forged))).code,
        'unauthenticated',
        JSON.stringify(header).slice(0, 60),
      );
    }
    assert.ok(asked.every((path) => path.startsWith('/realm/')));
  });

  it('is rejected when its times are not numbers or out of range', async () => {
    const { verify, token } = await issuer();
    for (const times of [
      { exp: '9999999999' },
      { exp: -1e300 },
      { exp: null },
      { nbf: '0' },
      { nbf: 1e300 },
      { nbf: {} },
    ])
      assert.equal(
        (await refusal(verify(await token(times)))).code,
        'unauthenticated',
        JSON.stringify(times),
      );
  });

  it('is limited to 1,000 groups with valid names', async () => {
    const { verify, token } = await issuer();
    const groups = [...Array.from({ length: 100_000 }, (_, at) => `g${at}`), {}, [[]], null];
    assert.equal((await verify(await token({ groups }))).groups?.length, 1000);
    assert.deepEqual((await verify(await token({ groups: { a: 'b' } }))).groups, []);
  });
});

describe('a hostile issuer', () => {
  it('whose keys are private, symmetric, too short or too many causes a 401 or 503', async () => {
    const short = await generateKeyPair('RS256', { extractable: true });
    const { n: _n, ...rest } = await exportJWK(short.publicKey);
    const sets: JWK[][] = [
      [{ kty: 'oct', k: 'c2VjcmV0', kid: 'one' }],
      [{ ...(await exportJWK(keys.rsa.privateKey)), kid: 'one' }],
      [{ ...rest, kty: 'RSA', n: 'AQAB', kid: 'one' }],
      [{ kty: 'RSA', kid: 'one' }],
      [{ kty: 'RSA', n: '', e: '', kid: 'one' }],
      Array.from({ length: 101 }, (_, at) => ({ ...rest, kty: 'RSA', n: 'AQAB', kid: String(at) })),
    ];
    for (const set of sets) {
      const { state, verify, token } = await issuer();
      state.set = set;
      const { code } = await refusal(verify(await token()));
      assert.ok(['unauthenticated', 'issuer_unavailable'].includes(code), code);
    }
  });

  it('that publishes more than 100 keys is unavailable', async () => {
    const { state, verify, token } = await issuer();
    const one = await jwkOf(keys.rsa, 'one');
    state.set = Array.from({ length: 101 }, (_, at) => (at === 0 ? one : { ...one, kid: String(at) }));
    assert.equal((await refusal(verify(await token()))).code, 'issuer_unavailable');
  });
});
