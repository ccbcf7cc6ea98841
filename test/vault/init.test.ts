import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { initialise } from '../../src/init/app.ts';
import { readConfig } from '../../src/init/settings.ts';
import { createLog } from '../../src/runtime/log.ts';
import { systemClock } from '../../src/runtime/system-clock.ts';
import { ofKind } from '../deploy/kinds.ts';
import { DEPLOY, parsed } from '../deploy/rendered.ts';
import {
  accountToken,
  ISSUER,
  NO_VAULT,
  type RealVault,
  run,
  startRealVault,
  startUninitialisedVault,
  TOKEN_KEY,
} from './real-vault.ts';

describe('birddog init with a real server', { skip: NO_VAULT }, () => {
  let vault: RealVault;
  const folder = mkdtempSync(join(tmpdir(), 'real-vault-'));
  const written: string[] = [];
  before(async () => {
    vault = await startRealVault();
    await vault.root('POST', 'sys/mounts/one', { type: 'kv', options: { version: '1' } });
    writeFileSync(join(folder, 'token'), accountToken());
  });
  after(async () => {
    await vault.stop();
    rmSync(folder, { recursive: true });
  });

  /** Runs `init` in this process. Rejects with the VaultFailure. */
  const init = (env: Readonly<Record<string, string>> = {}) =>
    initialise(
      readConfig({
        VAULT_ADDR: vault.url,
        VAULT_ROLE: 'birddog',
        VAULT_TOKEN_FILE: join(folder, 'token'),
        VAULT_PATH_MAIN: 'birddog/main',
        VAULT_PATH_SIDECAR: 'birddog/sidecar',
        VAULT_DEADLINE_MS: '20000',
        BIRDDOG_SECRETS_MAIN: join(folder, 'main'),
        BIRDDOG_SECRETS_SIDECAR: join(folder, 'sidecar'),
        ...env,
      }),
      createLog('init', (line) => written.push(line)),
      systemClock,
    );
  const setUp = (env: Readonly<Record<string, string>> = {}) =>
    run(join(DEPLOY, 'vault-setup.sh'), [], { ...vault.environment, VAULT_CLI: vault.program, ...env });

  for (const [version, mount] of [
    ['2', 'secret'],
    ['1', 'one'],
  ] as const)
    it(`reads what vault-setup.sh created in KV ${version}, and nothing else`, async () => {
      const engine = { VAULT_KV_VERSION: version, VAULT_KV_MOUNT: mount };
      const first = await setUp(engine);
      assert.equal(first.status, 0, first.out);
      await init(engine);
      const current = join(folder, 'main/current');
      assert.equal(readFileSync(join(current, 'datadog-api-key'), 'utf8'), 'replace-me');
      assert.equal(readdirSync(current).length, 8);
      const data = { 'datadog-api-key': 'real', 'datadog-app-key': 'real' };
      if (version === '1') await vault.root('POST', 'one/birddog/main', data);
      else await vault.root('POST', 'secret/data/birddog/main', { data });
      const again = await setUp(engine);
      assert.match(again.out, /birddog\/main exists and is unchanged\./);
      await init(engine);
      assert.equal(readFileSync(join(current, 'datadog-api-key'), 'utf8'), 'real');
      await assert.rejects(init({ ...engine, VAULT_PATH_MAIN: 'other' }), { failure: 'read_denied' });
      assert.doesNotMatch(written.join(''), /not revoked/);
    });

  it('needs for vault-setup.sh only the permissions that docs/vault.md lists', async () => {
    const page = readFileSync(join(DEPLOY, '../docs/vault.md'), 'utf8');
    const [, policy = ''] = /```hcl\n([^`]+)```/.exec(page) ?? [];
    await vault.root('POST', 'sys/policies/acl/operator', { policy });
    const { auth } = await vault.root('POST', 'auth/token/create', { policies: ['operator'] });
    const token = { VAULT_TOKEN: auth.client_token, BAO_TOKEN: auth.client_token };
    for (const secret of ['main', 'sidecar']) await vault.root('DELETE', `secret/metadata/birddog/${secret}`);
    const { status, out } = await setUp(token);
    assert.equal(status, 0, out);
    await init();
    assert.notEqual((await setUp({ ...token, VAULT_PATH_MAIN: 'elsewhere' })).status, 0);
  });

  it('logs in with JWT auth as docs/vault.md configures it, and names its rejections', async () => {
    await setUp();
    await vault.root('POST', 'sys/auth/jwt', { type: 'jwt' });
    await assert.rejects(init({ VAULT_AUTH_MOUNT: 'jwt' }), { failure: 'auth_not_set_up' });
    await vault.root('POST', 'auth/jwt/config', {
      jwt_validation_pubkeys: [TOKEN_KEY],
      bound_issuer: ISSUER,
    });
    await vault.root('POST', 'auth/jwt/role/birddog', {
      role_type: 'jwt',
      user_claim: 'sub',
      bound_audiences: ['vault'],
      bound_subject: 'system:serviceaccount:birddog:birddog',
      token_policies: ['birddog'],
      token_ttl: '1h',
    });
    await init({ VAULT_AUTH_MOUNT: 'jwt' });
    await assert.rejects(init({ VAULT_AUTH_MOUNT: 'jwt', VAULT_ROLE: 'nobody' }), {
      failure: 'unknown_role',
    });
    for (const [failure, claims] of [
      ['wrong_audience', { aud: ['other'] }],
      ['account_not_bound', { name: 'other' }],
      ['invalid_account_token', { exp: 1 }],
      ['invalid_account_token', { iss: 'https://other.example' }],
    ] as const) {
      writeFileSync(join(folder, 'token'), accountToken(claims));
      await assert.rejects(init({ VAULT_AUTH_MOUNT: 'jwt' }), { failure }, failure);
    }
    writeFileSync(join(folder, 'token'), accountToken());
  });

  it('is not needed where an agent renders the templates of vault-injector: catalog fields are optional', async () => {
    const keys = { 'datadog-api-key': 'api', 'datadog-app-key': 'app' };
    const write = (name: string, data: object) => vault.root('POST', `secret/data/birddog/${name}`, { data });
    await setUp();
    await write('main', keys);
    await write('sidecar', keys);
    const { config, destination } = agentConfig(vault.url, folder);
    const render = () => run(vault.program, ['agent', `-config=${config}`], {});
    const rendered = await render();
    assert.equal(rendered.status, 0, rendered.out);
    const text = (name: string) => readFileSync(join(destination, name), 'utf8');
    assert.deepEqual(['main-datadog-api-key', 'sidecar-datadog-app-key', 'main-leanix-api-token'].map(text), [
      'api',
      'app',
      '',
    ]);
    await write('main', { 'datadog-api-key': 'api' });
    const refused = await render();
    assert.notEqual(refused.status, 0);
    assert.match(refused.out, /datadog_app_key_is_missing/);
  });

  it('names the cause of each failure', async () => {
    await setUp();
    const role = (name: string, more: object) =>
      vault.root('POST', `auth/kubernetes/role/${name}`, {
        bound_service_account_names: 'birddog',
        bound_service_account_namespaces: 'birddog',
        audience: 'vault',
        token_policies: ['birddog'],
        ...more,
      });
    await role('powerless', { token_policies: ['none'], token_no_default_policy: true });
    await role('once', { token_num_uses: 1 });
    await role('aloof', { audience: 'other' });
    await role('of-others', { bound_service_account_names: 'other' });
    await role('elsewhere', { bound_service_account_namespaces: 'other' });
    for (const [failure, env] of [
      ['read_denied', { VAULT_ROLE: 'powerless' }],
      ['token_uses', { VAULT_ROLE: 'once' }],
      ['wrong_audience', { VAULT_ROLE: 'aloof' }],
      ['account_not_bound', { VAULT_ROLE: 'of-others' }],
      ['namespace_not_bound', { VAULT_ROLE: 'elsewhere' }],
      ['unknown_role', { VAULT_ROLE: 'nobody' }],
      ['login_denied', { VAULT_AUTH_MOUNT: 'other' }],
    ] as const)
      await assert.rejects(init(env), { failure }, failure);
    writeFileSync(join(folder, 'token'), accountToken({ exp: 1 }));
    await assert.rejects(init(), { failure: 'invalid_account_token' });
    writeFileSync(join(folder, 'token'), accountToken());
    if (vault.program.endsWith('bao'))
      await assert.rejects(init({ VAULT_NAMESPACE: 'nowhere' }), { failure: 'unknown_namespace' });
  });

  it('says that a login requires MFA', async () => {
    const { data } = await vault.root('POST', 'identity/mfa/method/totp', { issuer: 'x' });
    const mounts = await vault.root('GET', 'sys/auth');
    const enforcement = {
      mfa_method_ids: [data.method_id],
      auth_method_accessors: [mounts.data['kubernetes/'].accessor],
    };
    await vault.root('POST', 'identity/mfa/login-enforcement/x', enforcement);
    await assert.rejects(init(), { failure: 'mfa_required' });
    await vault.root('DELETE', 'identity/mfa/login-enforcement/x');
  });

  it('says that a server is not initialised, also if a namespace is set', async () => {
    const empty = await startUninitialisedVault(folder);
    for (const namespace of ['', 'unit'])
      await assert.rejects(init({ VAULT_ADDR: empty.url, VAULT_NAMESPACE: namespace }), {
        failure: 'not_initialised',
      });
    await empty.stop();
  });

  it('says that the server is sealed', async () => {
    await vault.root('PUT', 'sys/seal');
    await assert.rejects(init({ VAULT_DEADLINE_MS: '500' }), { failure: 'sealed' });
  });
});

/** Writes the configuration of an agent that renders each template of the overlay once into a file with its name. */
function agentConfig(url: string, folder: string) {
  const [config, destination] = [join(folder, 'agent.hcl'), join(folder, 'rendered')];
  const overlay = parsed(readFileSync(join(DEPLOY, 'overlays/vault-injector/agent.yaml'), 'utf8'));
  const annotations = ofKind(overlay, 'Deployment')[0]?.spec?.template.metadata?.annotations ?? {};
  const templates = Object.entries(annotations).flatMap(([annotation, text]) => {
    const [, name] = /\/agent-inject-template-(.+)$/.exec(annotation) ?? [];
    if (name === undefined) return [];
    const strict = annotations[`vault.hashicorp.com/error-on-missing-key-${name}`] ?? 'false';
    const target = `destination = "${join(destination, name)}"\n error_on_missing_key = ${strict}`;
    return [`template {\n ${target}\n contents = <<EOT\n${text}\nEOT\n}`];
  });
  const login = `config = { role = "birddog", token_path = "${join(folder, 'token')}" }`;
  const blocks = [
    `vault {\n address = "${url}"\n retry {\n num_retries = 1\n }\n}`,
    `auto_auth {\n method "kubernetes" {\n mount_path = "auth/kubernetes"\n exit_on_err = true\n ${login}\n }\n}`,
    'exit_after_auth = true',
    'template_config {\n exit_on_retry_failure = true\n}',
    ...templates,
  ];
  writeFileSync(config, `${blocks.join('\n')}\n`);
  return { config, destination };
}
