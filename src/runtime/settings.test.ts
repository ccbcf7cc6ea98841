import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  isLoopback,
  list,
  oneOf,
  optional,
  port,
  readSettings,
  required,
  serviceUrl,
  SettingsError,
  text,
  wholeNumber,
  yesOrNo,
} from './settings.ts';

const TABLE = {
  NAME: required(text, 'A setting.'),
  PORT: optional(port, 8080, 'A setting.'),
  TTL: optional(wholeNumber(0, 100), 5, 'A setting.'),
  KIND: optional(oneOf('a', 'b'), 'a', 'A setting.'),
  FLAG: optional(yesOrNo, false, 'A setting.'),
  TABLES: optional(list, ['x'], 'A setting.'),
  URL: optional(serviceUrl, new URL('https://example.test'), 'A setting.'),
};

describe('settings', () => {
  it('use the default if a variable is absent or empty', () => {
    const settings = readSettings(
      { NAME: 'n', PORT: '', TTL: '7', TABLES: 'p, q', URL: 'http://127.0.0.1:9100' },
      TABLE,
    );
    assert.deepEqual(
      [
        settings.NAME,
        settings.PORT,
        settings.TTL,
        settings.KIND,
        settings.FLAG,
        settings.TABLES,
        settings.URL.port,
      ],
      ['n', 8080, 7, 'a', false, ['p', 'q'], '9100'],
    );
  });

  it('are rejected with a list of every fault', () => {
    const env = {
      PORT: '99999',
      TTL: '-1',
      KIND: 'c',
      FLAG: 'yes',
      TABLES: 'a,,b',
      URL: 'http://example.test',
    };
    assert.throws(
      () => readSettings(env, TABLE),
      (error) => {
        assert.ok(error instanceof SettingsError);
        for (const name of [...Object.keys(env), 'NAME'])
          assert.match(error.message, new RegExp(`^ {2}${name}\\b`, 'm'));
        return true;
      },
    );
  });

  it('are rejected with the new name if a renamed one is set', () => {
    const env = { BIRDDOG_JOURNAL: '/tmp/j', BIRDDOG_LOOK_MS: '1' };
    assert.throws(
      () => readSettings(env, {}),
      (error) => {
        assert.ok(error instanceof SettingsError);
        assert.match(error.message, /^ {2}BIRDDOG_JOURNAL was renamed; set BIRDDOG_LEDGER instead$/m);
        assert.match(error.message, /^ {2}BIRDDOG_LOOK_MS was renamed; set BIRDDOG_POLL_MS instead$/m);
        return true;
      },
    );
  });

  it('accept plain HTTP only for loopback, and no credentials in a URL', () => {
    assert.equal(serviceUrl('http://[::1]:80/').hostname, '[::1]');
    assert.throws(() => serviceUrl('http://10.0.0.1'), /plain HTTP/);
    assert.throws(
      () => serviceUrl('https://user:hunter2@example.test'),
      (e) => e instanceof Error && !/hunter2/.test(e.message),
    );
    assert.throws(() => serviceUrl('ftp://example.test'));
    assert.ok(isLoopback('127.8.0.1') && isLoopback('localhost') && !isLoopback('127.0.0.1.example.test'));
  });
});
