import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { printFlow, printYaml } from './encode-yaml.ts';

describe('printYaml', () => {
  for (const value of [
    'avg(last_5m):avg:system.load.1{env:prod} by {host} > 2',
    'Look, 50 % [of] "all"',
    "Don't panic & carry on",
    'logs("service:x").index("*").rollup("count").last("5m") > 3',
    '(a && b) || !c',
    'a#b',
    '5m',
    '1mo',
    '30d',
  ])
    it(`does not quote ${value}`, () => {
      assert.equal(printYaml({ a: value, b: [value] }), `a: ${value}\nb:\n  - ${value}\n`);
    });

  for (const value of [
    '',
    ' a',
    'a ',
    'a: b',
    'a:',
    'a #b',
    'a\tb',
    'a\u2028b',
    'null',
    'Yes',
    'off',
    '1.0',
    '1e3',
    '5e3',
    '0x5',
    '5_0',
    '05m',
    '5m 3',
    '2024-01-01',
    '12:30:45',
    '~',
    '.inf',
    '@slack-a',
    '*a',
    '&a',
    '{a}',
    '[a]',
    '!a',
    '%a',
    '`a`',
    '> 2',
    '| a',
    '- a',
    '? a',
    '<<',
    '=',
    '---',
    "'a'",
    '#a',
  ])
    it(`quotes ${JSON.stringify(value)}`, () => {
      assert.match(printYaml({ a: value }), /^a: ".*"\n$/);
    });

  it('does not quote a duration in a flow', () => {
    assert.equal(printFlow({ over: '5m', of: ['1h', '1e3'] }), '{over: 5m, of: [1h, "1e3"]}');
  });

  it('quotes a name with braces', () => {
    assert.equal(printYaml({ 'a{b}': 1 }), '"a{b}": 1\n');
  });
});
