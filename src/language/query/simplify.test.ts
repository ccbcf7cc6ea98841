import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseMetricQuery, parseQuery } from './parse-query.ts';
import { printExpression } from './print-query.ts';
import { simplify } from './simplify.ts';

describe('an expression with the fewest brackets', () => {
  const expressions: readonly [written: string, simple: string][] = [
    ['((a) / (b)) * 100', 'a / b * 100'],
    ['100 * (a / (b + c))', '100 * (a / (b + c))'],
    ['(100 * a) / (a + b)', '100 * a / (a + b)'],
    ['a - (b - c)', 'a - (b - c)'],
    ['(a - b) - c', 'a - b - c'],
    ['a * (b * c)', 'a * (b * c)'],
    ['(a + b) * c', '(a + b) * c'],
    ['+a + -(+b)', 'a + -b'],
    ['-(a + b)', '-(a + b)'],
    ['abs((a + b))', 'abs(a + b)'],
    ['((a + b)).fill(zero)', '(a + b).fill(zero)'],
  ];
  for (const [written, simple] of expressions) {
    it(`${written} is ${simple}`, () => {
      const { expression } = parseMetricQuery(written);
      assert.equal(printExpression(simplify(expression)), simple);
    });
  }

  it('also of a composite monitor', () => {
    const { query } = parseQuery('composite', '((1) || (!2 && (3 || 4)))');
    assert.equal(
      query.kind === 'composite' && printExpression(simplify(query.expression)),
      '1 || !2 && (3 || 4)',
    );
  });

  it('of a long sum without recursion', () => {
    const sum = Array.from({ length: 50_000 }, () => 'a').join(' + ');
    assert.equal(printExpression(simplify(parseMetricQuery(sum).expression)), sum);
  });
});
