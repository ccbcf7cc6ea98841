import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { answerFormat, formatOf } from './content-type.ts';

describe('the Content-Type of a request', () => {
  it('determines the format, in any case and with charset UTF-8', () => {
    assert.equal(formatOf('application/json'), 'json');
    assert.equal(formatOf('Application/JSON; Charset="UTF-8"'), 'json');
    assert.equal(formatOf('application/yaml'), 'yaml');
    assert.equal(formatOf('application/x-yaml;charset=utf-8'), 'yaml');
    assert.equal(formatOf('text/yaml'), 'yaml');
    assert.equal(formatOf('application/toml; version=1'), 'toml');
  });

  it('is rejected when absent or unknown, or with another charset', () => {
    for (const type of [
      undefined,
      ' ',
      'text/plain',
      'application/vnd.api+json',
      'multipart/form-data; boundary=application/json',
      'application/json; charset=latin1',
    ]) {
      assert.throws(() => formatOf(type), { code: 'unsupported_media_type' }, type);
    }
  });
});

describe('the Accept of a request', () => {
  it('determines the format by q values, with JSON if both are equal', () => {
    const cases: readonly [string | undefined, 'json' | 'yaml'][] = [
      [undefined, 'json'],
      ['', 'json'],
      ['*/*', 'json'],
      ['application/*', 'json'],
      ['application/yaml', 'yaml'],
      ['text/yaml', 'yaml'],
      ['application/yaml, application/json', 'json'],
      ['application/json;q=0.5, application/yaml', 'yaml'],
      ['application/yaml;q=0.5, */*;q=0.1', 'yaml'],
      ['application/json;q=0, */*', 'yaml'],
      ['text/html, application/xhtml+xml, */*;q=0.8', 'json'],
      ['application/*;q=0.2, application/yaml;q=0.1', 'json'],
    ];
    for (const [accept, format] of cases) assert.equal(answerFormat(accept), format, accept);
  });

  it('is rejected if it accepts neither JSON nor YAML', () => {
    for (const accept of ['text/html', 'application/toml', 'application/json;q=0', '*/*;q=0', 'text/*']) {
      assert.throws(() => answerFormat(accept), { code: 'not_acceptable' }, accept);
    }
  });
});
