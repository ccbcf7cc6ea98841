import assert from 'node:assert/strict';
import { createHmac, createPublicKey } from 'node:crypto';
import { describe, it } from 'node:test';
import { exportSPKI } from 'jose';
import { bearerToken } from './bearer-token.ts';
import { issuer, jwkOf, keys, part, refusal } from '../../test/scripted-issuer.ts';
describe('a token of the issuer', () => {
  it('identifies the caller and their groups', async () => {
    const { verify, token } = await issuer();
    assert.deepEqual(await verify(await token()), { name: 'zoë', auth: 'oidc', groups: ['payments', 'ops'] });
    assert.deepEqual((await verify(await token({ aud: ['x', 'birddog-cli'], groups: 'one' }))).groups, [
      'one',
    ]);
    assert.deepEqual((await verify(await token({ groups: undefined }))).groups, []);
    assert.deepEqual((await verify(await token({ groups: ['a', 7, '', 'b\nc'] }))).groups, ['a']);
  });

  it('can have them in other claims, including nested ones', async () => {
    const nested = await issuer({ nameClaim: 'email', groupsClaim: 'realm_access.roles' });
    const more = { email: 'z@example.test', realm_access: { roles: ['r'] } };
    assert.deepEqual(await nested.verify(await nested.token(more)), {
      name: 'z@example.test',
      auth: 'oidc',
      groups: ['r'],
    });
    const dotted = await issuer({ groupsClaim: 'https://example.test/groups' });
    const { groups } = await dotted.verify(await dotted.token({ 'https://example.test/groups': ['g'] }));
    assert.deepEqual(groups, ['g']);
  });

  it('is valid within the clock skew, and no longer', async () => {
    const { verify, token, clock, seconds } = await issuer();
    const early = await token({ nbf: seconds() + 29 });
    assert.equal((await verify(early)).name, 'zoë');
    const old = await token();
    clock.advance(329_000);
    assert.equal((await verify(old)).name, 'zoë');
    clock.advance(2000);
    const { code, message } = await refusal(verify(old));
    assert.equal(code, 'unauthenticated');
    assert.match(message, /^The token expired at 2023-11-14T22:18:20\.000Z, 31 s ago\.$/);
  });

  it('is rejected with the check that failed, without quoting the token', async () => {
    const { verify, token, claims, seconds } = await issuer();
    const pem = await exportSPKI(keys.rsa.publicKey);
    const hs = `${part({ alg: 'HS256', kid: 'one' })}.${part(claims())}`;
    const good = await token();
    const [head = '', body = '', signature = ''] = good.split('.');
    const der = createPublicKey(pem).export({ type: 'spki', format: 'der' });
    const mac = (key: string | Buffer) => `${hs}.${createHmac('sha256', key).update(hs).digest('base64url')}`;
    const cases: readonly [what: string, token: string, message: RegExp][] = [
      [
        'another audience',
        await token({ aud: 'FORGED' }),
        /audience \(aud\) of the token is not birddog or birddog-cli/,
      ],
      ['no audience', await token({ aud: undefined }), /audience/],
      [
        'another issuer',
        await token({ iss: 'https://FORGED' }),
        /issuer \(iss\) of the token is not https:\/\/login/,
      ],
      ['a start in the future', await token({ nbf: seconds() + 100 }), /valid only from 2023-11-14T22:15:00/],
      ['no expiry', await token({ exp: undefined }), /no expiry time/],
      ['no name', await token({ sub: undefined }), /no claim "sub"/],
      ['a name with a line break', await token({ sub: 'FORGED\n' }), /no claim "sub"/],
      ['a very long name', await token({ sub: 'FORGED'.repeat(50) }), /no claim "sub"/],
      ['another key', await token({ sub: 'FORGED' }, keys.stranger), /signature .* not made by the issuer/],
      [
        'an unknown key',
        await token({}, keys.stranger, { kid: 'FORGED' }),
        /a key that the issuer .* not have/,
      ],
      ['no signature', `${part({ alg: 'none' })}.${part(claims())}.`, /signature algorithm .* not accepted/],
      [
        'no algorithm, signed',
        `${part({ alg: 'none', kid: 'one' })}.${body}.${signature}`,
        /signature algorithm/,
      ],
      ['the public key as a secret (PEM)', mac(pem), /signature algorithm/],
      ['the public key as a secret (DER)', mac(der), /signature algorithm/],
      ['other claims', `${head}.${part({ ...claims(), sub: 'FORGED' })}.${signature}`, /signature/],
      ['a truncated signature', good.slice(0, -8), /signature/],
      ['two parts', `${head}.${body}`, /not a signed JWT/],
      ['garbage', 'FORGED', /not a signed JWT/],
      ['garbage with three parts', 'FORGED.FORGED.FORGED', /not a signed JWT/],
      ['encryption', 'FORGED.a.b.c.d', /not a signed JWT/],
      [
        'claims that are not an object',
        `${head}.${Buffer.from('[]').toString('base64url')}.${signature}`,
        /signature|JWT/,
      ],
    ];
    for (const [what, forged, expected] of cases) {
      const { code, message, extras } = await refusal(verify(forged));
      assert.equal(code, 'unauthenticated', what);
      assert.match(message, expected, what);
      assert.match(
        extras.challenge ?? '',
        /^Bearer realm="birddog", error="invalid_token", error_description="[^"]+"$/,
      );
      const told = JSON.stringify([message, extras.challenge]);
      for (const piece of ['FORGED', ...forged.split('.').filter((p) => p.length > 8)])
        assert.ok(!told.includes(piece), `${what}: ${told}`);
    }
  });

  it('without a key id is verified with each suitable key', async () => {
    const { verify, state, token } = await issuer();
    state.set = [await jwkOf(keys.next, 'two'), await jwkOf(keys.rsa, 'one'), await jwkOf(keys.ec, 'three')];
    assert.equal((await verify(await token({}, keys.rsa, { kid: undefined }))).name, 'zoë');
    const otherKey = await token({}, keys.stranger, { kid: undefined });
    assert.match((await refusal(verify(otherKey))).message, /signature/);
  });

  it('may be signed with an elliptic curve', async () => {
    const { verify, state, token } = await issuer();
    state.set = [await jwkOf(keys.ec, 'three')];
    assert.equal((await verify(await token({}, keys.ec, { alg: 'ES256', kid: 'three' }))).name, 'zoë');
  });
});

describe('the keys of the issuer', () => {
  it('are fetched once, and again when a token names an unknown key, but not for every such token', async () => {
    const { verify, token, asked, state, clock } = await issuer();
    const together = await Promise.all([token(), token(), token()]);
    await Promise.all(together.map(verify));
    assert.deepEqual(asked, ['/realm/.well-known/openid-configuration', '/realm/keys']);
    state.set = [await jwkOf(keys.next, 'two')];
    const rotated = await token({}, keys.next, { kid: 'two' });
    assert.equal((await verify(rotated)).name, 'zoë');
    assert.equal(asked.length, 4);
    const forged = await token({}, keys.stranger, { kid: 'never' });
    for (const ms of [10_000, 9999]) {
      clock.advance(ms);
      for (let n = 0; n < 3; n += 1) assert.equal((await refusal(verify(forged))).code, 'unauthenticated');
      assert.equal(asked.length, 6, 'one fetch in ten seconds');
    }
    clock.advance(1);
    await refusal(verify(forged));
    assert.equal(asked.length, 8);
  });

  it('that the issuer has withdrawn are rejected after the next fetch', async () => {
    const { verify, token, state, clock, claims } = await issuer();
    const old = await token({ exp: claims().exp + 3600 });
    await verify(old);
    state.set = [await jwkOf(keys.next, 'two')];
    clock.advance(600_001);
    await verify(old);
    await new Promise(setImmediate);
    assert.match((await refusal(verify(old))).message, /a key that the issuer/);
  });

  it('stay valid while the issuer is unavailable; unknown keys then cause a 503, never a 401', async () => {
    const { verify, token, state, clock, lines, source, asked } = await issuer();
    state.unavailable = true;
    const first = await refusal(verify(await token()));
    assert.deepEqual([first.code, first.status, first.extras.retryAfter], ['issuer_unavailable', 503, 2]);
    await refusal(verify(await token()));
    assert.equal(asked.length, 1, 'an unavailable issuer is not called again immediately');
    assert.match(first.message, /keys of the issuer https:\/\/login.*cannot be fetched: no answer/);
    state.unavailable = false;
    clock.advance(2000);
    await verify(await token());
    assert.equal(source.isUnavailable(), false);
    state.unavailable = true;
    clock.advance(600_001);
    assert.equal((await verify(await token())).name, 'zoë');
    await new Promise(setImmediate);
    assert.equal((await verify(await token())).name, 'zoë');
    assert.equal(source.isUnavailable(), true);
    const rotated = await token({}, keys.next, { kid: 'two' });
    assert.equal((await refusal(verify(rotated))).code, 'issuer_unavailable');
    state.unavailable = false;
    state.set = [await jwkOf(keys.next, 'two')];
    clock.advance(2000);
    assert.equal((await verify(rotated)).name, 'zoë');
    state.unavailable = true;
    await source.refresh();
    assert.equal(source.isUnavailable(), true);
    state.unavailable = false;
    clock.advance(2000);
    await source.refresh();
    assert.equal(source.isUnavailable(), false, 'the keys were fetched although no token arrived');
    assert.match(lines.join('\n'), /failed to fetch the issuer's JWKS/);
  });

  const wrong: readonly [what: string, state: object, expected: RegExp][] = [
    ['of another issuer', { issuer: 'https://other.example.test' }, /names a different issuer/],
    ['in plain HTTP', { jwks: 'http://login.example.test/keys' }, /plain HTTP/],
    ['not a JWKS', { set: 'none' }, /unexpected response/],
  ];
  for (const [what, changed, expected] of wrong) {
    it(`that are ${what} are rejected`, async () => {
      const { verify, token, state } = await issuer();
      Object.assign(state, changed);
      const { code, message } = await refusal(verify(await token()));
      assert.equal(code, 'issuer_unavailable');
      assert.match(message, expected);
    });
  }

  it('are fetched from the configured URL, without discovery', async () => {
    const { verify, token, asked } = await issuer({
      jwksUrl: new URL('https://login.example.test/own/keys'),
    });
    await verify(await token());
    assert.deepEqual(asked, ['/own/keys']);
  });
});

describe('the Authorization header', () => {
  it('contains a bearer token, in any case of the scheme', () => {
    for (const header of ['Bearer abc', 'bearer  abc ', 'BEARER abc'])
      assert.equal(bearerToken(header).reveal(), 'abc');
  });

  const wrong: readonly [what: string, header: string | undefined, expected: RegExp][] = [
    ['none', undefined, /no Authorization header/],
    ['another scheme', 'Basic RlJPTQ==', /not Bearer/],
    ['no token', 'Bearer', /no valid token/],
    ['two tokens', 'Bearer RlJPTQ RlJPTQ', /no valid token/],
    ['an invalid character', 'Bearer "RlJPTQ"', /no valid token/],
    ['too many characters', `Bearer ${'RlJPTQ'.repeat(2100)}`, /12607 characters; the maximum is 12288/],
  ];
  for (const [what, header, expected] of wrong) {
    it(`with ${what} is rejected`, async () => {
      const { code, message } = await refusal(Promise.resolve().then(() => bearerToken(header)));
      assert.equal(code, 'unauthenticated');
      assert.match(message, expected);
      assert.ok(!message.includes('RlJPTQ'));
    });
  }
});
