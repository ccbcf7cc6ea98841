import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, it } from 'node:test';
import { startVaultEmulator } from '../../emulators/vault/vault-emulator.ts';
import { createLog } from '../runtime/log.ts';
import { systemClock } from '../runtime/system-clock.ts';
import { readCertificatesConfig, readConfig } from './settings.ts';
import { type RunningWatch, startCertificatesWatch, startWatch } from './watch-app.ts';

let vault: Awaited<ReturnType<typeof startVaultEmulator>>;
let folder = '';
const written: string[] = [];
const deps = { clock: systemClock, log: createLog('init', (line) => written.push(line)) };
before(async () => {
  vault = await startVaultEmulator({ port: 0, control: true });
});
after(() => vault.close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'watch-app-'));
  writeFileSync(join(folder, 'token'), 'sandbox-jwt');
});

afterEach(() => rmSync(folder, { recursive: true }));

const env = () => ({
  VAULT_ADDR: vault.url,
  VAULT_ROLE: 'birddog',
  VAULT_TOKEN_FILE: join(folder, 'token'),
  VAULT_PATH_MAIN: 'birddog/main',
  VAULT_PATH_SIDECAR: 'birddog/sidecar',
  BIRDDOG_SECRETS_MAIN: join(folder, 'main'),
  BIRDDOG_SECRETS_SIDECAR: join(folder, 'sidecar'),
  INIT_OPS_PORT: '0',
});
const control = (path: string, method: string, value?: unknown) =>
  fetch(`${vault.url}/__control/${path}`, {
    method,
    ...(value === undefined ? {} : { body: JSON.stringify(value) }),
  });
const requests = async () => (await control('requests', 'GET')).text();

/** Polls until the watch answers with the status. Returns the answer. */
async function untilReadyIs(watch: RunningWatch, status: number, says = ''): Promise<string> {
  for (;;) {
    const answer = await fetch(`${watch.opsUrl}/readyz`);
    const text = await answer.text();
    if (answer.status === status && text.includes(says)) return text;
    await new Promise(setImmediate);
  }
}

it('a watch on a sealed Vault is alive, reports why it is not ready, and recovers when Vault is unsealed', async () => {
  await control('mode', 'PUT', { mode: 'sealed' });
  const watch = await startWatch(readConfig(env()), deps);
  await untilReadyIs(watch, 503, 'Vault is sealed');
  assert.equal((await fetch(`${watch.opsUrl}/healthz`)).status, 200);
  const metrics = async () => (await fetch(`${watch.opsUrl}/metrics`)).text();
  const sealed = await metrics();
  assert.match(sealed, /birddog_init_vault_failures_total\{failure="sealed"[^}]*\} [1-9]/);
  assert.match(sealed, /birddog_init_vault_failing\{[^}]*\} 1/);
  assert.doesNotMatch(sealed, /birddog_init_token_seconds_left\{/);
  assert.doesNotMatch(sealed, /birddog_certificate_seconds_left\{/);
  await control('mode', 'PUT', { mode: 'active' });
  await untilReadyIs(watch, 200);
  const afterwards = await metrics();
  assert.match(afterwards, /birddog_init_token_seconds_left\{[^}]*\} 3[56]\d\d/);
  assert.match(afterwards, /birddog_init_vault_read_age_seconds\{[^}]*\} \d/);
  assert.match(afterwards, /birddog_certificate_seconds_left\{certificate="upstream_server"[^}]*\} 8\d{4}/);
  assert.match(afterwards, /birddog_secrets_age_seconds\{container="sidecar"[^}]*\} \d/);
  assert.ok(readdirSync(join(folder, 'main/current')).includes('datadog-api-key'));
  await watch.stop();
  assert.match(await requests(), /revoke-self","query":\{\}\}\]$/);
  await assert.rejects(fetch(watch.opsUrl));
});

it('stopping a watch does not wait for an unresponsive Vault', async () => {
  await control('faults', 'POST', [{ kind: 'latency', ms: 60_000, times: 1 }]);
  const watch = await startWatch(readConfig(env()), deps);
  const lines = written.length;
  const began = performance.now();
  await watch.stop();
  assert.ok(performance.now() - began < 5000);
  assert.deepEqual(written.slice(lines), []);
});

it('a watch with --certificates does not call Vault', async () => {
  await control('requests', 'DELETE');
  const watch = await startCertificatesWatch(readCertificatesConfig(env()), deps);
  await untilReadyIs(watch, 200);
  assert.deepEqual(readdirSync(join(folder, 'sidecar/current')).sort(), ['ca.crt', 'tls.crt', 'tls.key']);
  assert.doesNotMatch(await (await fetch(`${watch.opsUrl}/metrics`)).text(), /birddog_init_vault/);
  await watch.stop();
  assert.equal(await requests(), '[]');
});

after(() => {
  assert.doesNotMatch(written.join(''), /sandbox-(?:api|app|jwt|leanix|pass)|hv[sb]\.|PRIVATE KEY/);
});
