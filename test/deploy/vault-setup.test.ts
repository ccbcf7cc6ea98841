import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { environmentOf } from './pod-of.ts';
import { DEPLOY, rendered } from './rendered.ts';

const SCRIPT = join(DEPLOY, 'vault-setup.sh');
const STAND_IN = join(import.meta.dirname, 'stand-in-vault.sh');
const MAIN_FIELDS =
  'datadog-api-key datadog-app-key leanix-api-token servicenow-username servicenow-password'.split(' ');
const SIDECAR_FIELDS = MAIN_FIELDS.slice(0, 2);

/** Creates a fake Vault whose secrets last for the test, and returns a function that runs the script against it. */
function fakeVault(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'vault-setup-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const [store, calls] = [join(folder, 'store'), join(folder, 'calls')];
  mkdirSync(store);
  mkdirSync(join(folder, 'bin'));
  symlinkSync('/bin/cat', join(folder, 'bin/cat'));
  const run = (env: Record<string, string> = {}, args: readonly string[] = []) => {
    rmSync(calls, { force: true });
    const given = { PATH: '/usr/bin:/bin', CALLS: calls, STORE: store, VAULT_CLI: STAND_IN, ...env };
    const { status, stdout, stderr } = spawnSync(SCRIPT, args, { env: given, encoding: 'utf8' });
    const called = existsSync(calls) ? readFileSync(calls, 'utf8') : '';
    return { status, out: stdout + stderr, called };
  };
  const secrets = () =>
    Object.fromEntries(
      readdirSync(store).map((name) => [name, readFileSync(join(store, name), 'utf8').trim()]),
    );
  /** Runs the script where no CLI is on the PATH. */
  const runAlone = (args: readonly string[], env: Record<string, string> = {}) =>
    run({ VAULT_CLI: '', PATH: join(folder, 'bin'), ...env }, args);
  return {
    run,
    runAlone,
    secrets,
    write: (name: string, text: string) => writeFileSync(join(store, name), text),
  };
}

const placeholders = (fields: readonly string[]) => fields.map((field) => `${field}=replace-me`);

describe('vault-setup.sh', () => {
  it('writes a policy for two secrets, a role bound to account, namespace and audience, and placeholders', (t) => {
    const { run, secrets } = fakeVault(t);
    const { status, called } = run();
    assert.equal(status, 0);
    const [policy, ...others] = called.trimEnd().split(/\n(?! )/);
    assert.deepEqual(policy?.split('\n'), [
      'policy write birddog -',
      '  path "secret/data/birddog/main" { capabilities = ["read"] }',
      '  path "secret/data/birddog/sidecar" { capabilities = ["read"] }',
      '  path "auth/token/lookup-self" { capabilities = ["read"] }',
      '  path "auth/token/renew-self" { capabilities = ["update"] }',
      '  path "auth/token/revoke-self" { capabilities = ["update"] }',
    ]);
    assert.equal(
      others[0],
      'write auth/kubernetes/role/birddog bound_service_account_names=birddog' +
        ' bound_service_account_namespaces=birddog audience=vault token_policies=birddog' +
        ' token_no_default_policy=true token_type=service token_ttl=1h token_max_ttl=24h',
    );
    assert.deepEqual(secrets(), {
      'secret.birddog.main': placeholders(MAIN_FIELDS).join('\n'),
      'secret.birddog.sidecar': placeholders(SIDECAR_FIELDS).join('\n'),
    });
  });

  it('agrees with what the base renders: role, paths and audience', (t) => {
    const { called } = fakeVault(t).run();
    const init = environmentOf(rendered('openshift'), 'init');
    assert.ok(called.includes(`auth/kubernetes/role/${init['VAULT_ROLE']} `));
    for (const path of [init['VAULT_PATH_MAIN'], init['VAULT_PATH_SIDECAR']])
      assert.ok(called.includes(`"secret/data/${path}"`), path);
    assert.match(JSON.stringify(rendered('openshift')), /"audience":"vault"/);
  });

  for (const version of ['1', '2'])
    it(`keeps the secrets that exist in KV ${version} when it runs again`, (t) => {
      const { run, secrets, write } = fakeVault(t);
      const env = { VAULT_KV_VERSION: version };
      write('secret.birddog.main', 'datadog-api-key=real');
      assert.equal(run(env).status, 0);
      const again = run(env);
      assert.equal(again.status, 0, again.out);
      assert.match(again.out, /secret\/birddog\/main exists and is unchanged\./);
      assert.deepEqual(secrets(), {
        'secret.birddog.main': 'datadog-api-key=real',
        'secret.birddog.sidecar': placeholders(SIDECAR_FIELDS).join('\n'),
      });
      assert.equal(again.called.includes('/data/'), version === '2');
    });

  it('writes nothing into a secret of KV 1 that it may not read', (t) => {
    const { run, secrets, write } = fakeVault(t);
    write('secret.birddog.main', 'datadog-api-key=real');
    const { status, out } = run({ VAULT_KV_VERSION: '1', DENIES: 'kv get' });
    assert.equal(status, 1);
    assert.match(out, /permission denied/);
    assert.deepEqual(secrets(), { 'secret.birddog.main': 'datadog-api-key=real' });
  });

  for (const denied of ['policy write', 'write auth/kubernetes/role/birddog', 'kv put'])
    it(`stops with the message of the server if "${denied}" is denied`, (t) => {
      const { run, secrets } = fakeVault(t);
      const { status, out } = run({ DENIES: denied });
      assert.notEqual(status, 0);
      assert.match(out, /permission denied/);
      assert.deepEqual(secrets(), {});
    });

  it('writes one secret if both containers share it, and takes every name from the environment', (t) => {
    const { run, secrets } = fakeVault(t);
    const { status, called } = run({
      VAULT_AUTH_MOUNT: 'ocp/west',
      VAULT_KV_MOUNT: 'team/kv',
      VAULT_ROLE: 'bd',
      VAULT_PATH_MAIN: 'bd',
      VAULT_PATH_SIDECAR: 'bd',
      POD_NAMESPACE: 'ops',
      SERVICE_ACCOUNT: 'bd-pod',
      TOKEN_AUDIENCE: 'https://vault.example:8200',
    });
    assert.equal(status, 0);
    assert.match(called, /path "team\/kv\/data\/bd"/);
    assert.match(
      called,
      /write auth\/ocp\/west\/role\/bd bound_service_account_names=bd-pod bound_service_account_namespaces=ops audience=https:\/\/vault\.example:8200 token_policies=bd /,
    );
    assert.deepEqual(Object.keys(secrets()), ['team.kv.bd']);
  });

  for (const [name, value] of [
    ['VAULT_KV_VERSION', '3'],
    ['VAULT_PATH_MAIN', 'birddog/*'],
    ['VAULT_PATH_MAIN', '/birddog'],
    ['VAULT_ROLE', 'a b'],
    ['POD_NAMESPACE', '"; path'],
    ['SERVICE_ACCOUNT', '-x'],
  ])
    it(`rejects ${name}=${value} before it calls Vault`, (t) => {
      const { run } = fakeVault(t);
      const { status, out, called } = run({ [String(name)]: String(value) });
      assert.deepEqual([status, called], [64, '']);
      assert.ok(out.includes(`"${value}"`), out);
    });

  it('rejects unknown arguments, and says so without a CLI', (t) => {
    const { run, runAlone } = fakeVault(t);
    assert.equal(run({}, ['--yes']).status, 64);
    assert.equal(run({}, ['--print', 'x']).status, 64);
    const without = runAlone([]);
    assert.equal(without.status, 69);
    assert.match(without.out, /neither bao nor vault is on the PATH/);
  });
});

describe('vault-setup.sh --print', () => {
  for (const version of ['1', '2'])
    it(`prints the commands for KV ${version} without a CLI, and they do the same`, (t) => {
      const env = { VAULT_KV_VERSION: version };
      const printing = fakeVault(t);
      const { status, out, called } = printing.run({ ...env, VAULT_CLI: '', PATH: '/nowhere:/bin' }, [
        '--print',
      ]);
      assert.deepEqual([status, called], [0, '']);
      assert.match(out, /^vault policy write birddog - <<'TEXT'\n/);
      const folder = mkdtempSync(join(tmpdir(), 'vault-print-'));
      t.after(() => rmSync(folder, { recursive: true }));
      const given = { PATH: '/usr/bin:/bin', CALLS: join(folder, 'calls'), STORE: folder };
      const printed = out.replaceAll(/^vault /gm, `${STAND_IN} `);
      const ran = spawnSync('sh', ['-e'], { input: printed, env: given, encoding: 'utf8' });
      assert.equal(ran.status, 0, ran.stderr);
      const writes = (calls: string) => calls.split('\n').filter((line) => !line.startsWith('kv get'));
      const direct = fakeVault(t).run(env).called;
      assert.deepEqual(writes(readFileSync(given.CALLS, 'utf8')), writes(direct));
    });
});
