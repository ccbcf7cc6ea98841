import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { lintMonitor } from './monitor/lint-monitor.ts';
import { Findings } from '../domain/findings.ts';
import { addFindings, type Rule } from './rule.ts';

const everyItem: Rule<number> = {
  code: 'every_item',
  severity: 'error',
  summary: '',
  bad: '',
  good: '',
  check: (count) =>
    Array.from({ length: count }, (_, at) => ({ path: [at], message: `Item ${at} is wrong.` })),
};

describe('the findings for one object', () => {
  const found = (count: number): Findings => {
    const findings = new Findings();
    addFindings(findings, [everyItem], count, '');
    return findings;
  };

  it('include all findings of a rule, up to 100', () => {
    assert.equal(found(100).list().length, 100);
    assert.deepEqual(found(100).list().at(-1)?.message, 'Item 99 is wrong.');
  });

  it('include the first 100 of more, and the number of the rest', () => {
    const list = found(50_000).list();
    assert.deepEqual([list.length, list.at(-2)?.message], [101, 'Item 99 is wrong.']);
    assert.deepEqual(list.at(-1)?.rest, { error: 49_900, warning: 0, info: 0 });
  });

  it('are generated one at a time', () => {
    let [alive, max] = [0, 0];
    const counting: Rule<number> = {
      ...everyItem,
      *check(count) {
        for (let at = 0; at < count; at += 1) {
          alive += 1;
          max = Math.max(max, alive);
          yield { path: [at], message: 'Wrong.' };
          alive -= 1;
        }
      },
    };
    addFindings(new Findings(), [counting], 10_000, '');
    assert.equal(max, 1);
  });

  it('are limited for a message with thousands of mistakes, and can still be ignored', () => {
    const monitor = {
      type: 'query alert',
      query: 'avg(last_5m):avg:system.load.1{*} > 2',
      message: '{{x.name}} @slack- '.repeat(5000),
    };
    const findings = lintMonitor(monitor, '');
    assert.ok(findings.length > 100 && findings.length < 1000, `${findings.length} findings`);
    const codes = new Set(findings.map(({ code }) => code).filter((code) => code !== 'more_findings'));
    const ignored = [...codes].map((code) => ({
      code,
      because: 'Known.',
    }));
    assert.deepEqual(lintMonitor({ ...monitor, lint: { ignore: ignored } }, ''), []);
  });
});
