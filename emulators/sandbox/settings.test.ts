import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSettings } from './settings.ts';

test('ports are those of the README where nothing is said, and 0 is any free one', () => {
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

test('ports that are none, or the same twice, are all named at once', () => {
  const env = { BIRDDOG_PORT: '80a', SIDECAR_PORT: '65536', DATADOG_EMULATOR_PORT: '9200' };
  assert.throws(
    () => readSettings(env),
    /BIRDDOG_PORT: "80a" is no port.*\nSIDECAR_PORT: "65536".*\nDATADOG_EMULATOR_PORT and VAULT_EMULATOR_PORT are both 9200$/,
  );
});

const KEYS = { DATADOG_SITE: 'datadoghq.eu', DATADOG_API_KEY: 'a', DATADOG_APP_KEY: 'b' };

test('the real Datadog is used where a site and both keys are given', () => {
  assert.deepEqual(readSettings(KEYS).realDatadog, KEYS);
  assert.deepEqual(readSettings(KEYS).notices, []);
  assert.deepEqual(readSettings({}).notices, []);
});

for (const missing of Object.keys(KEYS)) {
  test(`without ${missing} the emulator is used, and that is said`, () => {
    const { realDatadog, notices } = readSettings({ ...KEYS, [missing]: '' });
    assert.equal(realDatadog, undefined);
    assert.match(notices.join(), new RegExp(`emulator of Datadog is used.* ${missing} is not set`));
  });
}
