import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readSettings } from './settings.ts';

test('uses the ports of the README by default, and accepts 0 for any free port', () => {
  const { ports } = readSettings({ SIDECAR_PORT: '0', LEANIX_EMULATOR_PORT: '0', VAULT_EMULATOR_PORT: '' });
  assert.deepEqual(ports, {
    BIRDDOG_PORT: 8080,
    BIRDDOG_OPS_PORT: 8081,
    SIDECAR_PORT: 0,
    SIDECAR_OPS_PORT: 5001,
    DATADOG_EMULATOR_PORT: 9100,
    LEANIX_EMULATOR_PORT: 0,
    SERVICENOW_EMULATOR_PORT: 9102,
    VAULT_EMULATOR_PORT: 9200,
  });
});

test('reports all invalid and duplicate ports at once', () => {
  const env = { BIRDDOG_PORT: '80a', SIDECAR_PORT: '65536', DATADOG_EMULATOR_PORT: '9200' };
  assert.throws(
    () => readSettings(env),
    /BIRDDOG_PORT: "80a" is not a port.*\nSIDECAR_PORT: "65536".*\nDATADOG_EMULATOR_PORT and VAULT_EMULATOR_PORT are both 9200$/,
  );
});

const KEYS = { DATADOG_SITE: 'datadoghq.eu', DATADOG_API_KEY: 'a', DATADOG_APP_KEY: 'b' };

test('uses the real Datadog with a site and both keys', () => {
  assert.deepEqual(readSettings(KEYS).realDatadog, KEYS);
  assert.deepEqual(readSettings(KEYS).notices, []);
  assert.deepEqual(readSettings({}).notices, []);
});

for (const missing of Object.keys(KEYS)) {
  test(`uses the emulator without ${missing}, and reports it`, () => {
    const { realDatadog, notices } = readSettings({ ...KEYS, [missing]: '' });
    assert.equal(realDatadog, undefined);
    assert.match(notices.join(), new RegExp(`Using the Datadog emulator: ${missing} is not set`));
  });
}

test('docs/emulator.md lists every port with its default', () => {
  const page = readFileSync(new URL('../../docs/emulator.md', import.meta.url), 'utf8');
  const listed = [...page.matchAll(/^\| `(\w+_PORT)` \| (\d+) \|/gm)];
  assert.deepEqual(
    Object.fromEntries(listed.map(([, name = '', port]) => [name, Number(port)])),
    readSettings({}).ports,
  );
});
