import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { SettingsError } from '../runtime/settings.ts';
import { mintCertificates } from './certificates.ts';
import { readConfig } from './settings.ts';

const ENV = {
  VAULT_ADDR: 'https://vault.example.test:8200',
  VAULT_ROLE: 'birddog',
  VAULT_PATH_MAIN: 'birddog/main',
  VAULT_PATH_SIDECAR: 'birddog/sidecar',
  BIRDDOG_SECRETS_MAIN: '/run/birddog/main',
  BIRDDOG_SECRETS_SIDECAR: '/run/birddog/sidecar',
};

/** The names of the faults that invalid settings report. */
function faultsOf(env: Record<string, string>): string[] {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    assert.ok(error instanceof SettingsError);
    return [...error.message.matchAll(/^ {2}(\w+)/gm)].map(([, name]) => name ?? '');
  }
}

describe('the settings of init', () => {
  it('are rejected with a list of all faults', () => {
    const wrong = {
      VAULT_ADDR: 'http://vault.example.test:8200',
      VAULT_CACERT: '/nowhere/ca.crt',
      VAULT_CACERT_BYTES: 'no certificate',
      VAULT_KV_VERSION: '3',
      VAULT_DEADLINE_MS: '0',
      HTTPS_PROXY: 'proxy',
    };
    const absent = Object.keys(ENV).filter((name) => name !== 'VAULT_ADDR');
    assert.deepEqual(faultsOf(wrong).sort(), [...Object.keys(wrong), ...absent].sort());
  });

  for (const path of ['/birddog', 'birddog/', 'a//b', '../sys', 'a/../b', 'a b', 'a?list=true', 'a%2fb']) {
    it(`reject the mount or path ${path}`, () => {
      const wrong = { VAULT_PATH_MAIN: path, VAULT_KV_MOUNT: path, VAULT_AUTH_MOUNT: path };
      assert.deepEqual(faultsOf({ ...ENV, ...wrong }).sort(), Object.keys(wrong).sort());
    });
  }

  for (const address of ['https://h/v1', 'https://h/vault/v1/', 'https://h/?x=1', 'https://h/#x'])
    it(`reject the address ${address}`, () =>
      assert.deepEqual(faultsOf({ ...ENV, VAULT_ADDR: address }), ['VAULT_ADDR']));

  it('reject a mount that begins with auth/, and characters that no header can have', () => {
    const wrong = { VAULT_AUTH_MOUNT: 'auth/kubernetes', VAULT_NAMESPACE: 'größe' };
    assert.deepEqual(faultsOf({ ...ENV, ...wrong }).sort(), Object.keys(wrong).sort());
    assert.deepEqual(faultsOf({ ...ENV, VAULT_NAMESPACE: 'a\nb: c' }), ['VAULT_NAMESPACE']);
    assert.deepEqual(faultsOf({ ...ENV, VAULT_ADDR: 'https://h/vault', VAULT_NAMESPACE: '/a/b/' }), []);
  });

  it('prefer the CA as text over the CA file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ca-'));
    const [one, two] = [await mint(), await mint()];
    const file = join(folder, 'ca.crt');
    writeFileSync(file, one);
    assert.equal(readConfig(ENV).ca, undefined);
    assert.equal(readConfig({ ...ENV, VAULT_CACERT: file }).ca, one);
    assert.equal(readConfig({ ...ENV, VAULT_CACERT: file, VAULT_CACERT_BYTES: two }).ca, two);
    writeFileSync(file, '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
    assert.deepEqual(faultsOf({ ...ENV, VAULT_CACERT: file }), ['VAULT_CACERT']);
    rmSync(folder, { recursive: true });
  });
});

async function mint(): Promise<string> {
  return (await mintCertificates({ now: new Date(), days: 1 })).ca;
}
