import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { regular, run, simple, transitionsIn } from '../../test/evaluation/evaluation-series.ts';
import { RangeAggregates } from './range-aggregates.ts';
import { Total } from './samples.ts';

const AGGREGATIONS = ['avg', 'sum', 'min', 'max'] as const;

describe('an aggregate of a long range', () => {
  it('is that of its values in order', () => {
    const value = fc.oneof(fc.integer({ min: -50, max: 50 }), fc.constant(Number.NaN));
    const lengths = fc.record({
      length: fc.integer({ min: 1, max: 120 }),
      values: fc.array(value, { minLength: 200, maxLength: 300 }),
    });
    fc.assert(
      fc.property(lengths, ({ length, values }) => {
        const aggregates = new RangeAggregates(Float64Array.from(values));
        // Forward, and once more from the start.
        for (const start of [0, 0])
          for (let from = start; from + length <= values.length; from += 7)
            for (const aggregation of AGGREGATIONS) {
              const total = new Total();
              total.addAll(Float64Array.from(values), from, from + length);
              const expected = total.result(aggregation);
              assert.equal(aggregates.aggregate(aggregation, from, from + length, false), expected);
              assert.equal(aggregates.aggregate(aggregation, from, from + length, true), expected);
            }
      }),
      { numRuns: 30 },
    );
  });

  it('of fractions is off by at most its error if it may be rounded', () => {
    const values = Float64Array.from({ length: 500 }, (_, at) => (at % 17) / 10);
    const aggregates = new RangeAggregates(values);
    for (let from = 0; from < 300; from += 1) {
      const total = new Total();
      total.addAll(values, from, from + 150);
      const rounded = aggregates.aggregate('sum', from, from + 150, true);
      assert.ok(Math.abs(rounded - total.result('sum')) <= aggregates.error);
      assert.equal(aggregates.aggregate('sum', from, from + 150, false), total.result('sum'));
    }
    assert.ok(aggregates.error > 0 && aggregates.error < 1e-6);
  });

  it('compares with a threshold like the sum of its values in order', () => {
    // 0.1 a hundred times, after larger values that make differences of sums inexact.
    const values = Array.from({ length: 300 }, (_, at) => (at < 100 ? 1234.567 : 0.1));
    const sum = Array.from({ length: 100 }, () => 0.1).reduce((total, value) => total + value, 0);
    const at = (comparator: string) =>
      transitionsIn(
        run(`sum(last_100m):avg:a{*}.rollup(avg,60) ${comparator} ${sum}`, simple(regular('10:00', values)), {
          from: '13:25',
          to: '14:00',
        }),
      );
    assert.deepEqual(at('>'), []);
    assert.deepEqual(at('>='), ['13:25 alert']);
  });
});
