import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  BURN_RATE_CLASSES,
  type BurnRateClass,
  burnRateClass,
  burnRateOf,
  isBeyondMaximum,
  maximumBurnRate,
  shortWindow,
} from './burn-rates.ts';
import { secondsOf } from './durations.ts';

/** The table of Datadog's docs: time window, class, rate, windows, and the part of the budget that is then spent, in percent. */
const TABLE: readonly (readonly [string, BurnRateClass, number, string, string, number])[] = [
  ['7d', 'fast', 16.8, '1h', '5m', 10],
  ['7d', 'slow', 5.6, '6h', '30m', 20],
  ['7d', 'ticket', 2.8, '24h', '120m', 40],
  ['30d', 'fast', 14.4, '1h', '5m', 2],
  ['30d', 'slow', 6, '6h', '30m', 5],
  ['30d', 'ticket', 3, '24h', '120m', 10],
  ['90d', 'fast', 21.6, '1h', '5m', 1],
  ['90d', 'slow', 10.8, '6h', '30m', 3],
  ['90d', 'ticket', 4.5, '24h', '120m', 5],
];

const hours = (window: string) => (secondsOf(window) ?? 0) / 3600;

describe('burn rates', () => {
  for (const [over, name, above, long, short, percent] of TABLE) {
    it(`of the class ${name} for ${over} are ${above} over ${long} and ${short}`, () => {
      assert.deepEqual(burnRateOf(name, over, undefined), { above, long, short });
      assert.equal(burnRateClass({ above, long, short }, over), name);
      assert.equal(Math.round((above * hours(long) * 100 * 1000) / hours(over)) / 1000, percent);
      assert.equal(secondsOf(shortWindow(long)), secondsOf(short));
    });
  }

  it('have the maximum 100 / (100 - target)', () => {
    assert.equal(maximumBurnRate(96), 25);
    assert.equal(maximumBurnRate(99.9), 1000);
    assert.equal(maximumBurnRate(85), 6.66);
    assert.equal(isBeyondMaximum(25, 96), false);
    assert.equal(isBeyondMaximum(JSON.rawJSON('25.00000000000000000001'), 96), true);
  });

  it('beyond the maximum become 0.8 of it over a longer window', () => {
    assert.deepEqual(burnRateOf('fast', '30d', 90), { above: 8, long: '2h', short: '10m' });
    assert.deepEqual(burnRateOf('fast', '30d', 80), { above: 4, long: '4h', short: '20m' });
    assert.deepEqual(burnRateOf('fast', '30d', 85), { above: 5.33, long: '3h', short: '15m' });
    assert.deepEqual(burnRateOf('slow', '30d', 90), burnRateOf('slow', '30d', undefined));
  });

  it('are accepted for every target, and spend at least the same part of the budget', () => {
    const targets = fc.integer({ min: 1, max: 99_999 }).map((thousandths) => thousandths / 1000);
    fc.assert(
      fc.property(
        fc.constantFrom('7d', '30d', '90d'),
        fc.constantFrom(...BURN_RATE_CLASSES),
        targets,
        (over, name, target) => {
          const [plain, bounded] = [burnRateOf(name, over, undefined), burnRateOf(name, over, target)];
          assert.equal(isBeyondMaximum(bounded.above, target), false);
          const [before, after] = [plain, bounded].map(({ above, long }) => Number(above) * hours(long));
          // The rate is rounded down to two decimals.
          assert.ok((after ?? 0) >= 0.985 * (before ?? 0), `${before} ${after}`);
        },
      ),
    );
  });
});
