import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { startVaultEmulator } from '../../emulators/vault/vault-emulator.ts';
import { VAULT_FAILURES } from './vault/failures.ts';

const SECRETS = [
  'sandbox-jwt',
  'sandbox-api-key',
  'sandbox-app-key',
  'sandbox-leanix-token',
  'sandbox-password',
  'PRIVATE KEY',
];

let vault: Awaited<ReturnType<typeof startVaultEmulator>>;
let folder = '';
before(async () => {
  vault = await startVaultEmulator({ port: 0, control: true });
});
after(() => vault.close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'init-'));
  writeFileSync(join(folder, 'token'), 'sandbox-jwt\n');
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Ended {
  readonly exit: number;
  readonly output: string;
}

/** Runs the real process to its end. */
function init(env: Record<string, string> = {}, args: readonly string[] = []): Promise<Ended> {
  const settings = {
    PATH: process.env['PATH'],
    NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
    VAULT_ADDR: vault.url,
    VAULT_ROLE: 'birddog',
    VAULT_TOKEN_FILE: join(folder, 'token'),
    VAULT_PATH_MAIN: 'birddog/main',
    VAULT_PATH_SIDECAR: 'birddog/sidecar',
    VAULT_DEADLINE_MS: '1500',
    BIRDDOG_SECRETS_MAIN: join(folder, 'main'),
    BIRDDOG_SECRETS_SIDECAR: join(folder, 'sidecar'),
    ...env,
  };
  const program = join(import.meta.dirname, 'index.ts');
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [program, ...args],
      { env: settings },
      (_error, stdout, stderr) => {
        resolve({ exit: child.exitCode ?? -1, output: stdout + stderr });
      },
    );
  });
}

const control = (path: string, method: string, value?: unknown) =>
  fetch(`${vault.url}/__control/${path}`, {
    method,
    ...(value === undefined ? {} : { body: JSON.stringify(value) }),
  });
const inSet = (name: string) => readdirSync(join(folder, name, 'current')).sort();

describe('birddog init', () => {
  it('writes one set per container, revokes its token, and logs no secret', async () => {
    await control('requests', 'DELETE');
    const { exit, output } = await init();
    assert.equal(exit, 0, output);
    const both = ['ca.crt', 'datadog-api-key', 'datadog-app-key', 'tls.crt', 'tls.key'];
    assert.deepEqual(inSet('sidecar'), both);
    assert.deepEqual(
      inSet('main'),
      [...both, 'leanix-api-token', 'servicenow-password', 'servicenow-username'].sort(),
    );
    assert.equal(readFileSync(join(folder, 'main/current/datadog-api-key'), 'utf8'), 'sandbox-api-key');
    const [mainCa, sidecarCa] = ['main', 'sidecar'].map((c) =>
      readFileSync(join(folder, c, 'current/ca.crt'), 'utf8'),
    );
    assert.equal(mainCa, sidecarCa);
    const seen: { path: string }[] = JSON.parse(
      await (await fetch(`${vault.url}/__control/requests`)).text(),
    );
    assert.equal(seen.at(-1)?.path, '/v1/auth/token/revoke-self');
    for (const secret of SECRETS) assert.ok(!output.includes(secret), `${secret} was written`);
  });

  it('lists every invalid setting and rejects unknown arguments', async () => {
    const wrong = await init({
      VAULT_ADDR: 'http://vault.example.test:8200',
      VAULT_ROLE: '',
      VAULT_KV_VERSION: '3',
    });
    assert.equal(wrong.exit, 78);
    for (const name of ['VAULT_ADDR', 'VAULT_ROLE', 'VAULT_KV_VERSION'])
      assert.match(wrong.output, new RegExp(name));
    assert.equal((await init({}, ['--force'])).exit, 78);
  });

  it('writes only certificates with --certificates, without Vault', async () => {
    const { exit, output } = await init({ VAULT_ADDR: '', VAULT_ROLE: '', VAULT_PATH_MAIN: '' }, [
      '--certificates',
    ]);
    assert.equal(exit, 0, output);
    for (const name of ['main', 'sidecar']) assert.deepEqual(inSet(name), ['ca.crt', 'tls.crt', 'tls.key']);
    const wrong = await init({ BIRDDOG_SECRETS_MAIN: '', VAULT_ADDR: '' }, ['--certificates', '--watch']);
    assert.equal(wrong.exit, 78);
    assert.match(wrong.output, /BIRDDOG_SECRETS_MAIN/);
    assert.doesNotMatch(wrong.output, /VAULT_ADDR/);
  });

  const failures: readonly [failure: keyof typeof VAULT_FAILURES, env: Record<string, string>][] = [
    ['unreachable', { VAULT_ADDR: 'http://127.0.0.1:1', VAULT_DEADLINE_MS: '100' }],
    ['no_token_file', { VAULT_TOKEN_FILE: '/nowhere/token' }],
    ['unknown_role', { VAULT_ROLE: 'nobody' }],
    ['login_denied', { VAULT_AUTH_MOUNT: 'elsewhere' }],
    ['read_denied', { VAULT_PATH_MAIN: 'of/others' }],
  ];
  for (const [failure, env] of failures) {
    it(`reports ${failure} with its message and exit status`, async () => {
      const { exit, output } = await init(env);
      assert.equal(exit, VAULT_FAILURES[failure].exit, output);
      assert.ok(output.includes(VAULT_FAILURES[failure].says), output);
      assert.ok(!existsSync(join(folder, 'main')), 'nothing is written');
      for (const secret of SECRETS) assert.ok(!output.includes(secret), `${secret} was written`);
    });
  }

  it('reports a denied login for any reason', async () => {
    writeFileSync(join(folder, 'token'), 'somebody-elses-token');
    const { exit, output } = await init();
    assert.equal(exit, VAULT_FAILURES.login_denied.exit, output);
    assert.ok(!output.includes('somebody-elses-token'));
  });

  it('retries a sealed Vault until the deadline, then reports it', async () => {
    await control('mode', 'PUT', { mode: 'sealed' });
    const { exit, output } = await init();
    assert.equal(exit, VAULT_FAILURES.sealed.exit, output);
    assert.match(output, /retrying/);
    await control('mode', 'PUT', { mode: 'active' });
    assert.equal((await init()).exit, 0);
  });

  it('revokes its token and names the field if a secret lacks one', async () => {
    await control('secrets/secret/birddog/sidecar', 'PUT', { 'datadog-api-key': 'x' });
    await control('requests', 'DELETE');
    const { exit, output } = await init();
    assert.equal(exit, VAULT_FAILURES.field_missing.exit, output);
    assert.match(output, /datadog-app-key/);
    const seen: { path: string }[] = JSON.parse(
      await (await fetch(`${vault.url}/__control/requests`)).text(),
    );
    assert.equal(seen.at(-1)?.path, '/v1/auth/token/revoke-self');
    await control('secrets/secret/birddog/sidecar', 'DELETE');
    assert.equal((await init()).exit, VAULT_FAILURES.secret_deleted.exit);
  });

  it('reports a wrong KV version', async () => {
    const { exit, output } = await init({ VAULT_KV_VERSION: '1' });
    assert.equal(exit, VAULT_FAILURES.read_denied.exit, output);
    assert.match(output, /data\/<path>/);
  });
});
