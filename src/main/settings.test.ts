import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readConfig as readSidecarConfig } from '../sidecar/settings.ts';
import { readConfig } from './settings.ts';

const ENV = {
  BIRDDOG_AUTH: 'none',
  BIRDDOG_SECRETS: '/run/birddog/current',
  BIRDDOG_LEDGER: '/run/ledger.sqlite',
  LEANIX_URL: 'https://company.leanix.net',
  SERVICENOW_URL: 'https://company.service-now.com',
  DATADOG_SITE: 'datadoghq.eu',
};

/** The names that an invalid environment is reported for. */
function faultsOf(env: Record<string, string>): string[] {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    return [...String(error).matchAll(/^ {2}(\w+)/gm)].map(([, name]) => name ?? '').sort();
  }
}

describe('the settings of Birddog', () => {
  it('use defaults for absent variables', () => {
    const config = readConfig({
      ...ENV,
      https_proxy: 'http://proxy:3128',
      HTTPS_PROXY: 'http://other:1',
      NO_PROXY: 'a.test',
    });
    assert.equal(config.datadog.baseUrl.href, 'https://api.datadoghq.eu/');
    assert.equal(config.datadog.uiUrl.href, 'https://app.datadoghq.eu/');
    assert.deepEqual(config.proxy, { HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: 'a.test' });
    assert.deepEqual(
      [config.BIRDDOG_HOST, config.BIRDDOG_PORT, config.SIDECAR_URL.port],
      ['127.0.0.1', 8080, '5000'],
    );
  });

  const wrong: readonly [what: string, env: Record<string, string>, says: RegExp][] = [
    ['no authentication off loopback', { BIRDDOG_HOST: '0.0.0.0' }, /loopback address/],
    ['no TLS off loopback', { BIRDDOG_HOST: '0.0.0.0' }, /BIRDDOG_TLS is required/],
    ['a sidecar elsewhere', { SIDECAR_URL: 'https://10.0.0.1:5000' }, /SIDECAR_URL/],
    ['a sidecar without TLS', { SIDECAR_URL: 'http://127.0.0.1:5000' }, /SIDECAR_URL/],
    ['a site and an address', { DATADOG_URL: 'https://api.example.test' }, /set exactly one of them/],
    ['neither', { DATADOG_SITE: '' }, /set exactly one of them/],
    ['an unknown site', { DATADOG_SITE: 'example.test' }, /DATADOG_SITE/],
    [
      'a Datadog in plain HTTP',
      { DATADOG_SITE: '', DATADOG_URL: 'http://api.example.test' },
      /DATADOG_URL.*https/,
    ],
    ['a CMDB in plain HTTP', { SERVICENOW_URL: 'http://company.service-now.com' }, /SERVICENOW_URL.*https/],
    ['another way to say who asks', { BIRDDOG_AUTH: 'maybe' }, /BIRDDOG_AUTH.*"maybe".*oidc, tokens/],
    ['none and another', { BIRDDOG_AUTH: 'none,oidc' }, /BIRDDOG_AUTH: "none"/],
    ['one twice', { BIRDDOG_AUTH: 'oidc,oidc' }, /twice/],
    ['an issuer in plain HTTP', { BIRDDOG_OIDC_ISSUER: 'http://login.example.test' }, /ISSUER.*https/],
    ['keys in plain HTTP', { BIRDDOG_OIDC_JWKS_URL: 'http://login.example.test/keys' }, /JWKS_URL.*https/],
    [
      'credentials in the URL of the ledger',
      { BIRDDOG_LEDGER: 'postgresql://birddog:hunter2@db.test/birddog?sslmode=verify-full' },
      /BIRDDOG_LEDGER: the URL must not contain credentials; .* ledger-user and ledger-password/,
    ],
    ['a catalog in plain HTTP', { LEANIX_URL: 'http://company.leanix.net' }, /LEANIX_URL.*https/],
  ];
  for (const [what, env, says] of wrong) {
    it(`are rejected with ${what}`, () => assert.throws(() => readConfig({ ...ENV, ...env }), says));
  }

  it('report the faults of all variables at once, then conflicts between variables', () => {
    const single = {
      BIRDDOG_PORT: 'x',
      SIDECAR_URL: 'https://10.0.0.1:5000',
      DATADOG_URL: 'http://10.0.0.1',
    };
    assert.deepEqual(
      faultsOf(single),
      [...Object.keys(ENV).filter((name) => name !== 'DATADOG_SITE'), ...Object.keys(single)].sort(),
    );
    const between = { BIRDDOG_HOST: '0.0.0.0', DATADOG_URL: 'https://api.example.test' };
    assert.deepEqual(faultsOf({ ...ENV, ...between }), ['BIRDDOG_AUTH', 'BIRDDOG_TLS', 'DATADOG_SITE']);
  });

  it('require the variables of the enabled authentication methods, and reject those of others', () => {
    assert.deepEqual(faultsOf({ ...ENV, BIRDDOG_AUTH: 'oidc, tokens', BIRDDOG_HOST: '0.0.0.0' }), [
      'BIRDDOG_ACCESS',
      'BIRDDOG_OIDC_ISSUER',
      'BIRDDOG_TLS',
      'BIRDDOG_TOKENS',
    ]);
    const oidc = { BIRDDOG_OIDC_ISSUER: 'https://login.example.test/', BIRDDOG_OIDC_AUDIENCE: 'a,b' };
    const files = { BIRDDOG_TOKENS: '/run/tokens.yaml', BIRDDOG_ACCESS: '/run/access.yaml' };
    assert.deepEqual(faultsOf({ ...ENV, ...oidc, ...files, BIRDDOG_OIDC_SKEW_MS: '1' }), [
      'BIRDDOG_ACCESS',
      'BIRDDOG_OIDC_AUDIENCE',
      'BIRDDOG_OIDC_ISSUER',
      'BIRDDOG_OIDC_SKEW_MS',
      'BIRDDOG_TOKENS',
    ]);
    const withOidc = { ...ENV, BIRDDOG_ACCESS: '/run/access.yaml', BIRDDOG_AUTH: 'oidc' };
    const issuers = { BIRDDOG_ISSUERS: '/run/issuers.yaml' };
    assert.deepEqual(readConfig({ ...withOidc, ...issuers }).auth, {
      access: '/run/access.yaml',
      issuers: '/run/issuers.yaml',
      skewMs: 30_000,
    });
    assert.ok(readConfig({ ...withOidc, ...issuers, ...oidc }).auth?.oidc);
    assert.deepEqual(faultsOf({ ...withOidc, BIRDDOG_OIDC_ISSUER: oidc.BIRDDOG_OIDC_ISSUER }), [
      'BIRDDOG_OIDC_AUDIENCE',
    ]);
    assert.deepEqual(
      faultsOf({ ...withOidc, ...issuers, BIRDDOG_OIDC_AUDIENCE: 'a', BIRDDOG_OIDC_NAME_CLAIM: 'email' }),
      ['BIRDDOG_OIDC_AUDIENCE', 'BIRDDOG_OIDC_NAME_CLAIM'],
    );
    assert.deepEqual(faultsOf({ ...ENV, ...issuers }), ['BIRDDOG_ISSUERS']);
    const { auth } = readConfig({ ...ENV, ...oidc, ...files, BIRDDOG_AUTH: 'oidc,tokens' });
    assert.deepEqual(auth, {
      access: '/run/access.yaml',
      tokens: '/run/tokens.yaml',
      skewMs: 30_000,
      oidc: {
        name: 'oidc',
        prefix: '',
        require: new Map(),
        groups: [],
        issuer: 'https://login.example.test/',
        audience: ['a', 'b'],
        jwksUrl: undefined,
        nameClaim: 'sub',
        groupsClaim: 'groups',
        skewMs: 30_000,
      },
    });
    assert.equal(readConfig(ENV).auth, undefined);
  });

  it('accept an emulator on loopback instead of a site', () => {
    const config = readConfig({ ...ENV, DATADOG_SITE: '', DATADOG_URL: 'http://127.0.0.1:9100' });
    assert.equal(config.datadog.uiUrl.href, 'http://127.0.0.1:9100/');
  });
});

it('the settings of the sidecar are rejected with every fault', () => {
  assert.throws(
    () => readSidecarConfig({ SIDECAR_PORT: 'x', DATADOG_SITE: 'y' }),
    (error) => {
      for (const name of ['SIDECAR_PORT', 'DATADOG_SITE', 'BIRDDOG_SECRETS', 'BIRDDOG_LEDGER']) {
        assert.match(String(error), new RegExp(name));
      }
      return true;
    },
  );
});
