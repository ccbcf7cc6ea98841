import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { numberFromText } from '../domain/json.ts';
import { check } from './check.ts';
import { ENVELOPE_SCHEMAS, OBJECT_SCHEMAS } from './schemas.ts';

const alert = {
  title: 't',
  signal: { metric: 'm' },
  condition: { over: '5m', above: numberFromText('1.0') },
};

describe('a body held against its schema', () => {
  it('has no findings where it fits, unknown fields of Datadog included', () => {
    const monitor = {
      type: 'query alert',
      query: 'q',
      priority: null,
      brand_new: {},
      options: { brand_new: 1 },
    };
    assert.deepEqual(check(OBJECT_SCHEMAS.monitor.create, monitor, ''), []);
    assert.deepEqual(check(OBJECT_SCHEMAS.alert.create, alert, ''), []);
    assert.deepEqual(check(OBJECT_SCHEMAS.monitor.update, { message: 'm' }, ''), []);
  });

  const mistakes: readonly [what: string, value: object, code: string, pointer: string][] = [
    [
      'a missing member, at the object that lacks it',
      { title: 't', condition: alert.condition },
      'missing_member',
      '/a',
    ],
    ['a missing member deeper down', { ...alert, signal: {} }, 'missing_member', '/a/signal'],
    ['an unknown member, at its name', { ...alert, severty: 'high' }, 'unknown_member', '/a/severty'],
    ['a wrong value, at the value', { ...alert, severity: 'urgent' }, 'wrong_value', '/a/severity'],
    [
      'a number in its own spelling where an object belongs',
      { ...alert, condition: numberFromText('1e9') },
      'wrong_value',
      '/a/condition',
    ],
    [
      'text for a number',
      { ...alert, condition: { over: '5m', above: '1' } },
      'wrong_value',
      '/a/condition/above',
    ],
    ['an empty text', { ...alert, title: ' ' }, 'wrong_value', '/a/title'],
  ];
  for (const [what, value, code, pointer] of mistakes) {
    it(`tells ${what}`, () => {
      const findings = check(OBJECT_SCHEMAS.alert.create, Object(value), '/a');
      assert.deepEqual(
        findings.map((f) => [f.code, f.pointer]),
        [[code, pointer]],
      );
    });
  }

  it('tells every mistake at once, in sentences', () => {
    const findings = check(
      ENVELOPE_SCHEMAS.create,
      { application: 'No', key: 'NO', catalogs: { cmdb: 'x' } },
      '',
    );
    assert.deepEqual(findings.map((f) => f.pointer).sort(), ['', '/application', '/catalogs/cmdb', '/key']);
    for (const { message } of findings) assert.match(message, /^["A-Z].*\.$/);
  });
});
