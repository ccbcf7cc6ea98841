import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, beforeEach, describe, it } from 'node:test';
import type { EmulatorRequest, Handle } from '../../emulators/server/emulator-server.ts';
import { startEmulatorServer } from '../../emulators/server/emulator-server.ts';
import { createVaultHandler } from '../../emulators/vault/vault-handler.ts';
import { sandboxSeed, vaultSeed } from '../../emulators/vault/vault-seed.ts';
import { manualClock } from '../../test/manual-clock.ts';
import { openTlsServer } from '../../test/tls-server.ts';
import { createLog } from '../runtime/log.ts';
import { initialise } from './app.ts';
import { readConfig } from './settings.ts';

type Intercept = (request: EmulatorRequest) => ReturnType<Handle>;

const LOGIN = '/v1/auth/kubernetes/login';
const REVOKE = '/v1/auth/token/revoke-self';
const SEALED = { status: 503, body: '{"errors":["Vault is sealed"]}' };
const DENIED_BY_POLICY = {
  status: 403,
  body: '{"errors":["1 error occurred:\\n\\t* permission denied\\n\\n"]}',
};
const QUOTA = { status: 429, body: '{"errors":["rate limit quota exceeded"]}' };
const DENIED = { status: 403, body: '{"errors":["permission denied"]}' };

const written: string[] = [];
const closing: (() => unknown)[] = [];
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'init-app-'));
  writeFileSync(join(folder, 'token'), 'sandbox-jwt\n');
});
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
  rmSync(folder, { recursive: true });
});

interface Vault {
  readonly seed?: object;
  /** Returns an answer in place of Vault's, or undefined to use Vault's. */
  readonly instead?: Intercept;
}

/** Starts a Vault on a socket, and runs `init` against it on a manual clock. */
async function started({ seed, instead }: Vault = {}) {
  const vault = createVaultHandler({ seed: vaultSeed({ ...sandboxSeed(), ...seed }), now: Date.now });
  const seen: EmulatorRequest[] = [];
  const server = await startEmulatorServer({
    name: 'vault',
    port: 0,
    handle: (request) => {
      seen.push(request);
      return instead?.(request) ?? vault.handle(request);
    },
  });
  closing.push(() => server.close());
  const clock = manualClock(Date.now());
  const env = {
    VAULT_ADDR: server.url,
    VAULT_ROLE: 'birddog',
    VAULT_TOKEN_FILE: join(folder, 'token'),
    VAULT_PATH_MAIN: 'birddog/main',
    VAULT_PATH_SIDECAR: 'birddog/sidecar',
    BIRDDOG_SECRETS_MAIN: join(folder, 'main'),
    BIRDDOG_SECRETS_SIDECAR: join(folder, 'sidecar'),
  };
  const log = createLog('init', (line) => written.push(line));
  return {
    url: server.url,
    clock,
    seen,
    control: (path: string) =>
      vault.control({
        method: 'PUT',
        path: `/__control/${path}`,
        query: new URLSearchParams(),
        headers: {},
        body: '',
      }),
    count: (path: string) => seen.filter((r) => r.path === path).length,
    run: (more: Record<string, string> = {}) => initialise(readConfig({ ...env, ...more }), log, clock),
  };
}

/** Returns an interceptor that answers the first `times` requests whose path matches. */
function first(times: number, path: RegExp, answer: typeof SEALED): Intercept {
  let left = times;
  return (request) => (path.test(request.path) && left-- > 0 ? answer : undefined);
}

const sets = () => ['main', 'sidecar'].filter((name) => existsSync(join(folder, name)));

describe('init while Vault is unavailable', () => {
  it('retries with backoff', async () => {
    const { run, clock, count } = await started({ instead: first(3, /login/, SEALED) });
    await run();
    assert.deepEqual(clock.slept, [250, 500, 1000]);
    assert.equal(count(LOGIN), 4);
    assert.deepEqual(sets(), ['main', 'sidecar']);
  });

  it('fails after the deadline and waits at most five seconds between attempts', async () => {
    const { run, clock } = await started({ instead: first(Infinity, /login/, SEALED) });
    await assert.rejects(run({ VAULT_DEADLINE_MS: '20000' }), { failure: 'sealed' });
    assert.deepEqual(clock.slept, [250, 500, 1000, 2000, 4000, 5000, 5000]);
    assert.deepEqual(sets(), []);
  });

  it('keeps its token from attempt to attempt', async () => {
    const { run, clock, count } = await started({ instead: first(3, /\/data\//, QUOTA) });
    await run();
    assert.deepEqual([clock.slept.length, count(LOGIN), count(REVOKE)], [3, 1, 1]);
  });

  it('waits until a KV has been upgraded from version 1 to 2', async () => {
    let reads = 0;
    const { run, clock, control, count } = await started({
      seed: { mounts: { secret: 'upgrading' } },
      instead({ path }) {
        if (path.includes('/data/') && (reads += 1) === 3) control('upgraded/secret');
        return undefined;
      },
    });
    await run();
    assert.deepEqual([clock.slept, count(LOGIN)], [[250, 500], 1]);
  });

  it('makes a second attempt if a connection never answers', { timeout: 60_000 }, async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    let silent = 1;
    const { run, clock, count } = await started({
      instead: () => {
        if (silent-- <= 0) return undefined;
        clock.advance(10_000);
        t.mock.timers.tick(10_000);
        return new Promise(() => {});
      },
    });
    await run();
    assert.deepEqual([count(LOGIN), sets()], [2, ['main', 'sidecar']]);
  });

  it('reads the token file again at each login', async () => {
    const { run, seen } = await started({
      instead: (request) => {
        if (request.path !== LOGIN || request.body.includes('sandbox-jwt')) return undefined;
        writeFileSync(join(folder, 'token'), 'sandbox-jwt');
        return SEALED;
      },
    });
    writeFileSync(join(folder, 'token'), 'of-before');
    await run();
    assert.match(seen[0]?.body ?? '', /of-before/);
  });

  for (const [failure, env] of [
    ['unknown_role', { VAULT_ROLE: 'nobody' }],
    ['login_denied', { VAULT_AUTH_MOUNT: 'other' }],
    ['read_denied', { VAULT_PATH_SIDECAR: 'of/others' }],
    ['secret_missing', { VAULT_PATH_SIDECAR: 'birddog/nothing' }],
  ] as const) {
    it(`does not retry ${failure} and writes nothing`, async () => {
      const { run, clock, count } = await started();
      await assert.rejects(run(env), { failure });
      assert.deepEqual(clock.slept, []);
      assert.ok(count(LOGIN) <= 1);
      assert.deepEqual(sets(), []);
    });
  }

  it('logs in again exactly once if Vault rejects its token', async () => {
    const dead = (times: number) => ({
      instead: first(times * 2, /\/data\/|lookup-self/, DENIED),
    });
    const passing = await started(dead(1));
    await passing.run();
    assert.equal(passing.count(LOGIN), 2);
    const lasting = await started(dead(9));
    await assert.rejects(lasting.run(), { failure: 'token_dead' });
    assert.equal(lasting.count(LOGIN), 2);
  });
});

describe('the Vault token of init', () => {
  it('is revoked at the end and after any failure', async () => {
    const failing: readonly Vault[] = [
      {},
      { instead: first(1, /\/data\//, SEALED) },
      { instead: first(1, /sidecar/, DENIED) },
      { seed: { secrets: { 'secret/birddog/main': { 'datadog-api-key': 'a' } } } },
    ];
    for (const vault of failing) {
      const { run, seen, count } = await started(vault);
      await run().catch(() => undefined);
      assert.equal(count(REVOKE), count(LOGIN));
      assert.equal(seen.at(-1)?.path, REVOKE);
    }
  });

  it('is revoked if the folder cannot be written', async () => {
    const { run, seen } = await started();
    writeFileSync(join(folder, 'file'), '');
    await assert.rejects(run({ BIRDDOG_SECRETS_SIDECAR: join(folder, 'file', 'below') }));
    assert.equal(seen.at(-1)?.path, REVOKE);
  });

  it('is revoked if the deadline passes while Vault does not respond', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { run, clock, seen } = await started({
      instead: (request) => {
        // Vault takes a second to revoke.
        if (request.path === REVOKE) t.mock.timers.tick(1000);
        if (!request.path.includes('/data/')) return undefined;
        clock.advance(60_000);
        t.mock.timers.tick(60_000);
        return new Promise(() => {});
      },
    });
    const before = written.length;
    await assert.rejects(run(), { failure: 'unreachable' });
    assert.equal(seen.at(-1)?.path, REVOKE);
    assert.doesNotMatch(written.slice(before).join(''), /not revoked/);
  });

  it('may fail to be revoked without failing init', async () => {
    const { run } = await started({ instead: first(1, /revoke-self/, DENIED_BY_POLICY) });
    await run();
    assert.deepEqual(sets(), ['main', 'sidecar']);
    assert.match(written.join(''), /token not revoked, .*does not allow auth\/token\/revoke-self/);
  });
});

describe('the files of init', () => {
  it('contain each private key only in its own folder, and the CA key nowhere', async () => {
    const { run } = await started();
    await run();
    const keys: string[] = [];
    for (const name of ['main', 'sidecar']) {
      const at = join(folder, name, 'current');
      const read = (file: string) => readFileSync(join(at, file), 'utf8');
      for (const file of readdirSync(at))
        if (read(file).includes('PRIVATE KEY')) keys.push(`${name}/${file}`);
      const own = createPublicKey(createPrivateKey(read('tls.key'))).export({ type: 'spki', format: 'pem' });
      const of = (file: string) =>
        new X509Certificate(read(file)).publicKey.export({ type: 'spki', format: 'pem' });
      assert.equal(own, of('tls.crt'));
      assert.notEqual(own, of('ca.crt'));
      assert.equal(read('tls.key').match(/BEGIN/g)?.length, 1);
    }
    assert.deepEqual(keys, ['main/tls.key', 'sidecar/tls.key']);
  });

  it('omit catalog credentials that are not in the secret', async () => {
    const keys = { 'datadog-api-key': 'a', 'datadog-app-key': 'b\n', 'leanix-api-token': ' ', other: 'x' };
    const secrets = { 'secret/birddog/main': keys, 'secret/birddog/sidecar': keys };
    const { run } = await started({ seed: { secrets } });
    await run();
    const files = ['ca.crt', 'datadog-api-key', 'datadog-app-key', 'tls.crt', 'tls.key'];
    assert.deepEqual(readdirSync(join(folder, 'main/current')).sort(), files);
    assert.equal(readFileSync(join(folder, 'main/current/datadog-app-key'), 'utf8'), 'b');
  });

  it('include the credentials of the ledger for both containers, if they are in the secret', async () => {
    const keys = { 'datadog-api-key': 'a', 'datadog-app-key': 'b' };
    const ledger = { 'ledger-user': 'birddog', 'ledger-password': 'hunter2', 'ledger-ca.crt': 'PEM\n' };
    const both = { ...keys, ...ledger };
    const secrets = { 'secret/birddog/main': both, 'secret/birddog/sidecar': both };
    const { run } = await started({ seed: { secrets } });
    await run();
    for (const container of ['main', 'sidecar']) {
      const read = (name: string) => readFileSync(join(folder, container, 'current', name), 'utf8');
      assert.deepEqual(Object.keys(ledger).map(read), ['birddog', 'hunter2', 'PEM']);
    }
  });

  it('can come from KV 1 and from a namespace', async () => {
    const { secrets, roles } = sandboxSeed();
    const role = roles['birddog'];
    assert.ok(role);
    const seed = {
      mounts: { secret: 1 },
      secrets,
      namespace: 'team-a',
      roles: { birddog: { ...role, read: ['secret/birddog/*'] } },
    };
    const { run, seen } = await started({ seed });
    await run({ VAULT_KV_VERSION: '1', VAULT_NAMESPACE: 'team-a' });
    assert.deepEqual(sets(), ['main', 'sidecar']);
    for (const { headers } of seen) {
      assert.deepEqual([headers['x-vault-namespace'], headers['x-vault-request']], ['team-a', 'true']);
    }
  });
});

describe('init with a Vault whose CA the system does not trust', () => {
  it('accepts the CA as a file or as text, and the expected server name', async () => {
    const { run, url } = await started();
    const router = await openTlsServer(url);
    closing.push(() => router.close());
    writeFileSync(join(folder, 'vault-ca.crt'), router.ca);
    const VAULT_ADDR = router.url;
    await run({ VAULT_ADDR, VAULT_CACERT: join(folder, 'vault-ca.crt') });
    await run({ VAULT_ADDR, VAULT_CACERT_BYTES: router.ca, VAULT_TLS_SERVER_NAME: 'localhost' });
    await assert.rejects(run({ VAULT_ADDR }), { failure: 'not_trusted' });
    const VAULT_TLS_SERVER_NAME = 'vault.example.test';
    await assert.rejects(run({ VAULT_ADDR, VAULT_CACERT_BYTES: router.ca, VAULT_TLS_SERVER_NAME }), {
      failure: 'wrong_host_name',
    });
  });
});

it('rejects an empty service account token', async () => {
  const { run, count } = await started();
  writeFileSync(join(folder, 'token'), '\n');
  await assert.rejects(run(), { failure: 'no_token_file' });
  assert.equal(count(LOGIN), 0);
});

after(() => {
  const all = written.join('');
  assert.match(all, /logged in to Vault/);
  assert.doesNotMatch(all, /sandbox-|\b[sb]\.[A-Za-z]{24}|PRIVATE KEY|of-before/, 'a secret was written');
});
