import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readSettings, USAGE } from './settings.ts';

describe('the settings of the Datadog emulator', () => {
  it('have defaults', () => {
    const { port, keys, control, audit, now } = readSettings([], {});
    assert.deepEqual(
      [port, keys, control, audit, now],
      [9100, { api: 'sandbox-api-key', app: 'sandbox-app-key' }, false, true, undefined],
    );
  });

  it('prefer flags to environment variables', () => {
    const env = { DATADOG_EMULATOR_PORT: '9200', DATADOG_EMULATOR_LIMITS: '{}', EMULATOR_CONTROL: 'true' };
    assert.deepEqual(
      [readSettings([], env).port, readSettings([], env).limits, readSettings([], env).control],
      [9200, {}, true],
    );
    assert.equal(readSettings(['--port', '0'], env).port, 0);
    const seeds = { DATADOG_EMULATOR_SEED: 'a.json' };
    assert.deepEqual(
      [readSettings([], seeds).seed, readSettings(['--seed', 'b.json'], seeds).seed],
      ['a.json', 'b.json'],
    );
  });

  it('can stop the clock and turn off the audit trail', () => {
    const settings = readSettings(['--clock', '2026-01-31T12:00:00Z', '--no-audit'], {});
    assert.equal(settings.now?.(), Date.parse('2026-01-31T12:00:00Z'));
    assert.equal(settings.audit, false);
  });

  it('report all invalid values at once', () => {
    assert.throws(
      () => readSettings(['--port', '70000', '--clock', 'noon', '--limits', '[1]'], {}),
      /port: "70000".*\nclock: "noon".*\nlimits: \[1\]/,
    );
  });

  it('all appear in the usage text', () => {
    for (const flag of ['port', 'state', 'seed', 'clock', 'limits', 'control', 'no-audit'])
      assert.match(USAGE, new RegExp(`--${flag}\\b`));
  });
});
