import assert from 'node:assert/strict';
import { it, type TestContext } from 'node:test';
import { startVaultEmulator, type VaultEmulatorOptions } from './vault-emulator.ts';
import { sandboxSeed } from './vault-seed.ts';

async function started(t: TestContext, options: Partial<VaultEmulatorOptions> = {}) {
  const emulator = await startVaultEmulator({ port: 0, ...options });
  t.after(() => emulator.close());
  const put = (path: string, body: object) =>
    fetch(`${emulator.url}/${path}`, { method: 'PUT', body: JSON.stringify(body) });
  return { url: emulator.url, put };
}

it('serves a login and a rotated secret over HTTP', async (t) => {
  const { url, put } = await started(t, { control: true });
  await put('__control/secrets/secret/birddog/sidecar', { 'datadog-api-key': 'new' });
  const login = await fetch(`${url}/v1/auth/kubernetes/login`, {
    method: 'POST',
    body: JSON.stringify({ role: 'birddog', jwt: 'sandbox-jwt' }),
  });
  const { auth } = JSON.parse(await login.text());
  const headers = { 'x-vault-token': auth.client_token };
  const secret = await fetch(`${url}/v1/secret/data/birddog/sidecar`, { headers });
  assert.deepEqual(JSON.parse(await secret.text()).data.data, { 'datadog-api-key': 'new' });
});

it('has no control routes by default', async (t) => {
  const { url, put } = await started(t);
  assert.equal((await put('__control/mode', { mode: 'sealed' })).status, 501);
  assert.equal((await fetch(`${url}/v1/sys/health`)).status, 200);
});

it('rejects an invalid seed', () => {
  const seed = JSON.parse('{"serviceAccounts": {}, "roles": {"r": {}}, "mounts": {}, "secrets": {}}');
  assert.throws(() => startVaultEmulator({ port: 0, seed }), /names/);
});

it('stores the given Datadog keys for both containers', () => {
  const { secrets } = sandboxSeed({ apiKey: 'real', appKey: undefined });
  for (const path of ['secret/birddog/main', 'secret/birddog/sidecar']) {
    assert.equal(secrets[path]?.['datadog-api-key'], 'real');
    assert.equal(secrets[path]?.['datadog-app-key'], 'sandbox-app-key');
  }
});
