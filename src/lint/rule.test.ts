import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { lintMonitor } from './monitor/lint-monitor.ts';
import { findingsOf, type Rule } from './rule.ts';

const everyItem: Rule<number> = {
  code: 'every_item',
  severity: 'error',
  summary: '',
  bad: '',
  good: '',
  check: (count) =>
    Array.from({ length: count }, (_, at) => ({ path: [at], message: `Item ${at} is wrong.` })),
};

describe('what is told of one object', () => {
  const told = (count: number): [string, string][] =>
    findingsOf([everyItem], count, '').map(({ pointer, message }) => [pointer, message]);

  it('is all that a rule says, up to a hundred places', () => {
    assert.equal(told(100).length, 100);
    assert.deepEqual(told(100).at(-1), ['/99', 'Item 99 is wrong.']);
  });

  it('is the first hundred of more places, and how many more there are', () => {
    assert.deepEqual(told(101).at(-1), ['/99', 'Item 99 is wrong. And so in 1 more place.']);
    assert.equal(told(50_000).length, 100);
    assert.deepEqual(told(50_000).at(-1), ['/99', 'Item 99 is wrong. And so in 49900 more places.']);
  });

  it('stays short where a message is wrong all over, and can be ignored all the same', () => {
    const monitor = {
      type: 'query alert',
      query: 'avg(last_5m):avg:system.load.1{*} > 2',
      message: '{{x.name}} @slack- '.repeat(5000),
    };
    const findings = lintMonitor(monitor, '');
    assert.ok(findings.length > 100 && findings.length < 1000, `${findings.length} findings`);
    const ignored = [...new Set(findings.map(({ code }) => code))].map((code) => ({
      code,
      because: 'Known.',
    }));
    assert.deepEqual(lintMonitor({ ...monitor, lint: { ignore: ignored } }, ''), []);
  });
});
