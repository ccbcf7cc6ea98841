import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { startVaultEmulator } from '../../../emulators/vault/vault-emulator.ts';
import { sandboxSeed } from '../../../emulators/vault/vault-seed.ts';
import { openTlsServer } from '../../../test/tls-server.ts';
import { deadlineAfter } from '../../domain/deadline.ts';
import { Secret } from '../../domain/secret.ts';
import { mintCertificates } from '../certificates.ts';
import {
  createOutbound,
  type Outbound,
  OutboundError,
  type OutboundOptions,
} from '../../runtime/outbound.ts';
import { systemClock } from '../../runtime/system-clock.ts';
import { type VaultFailureName, VaultFailure } from './failures.ts';
import { createVault, type VaultOptions, type VaultToken } from './vault.ts';

const SANDBOX = sandboxSeed();
const ROLE = {
  names: ['birddog'],
  namespaces: ['birddog'],
  audience: 'vault',
  read: ['secret/data/birddog/*'],
};
const KEYS = { 'datadog-api-key': 'an-api-key' };
const TOKEN = { lifeMs: 0, renewable: true, revocable: true, limitedUses: false };

/** Creates a Vault with every role, account and mount that the tests use. */
const SEED = {
  ...SANDBOX,
  roles: {
    birddog: ROLE,
    'of-others': { ...ROLE, names: ['others'] },
    elsewhere: { ...ROLE, namespaces: ['elsewhere'] },
    aloof: { ...ROLE, audience: 'another' },
    wide: { ...ROLE, read: ['secret/*', 'old/*', 'nowhere/*'] },
    batch: { ...ROLE, tokenType: 'batch' as const },
    bare: { ...ROLE, defaultPolicy: false },
    once: { ...ROLE, numUses: 1 },
  },
  serviceAccounts: {
    ...SANDBOX.serviceAccounts,
    'expired-jwt': { name: 'birddog', namespace: 'birddog', audience: 'vault', fault: 'expired' as const },
  },
  mounts: { secret: 2 as const, old: 1 as const },
  secrets: {
    ...SANDBOX.secrets,
    'old/birddog/main': KEYS,
    'old/data/birddog/main': KEYS,
    'secret/birddog/two': KEYS,
  },
};

/** Stops Vault's clock, because it counts the lifetime of a token in whole seconds. */
const NOW = Date.UTC(2026, 0, 1);

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

interface Asked {
  readonly seed?: object;
  readonly vault?: Partial<VaultOptions>;
  readonly tls?: OutboundOptions['tls'];
}

async function started({ seed, vault, tls: material }: Asked = {}) {
  const emulator = await startVaultEmulator({
    port: 0,
    control: true,
    now: () => NOW,
    seed: { ...SEED, ...seed },
  });
  const outbound = createOutbound(material ? { tls: material } : {});
  const deadline = deadlineAfter(20_000, systemClock);
  closing.push(
    () => emulator.close(),
    () => outbound.close(),
    () => deadline.close(),
  );
  const client = createVault({
    address: new URL(emulator.url),
    outbound,
    kv: { mount: 'secret', version: 2 },
    ...vault,
  });
  const login = (role = 'birddog', jwt = 'sandbox-jwt', mount = 'kubernetes') =>
    client.login(mount, role, new Secret(jwt), deadline);
  const control = (method: string, path: string, body?: unknown) =>
    fetch(`${emulator.url}/__control/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  return {
    url: emulator.url,
    login,
    read: async (path = 'birddog/main', role = 'birddog') => client.read(path, await login(role), deadline),
    readWith: (token: string) =>
      client.read('birddog/main', { ...TOKEN, secret: new Secret(token) }, deadline),
    renew: (token: VaultToken) => client.renew(token, deadline),
    revoke: (token: VaultToken) => client.revoke(token, deadline),
    mode: (mode: string) => control('PUT', 'mode', { mode }),
    remove: (path: string) => control('DELETE', `secrets/${path}`),
    readTwice: async (role: string) => {
      const token = await login(role);
      await client.read('birddog/main', token, deadline);
      return client.read('birddog/main', token, deadline);
    },
    fault: (fault: object) => control('POST', 'faults', [{ kind: 'status', ...fault }]),
  };
}
type Started = Awaited<ReturnType<typeof started>>;

async function failure(promise: Promise<unknown>): Promise<VaultFailureName> {
  const error: unknown = await promise.then(
    () => undefined,
    (e: unknown) => e,
  );
  assert.ok(error instanceof VaultFailure, String(error));
  assert.doesNotMatch(
    error.message,
    /sandbox-jwt|expired-jwt|hv[sb]\.|\b[sb]\.[A-Za-z]{24}/,
    'no secret is in the sentence',
  );
  return error.failure;
}

describe('a Vault failure', () => {
  const html = { status: 200, body: '<html>Sign in</html>' };
  const cases: readonly [
    what: string,
    failure: VaultFailureName,
    meet: (vault: Started) => Promise<unknown>,
    asked?: Asked,
  ][] = [
    ['a role that is unknown', 'unknown_role', (v) => v.login('nobody')],
    ['an account that the role does not name', 'account_not_bound', (v) => v.login('of-others')],
    ['a namespace that the role does not name', 'namespace_not_bound', (v) => v.login('elsewhere')],
    ['a token for another audience', 'wrong_audience', (v) => v.login('aloof')],
    ['a token that has expired', 'invalid_account_token', (v) => v.login('birddog', 'expired-jwt')],
    ['a mount that there is not', 'login_denied', (v) => v.login('birddog', 'sandbox-jwt', 'other')],
    [
      'a mount that nobody configured',
      'auth_not_set_up',
      (v) => v.login(),
      { seed: { authConfigured: false } },
    ],
    [
      'a login that Vault cannot read',
      'login_denied',
      async (v) => {
        await v.fault({ status: 400, body: '{"errors":["malformed token"]}' });
        return v.login();
      },
    ],
    [
      'a namespace that there is not',
      'unknown_namespace',
      (v) => v.login(),
      { vault: { namespace: 'nowhere' } },
    ],
    [
      'a namespace that there is not any more',
      'unknown_namespace',
      async (v) => {
        await v.fault({ status: 404, body: '{"errors":["namespace not found"]}', path: '/data/' });
        return v.read();
      },
    ],
    ['a sealed namespace', 'sealed', (v) => v.login(), inNamespace('closed', 'sealedNamespaces')],
    ['a locked namespace', 'failed', (v) => v.login(), inNamespace('closed', 'lockedNamespaces')],
    ['a login that is subject to MFA', 'mfa_required', (v) => v.login(), { seed: { mfa: true } }],
    ['a policy without the path', 'read_denied', (v) => v.read('of/others')],
    [
      'a policy without the path, which may not look up its token either',
      'read_denied',
      (v) => v.read('of/others', 'bare'),
    ],
    [
      'a policy without the path, in the words of another release',
      'read_denied',
      async (v) => {
        await v.fault({ status: 403, body: '{"errors":["permission denied"]}', path: '/data/' });
        return v.read('of/others', 'bare');
      },
    ],
    [
      'a policy without the path, with the last use of a token',
      'read_denied',
      (v) => v.read('of/others', 'once'),
    ],
    ['a token that has been used up', 'token_uses', (v) => v.readTwice('once')],
    ['a token that Vault does not know', 'token_dead', (v) => v.readWith('hvs.unknown')],
    ['a secret that there is not', 'secret_missing', (v) => v.read('birddog/nothing')],
    ['a KV mount that there is not', 'secret_missing', (v) => v.read('x', 'wide'), nowhere()],
    [
      'a secret that was deleted',
      'secret_deleted',
      async (v) => {
        await v.remove('secret/birddog/two');
        return v.read('birddog/two');
      },
    ],
    ['KV 1 where 2 is meant', 'wrong_shape', (v) => v.read('birddog/main', 'wide'), kv('old', 2)],
    ['KV 2 where 1 is meant', 'wrong_shape', (v) => v.read('birddog/main', 'wide'), kv('secret', 1)],
    [
      'KV 2 where 1 is meant, with data/ in the path',
      'wrong_shape',
      (v) => v.read('data/birddog/main', 'wide'),
      kv('secret', 1),
    ],
    ['a KV 1 that becomes 2', 'failed', (v) => v.read(), { seed: { mounts: { secret: 'upgrading' } } }],
    ['nobody there', 'unreachable', (v) => v.login(), { vault: { address: new URL('http://127.0.0.1:1') } }],
    ['a quota', 'rate_limited', after((v) => v.mode('over_quota'))],
    ['a seal', 'sealed', after((v) => v.mode('sealed'))],
    ['a Vault that nobody initialised', 'not_initialised', after((v) => v.mode('uninitialised'))],
    [
      'a Vault that nobody initialised, asked for a namespace',
      'not_initialised',
      after((v) => v.mode('uninitialised')),
      { vault: { namespace: 'unit' } },
    ],
    ['a disaster recovery secondary', 'standby', after((v) => v.mode('dr_secondary'))],
    ['a standby that sends on at the login', 'standby', after((v) => v.fault({ status: 307 }))],
    ['a standby that sends on at a read', 'standby', after((v) => v.fault({ status: 307, path: '/data/' }))],
    [
      'an internal error',
      'failed',
      after((v) => v.fault({ status: 500, body: '{"errors":["internal error"]}' })),
    ],
    ['a gateway without a Vault behind it', 'failed', after((v) => v.fault({ status: 502, body: '<html>' }))],
    ['a login page', 'nonsense', after((v) => v.fault(html))],
    ['a login page instead of a secret', 'nonsense', after((v) => v.fault({ ...html, path: '/data/' }))],
    ['an answer without a token', 'nonsense', after((v) => v.fault({ status: 200, body: '{}' }))],
    ['a connection that is cut', 'unreachable', after((v) => v.fault({ kind: 'reset_before' }))],
    [
      'a seal between a refusal and the question why',
      'sealed',
      async (v) => {
        await v.fault({ status: 403, body: '{"errors":["permission denied"]}', path: '/data/' });
        await v.fault({ status: 503, body: '{"errors":["Vault is sealed"]}', path: 'lookup-self' });
        return v.read('of/others');
      },
    ],
  ];
  for (const [what, expected, meet, asked] of cases) {
    it(`${what} is ${expected}`, async () =>
      assert.equal(await failure(meet(await started(asked))), expected));
  }

  function after(set: (vault: Started) => Promise<unknown>) {
    return async (vault: Started) => {
      await set(vault);
      return vault.read();
    };
  }
  function kv(mount: string, version: 1 | 2): Asked {
    return { vault: { kv: { mount, version } } };
  }
  function inNamespace(namespace: string, state: 'sealedNamespaces' | 'lockedNamespaces'): Asked {
    return { vault: { namespace }, seed: { [state]: [namespace] } };
  }
  function nowhere(): Asked {
    return { vault: { kv: { mount: 'nowhere', version: 2 } } };
  }
});

describe('a Vault client', () => {
  it('reads fields from KV 2 and KV 1', async () => {
    assert.deepEqual(await (await started()).read('birddog/two'), KEYS);
    const one = await started({ vault: { kv: { mount: 'old', version: 1 } } });
    assert.deepEqual(await one.read('birddog/main', 'wide'), KEYS);
  });

  it('accepts a standby that forwards requests', async () => {
    const vault = await started();
    for (const mode of ['standby', 'performance_standby']) {
      await vault.mode(mode);
      assert.deepEqual(await vault.read('birddog/two'), KEYS);
    }
  });

  it('sends the namespace if one is set', async () => {
    const vault = await started({ seed: { namespace: 'team-a' }, vault: { namespace: 'team-a' } });
    assert.deepEqual(await vault.read('birddog/two'), KEYS);
  });

  it('revokes its token', async () => {
    const vault = await started();
    const token = await vault.login();
    assert.equal(await vault.revoke(token), undefined);
    assert.equal(await failure(vault.readWith(token.secret.reveal())), 'token_dead');
    assert.equal(await vault.revoke(token), undefined, 'a token that is invalid already');
  });

  it('returns the lifetime of the token and renews it', async () => {
    const vault = await started();
    const { secret, ...token } = await vault.login();
    assert.deepEqual(token, { ...TOKEN, lifeMs: 3_600_000 });
    const renewed = await vault.renew({ ...token, secret });
    assert.deepEqual([renewed.secret.reveal(), renewed.lifeMs], [secret.reveal(), 3_600_000]);
    const batch = await vault.login('batch');
    assert.deepEqual([batch.renewable, batch.revocable], [false, false]);
    assert.equal((await vault.login('once')).limitedUses, true);
  });

  it('fails to renew an unknown token, a batch token, and any token of a sealed Vault', async () => {
    const vault = await started();
    const [dead, batch, good] = [await vault.login(), await vault.login('batch'), await vault.login()];
    await vault.revoke(dead);
    assert.equal(await failure(vault.renew(dead)), 'token_dead');
    await assert.rejects(vault.renew(batch), /batch tokens cannot be renewed/);
    await vault.mode('sealed');
    assert.equal(await failure(vault.renew(good)), 'sealed');
  });

  it('reports why a token cannot be revoked', async () => {
    const vault = await started();
    assert.equal(await vault.revoke(await vault.login('batch')), 'batch tokens cannot be revoked');
    const reason = "the role's policy does not allow auth/token/revoke-self";
    assert.equal(await vault.revoke(await vault.login('bare')), reason);
  });

  it('reads below a path of a reverse proxy, with or without a final slash', async () => {
    const proxied: string[] = [];
    const outbound: Outbound = {
      async send({ url }) {
        proxied.push(url.href);
        return { status: 404, headers: {}, body: Buffer.from('<html>') };
      },
      close() {},
    };
    for (const address of ['https://host.example/vault', 'https://host.example/vault/']) {
      const vault = await started({ vault: { address: new URL(address), outbound } });
      await assert.rejects(vault.login(), /https:\/\/host\.example\/vault answered 404/);
    }
    assert.deepEqual([...new Set(proxied)], ['https://host.example/vault/v1/auth/kubernetes/login']);
  });
});

describe('a Vault behind TLS', () => {
  async function behindTls(now?: Date) {
    const router = await openTlsServer((await started()).url, now);
    closing.push(() => router.close());
    const ask = async (material: NonNullable<OutboundOptions['tls']>) => {
      const vault = await started({ vault: { address: new URL(router.url) }, tls: material });
      return vault.read('birddog/two');
    };
    return { ca: router.ca, ask };
  }

  it('is trusted with the configured CA and server name', async () => {
    const { ca, ask } = await behindTls();
    assert.deepEqual(await ask({ ca }), KEYS);
    assert.deepEqual(await ask({ ca, servername: 'localhost' }), KEYS);
  });

  it('is not trusted with another CA, and says if the name, the time or the missing client certificate is wrong', async () => {
    const { ca, ask } = await behindTls();
    const other = await mintCertificates({ now: new Date(), days: 1 });
    assert.equal(await failure(ask({})), 'not_trusted');
    assert.equal(await failure(ask({ ca: other.ca })), 'not_trusted');
    assert.equal(await failure(ask({ ca, servername: 'vault.example.test' })), 'wrong_host_name');
    const old = await behindTls(new Date(Date.now() - 10 * 24 * 3600 * 1000));
    assert.equal(await failure(old.ask({ ca: old.ca })), 'certificate_expired');
    for (const code of [
      'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
      'ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE',
    ]) {
      const outbound: Outbound = {
        send: async () => {
          throw new OutboundError('connection', true, Object.assign(new Error(code), { code }));
        },
        close() {},
      };
      const vault = await started({ vault: { outbound } });
      assert.equal(await failure(vault.login()), 'client_certificate_required');
    }
  });
});
