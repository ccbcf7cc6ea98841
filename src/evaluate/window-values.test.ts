import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { points, regular, simple, timeAt, valueAt } from '../../test/evaluation/evaluation-series.ts';
import { readMonitor } from './read-monitor.ts';
import { resetsBetween } from './wall-clock.ts';

/** Five points at 12:00 to 12:04. Their window of 5 minutes is evaluated at 12:05. */
const five = (...values: (number | undefined)[]) => regular('12:00', values);
const q = (name: string, rest = '') => `avg:${name}{*}${rest}`;

describe('a window', () => {
  it('has an average of its steps: points 1 and 5 in one step and 9 in the next are 3 and 9, so 6', () => {
    const a = points(['12:03:10', 1], ['12:03:50', 5], ['12:04:00', 9]);
    assert.equal(valueAt(`avg(last_5m):${q('a')} > 1`, '12:05', simple(a)), 6);
  });

  it('contains the steps that start in it: the start is included, the end is not', () => {
    const a = regular('11:59', [1, 10, 100, 1000, 10_000, 100_000, 1_000_000]);
    assert.equal(valueAt(`sum(last_5m):${q('a')} > 1`, '12:05', simple(a)), 1_111_10 * 10 - 1_000_000 + 10);
  });

  it('ends evaluation_delay earlier: at 7:00 with 900 s it is 6:40 to 6:45', () => {
    const a = regular('06:39', [1, 10, 10, 10, 10, 10, 1000]);
    assert.equal(valueAt(`sum(last_5m):${q('a')} > 1`, '07:00', simple(a), { evaluation_delay: 900 }), 50);
  });

  it('adds plain doubles, oldest first', () => {
    assert.equal(valueAt(`sum(last_5m):${q('a')} > 0.3`, '12:05', simple(five(0.1, 0.2))), 0.1 + 0.2);
  });

  it('leaves out values that are not finite', () => {
    const a = five(1, Number.POSITIVE_INFINITY, Number.NaN, 3);
    assert.equal(valueAt(`avg(last_5m):${q('a')} > 1`, '12:05', simple(a)), 2);
  });

  for (const [aggregation, expected] of [
    ['avg', 19],
    ['max', 45],
    ['min', 8],
    ['sum', 190],
  ] as const)
    it(`has the ${aggregation} ${expected} of guide/monitor_aggregators, which counts wrongly`, () => {
      const values = [8, 12, 45, 21, 11, 17, 20, 18, 18, 20, 50];
      assert.equal(
        valueAt(`${aggregation}(last_10m):${q('a')} > 1`, '03:10', simple(regular('03:00', values))),
        expected,
      );
    });

  it('has the average 11.2 of 10, 15, 12, 8 and 11', () => {
    assert.equal(valueAt(`avg(last_5m):${q('a')} > 1`, '12:05', simple(five(10, 15, 12, 8, 11))), 11.2);
  });
});

describe('arithmetic', () => {
  const errors = five(1, 2, 3, 4, 5);
  const classic = `sum(last_5m):${q('a')} / ${q('b')} > 1`;
  const counts = 'sum(last_5m):sum:a{*}.as_count() / sum:b{*}.as_count() > 1';

  it('is done at each step without as_count, and after the aggregation with it', () => {
    const total = five(10, 10, 10, 10, 10);
    assert.equal(valueAt(classic, '12:05', simple(errors, total)), 1.5);
    assert.equal(valueAt(counts, '12:05', simple(errors, total)), 0.3);
  });

  it('gives 3 and 0.6 if the total is 5', () => {
    const total = five(5, 5, 5, 5, 5);
    assert.equal(valueAt(classic, '12:05', simple(errors, total)), 3);
    assert.equal(valueAt(counts, '12:05', simple(errors, total)), 0.6);
  });

  it('adds a constant once with as_count, and at each step without it', () => {
    const a = simple(five(1, 1, 1, 1, 1));
    assert.equal(valueAt('sum(last_5m):sum:a{*}.as_count() + 1 > 1', '12:05', a), 6);
    assert.equal(valueAt('sum(last_5m):sum:a{*} + 1 > 1', '12:05', a), 10);
  });

  it('drops a step with a missing value or a division by 0', () => {
    const series = simple(five(10, 10, 10), five(0, 1, undefined));
    assert.equal(valueAt(classic, '12:05', series), 10);
    assert.equal(valueAt(`sum(last_5m):${q('a')} + ${q('b')} > 1`, '12:05', series), 21);
  });

  it('is skipped if all steps are dropped', () => {
    assert.equal(valueAt(classic, '12:05', simple(five(1, 1), five(0, 0))), 'no_finite_value');
  });

  it('aligns as_rate as 0', () => {
    const rates = 'sum(last_5m):sum:a{*}.as_rate() + sum:b{*}.as_rate() > 1';
    assert.equal(valueAt(rates, '12:05', simple(five(10, 10, 10), five(0, 1, undefined))), 31);
  });

  it('has no value at a step where no query has one, although as_rate aligns as 0', () => {
    const rates = 'min(last_5m):sum:a{*}.as_rate() + sum:b{*}.as_rate() > 1';
    assert.equal(valueAt(rates, '12:05', simple(five(10), five(7))), 17);
  });

  it('treats counts that are missing as 0', () => {
    const none = five();
    assert.equal(valueAt(counts, '12:05', simple(none, five(10, 10, 10))), 0);
    assert.equal(valueAt(counts, '12:05', simple(five(1, 1, 1), none)), 'no_finite_value');
    assert.equal(valueAt(counts, '12:05', simple(none, none)), 'empty');
    const mixed = `sum(last_5m):sum:a{*}.as_count() / ${q('b')} > 1`;
    assert.equal(valueAt(mixed, '12:05', simple(errors, none)), 'empty');
  });

  it('refuses as_count in arithmetic with another aggregation than sum', () => {
    const read = readMonitor({ type: 'query alert', query: 'avg(last_5m):sum:a{*}.as_count() * 2 > 1' });
    assert.equal(read.kind === 'refused' && read.code, 'as_count_aggregation');
  });
});

describe('fill', () => {
  const a = points(['12:00', 1], ['12:10', 0], ['12:20', 1], ['12:30', 1]);
  const b = points(['11:55', 1], ['12:05', 1], ['12:15', 1], ['12:25', 1]);
  const ratio = (window: string, fill: string) =>
    `sum(${window}):${q('a', `.rollup(avg,300)${fill}`)} / ${q('b', `.rollup(avg,300)${fill}`)} > 1`;

  it('is required for two gauges whose points are at different steps', () => {
    assert.equal(valueAt(ratio('last_30m', ''), '12:35', simple(a, b)), 'no_finite_value');
  });

  it('repeats the last value up to its limit', () => {
    const fill = '.fill(last,900)';
    assert.equal(valueAt(ratio('last_35m', fill), '12:35', simple(a, b)), 5);
    assert.equal(valueAt(ratio('last_30m', fill), '12:30', simple(a, b)), 4);
    assert.equal(valueAt(ratio('last_30m', fill), '12:35', simple(a, b)), 4);
  });

  /** The values at 12:00, 12:01, ... with the given fill, each as the sum of a window of one minute. */
  const filled = (fill: string, values: ReturnType<typeof points>, now: string) =>
    Array.from({ length: 11 }, (_, at) => {
      const time = `12:${String(at).padStart(2, '0')}`;
      const end = `12:${String(at + 1).padStart(2, '0')}`;
      const delayS = timeAt(now) - timeAt(end);
      const result = valueAt(`sum(last_1m):${q('a')}.fill(${fill}) > 1`, now, simple(values), {
        evaluation_delay: delayS,
      });
      return typeof result === 'number' ? result : `${time} ${result}`;
    });
  const gap = ['12:06 empty', '12:07 empty', '12:08 empty', '12:09 empty'];

  for (const [fill, expected] of [
    ['linear,300', [10, 13, 16, 19, 22, 25, ...gap, 40]],
    ['last,300', [10, 10, 10, 10, 10, 10, ...gap, 40]],
    ['zero,300', [10, 0, 0, 0, 0, 0, ...gap, 40]],
    ['linear', [10, 13, 16, 19, 22, 25, ...gap, 40]],
  ] as const)
    it(`with "${fill}" gives ${expected.slice(0, 6).join(', ')} after a sample of 10`, () => {
      assert.deepEqual(filled(fill, points(['12:00', 10], ['12:10', 40]), '12:11'), expected);
    });

  it('with "linear" repeats the last value until the next one is known', () => {
    const later = points(['17:45', 1], ['17:58', 5]);
    const sum = (clock: string) => valueAt(`sum(last_30m):${q('a')}.fill(linear) > 1`, clock, simple(later));
    assert.equal(sum('17:58'), 6);
    // 1 at 17:45, then 5 steps on the line from 1 to 5 in 13 minutes, and 5.
    const line = [1, 2, 3, 4, 5].reduce((total, at) => total + (1 + (4 * at) / 13), 1);
    assert.equal(sum('17:59'), line + 5);
  });

  it('with default_zero is linear for 5 minutes on a gauge and then 0', () => {
    const once = points(['17:45', 1]);
    assert.equal(valueAt(`avg(last_30m):default_zero(${q('a')}) > 1`, '18:00', simple(once)), 0.2);
    assert.equal(valueAt(`avg(last_5m):default_zero(${q('a')}) > 1`, '18:00', simple(once)), 0);
    assert.equal(
      valueAt('avg(last_30m):default_zero(sum:a{*}.as_count()) > 1', '18:00', simple(once)),
      1 / 30,
    );
  });

  it('with default_zero is not linear where the query has its own fill', () => {
    const query = `avg(last_30m):default_zero(${q('a')}.fill(last,120)) > 1`;
    assert.equal(valueAt(query, '18:00', simple(points(['17:45', 1]))), 0.1);
  });

  it('is not done without being asked for', () => {
    assert.equal(valueAt(`avg(last_30m):${q('a')} > 1`, '18:00', simple(points(['17:45', 1]))), 1);
  });
});

describe('a rollup', () => {
  it('has an incomplete last bucket at the end of the window', () => {
    // Every 30 s from 11:00:00: 1, -, 2, 1, -
    const a = points(['11:00:00', 1], ['11:01:00', 2], ['11:01:30', 1], ['11:02:30', 1]);
    const at = (from: string) =>
      valueAt(`sum(last_1m):${q('a')}.rollup(sum,60) > 0`, '11:03:00', simple(a), {
        evaluation_delay: timeAt('11:03:00') - timeAt(from) - 60,
      });
    assert.deepEqual([at('11:00:00'), at('11:01:00'), at('11:02:00')], [1, 3, 1]);
    const delayed = { evaluation_delay: 30 };
    // The window ends at 11:02:30, and contains the bucket that starts at 11:02:00.
    assert.equal(valueAt(`sum(last_1m):${q('a')}.rollup(sum,60) > 0`, '11:03:00', simple(a), delayed), 1);
  });

  it('of 1 hour in a window of 5 minutes counts what the bucket has so far, and is empty after it', () => {
    const a = regular(
      '11:00',
      Array.from({ length: 200 }, () => 1),
    );
    const at = (clock: string) => valueAt(`sum(last_5m):${q('a')}.rollup(sum,3600) > 1`, clock, simple(a));
    assert.deepEqual(['12:01', '12:05', '12:06', '12:30', '13:00'].map(at), [
      1,
      5,
      'empty',
      'empty',
      'empty',
    ]);
  });

  it('of 1 hour in a window of 4 hours is complete only with a delay of 1 hour', () => {
    const a = regular(
      '05:00',
      Array.from({ length: 10 * 60 }, () => 1),
    );
    const at = (clock: string, delay = 0) =>
      valueAt(`sum(last_4h):${q('a')}.rollup(sum,3600) > 1`, clock, simple(a), { evaluation_delay: delay });
    assert.deepEqual([at('12:00'), at('12:01'), at('12:30')], [240, 181, 210]);
    assert.deepEqual([at('12:00', 3600), at('12:01', 3600), at('12:30', 3600)], [240, 240, 240]);
  });

  it('alerts by the second of the minute at which Datadog evaluates', () => {
    const values = Array.from({ length: 200 }, (_, at) => (at === 89 || at === 146 ? 100 : 0));
    // Every 10 s from 17:00:00, with 100 at 17:14:50 and 17:24:20.
    const a = regular('17:00:00', values, 10);
    const at = (clock: string) =>
      valueAt(`max(last_10m):${q('a')}.rollup(sum,60) < 1`, clock, simple(a), {
        thresholds: { critical: 1 },
      });
    assert.deepEqual(['17:23:02', '17:24:02', '17:25:02'].map(at), [100, 0, 100]);
    assert.deepEqual(['17:23', '17:24', '17:25', '17:26'].map(at), [100, 100, 100, 100]);
  });
});

describe('a change', () => {
  const now = [5, 2, 2, 8, 5];
  const before = [0, 1, 2, 4, 5];
  /** The earlier values at 11:30 to 11:34, the later ones at 12:00 to 12:04. */
  const changing = (earlier: (number | undefined)[], later: (number | undefined)[]) => {
    const [old, recent] = [regular('11:30', earlier), regular('12:00', later)];
    return simple({
      times: Float64Array.from([...old.times, ...recent.times]),
      values: Float64Array.from([...old.values, ...recent.values]),
    });
  };
  const at = (query: string, series: ReturnType<typeof simple>) => valueAt(`${query} > 1`, '12:05', series);

  it('in percent drops steps with 0 before: the average is 50, the sum 200', () => {
    assert.equal(at(`pct_change(avg(last_5m),last_30m):${q('a')}`, changing(before, now)), 50);
    assert.equal(at(`pct_change(sum(last_5m),last_30m):${q('a')}`, changing(before, now)), 200);
    assert.equal(at(`pct_change(sum(last_5m),30m_ago):${q('a')}`, changing(before, now)), 200);
  });

  it('aggregates each window first with as_count', () => {
    const query = 'pct_change(sum(last_5m),last_30m):sum:a{*}.as_count()';
    assert.equal(at(query, changing(before, now)), ((22 - 12) / 12) * 100);
    assert.equal(at('change(sum(last_5m),last_30m):sum:a{*}.as_count()', changing([], now)), 22);
    assert.equal(at('change(sum(last_5m),last_30m):sum:a{*}.as_count()', changing([], [])), 'empty');
  });

  it('has the average 18 as a difference, and 180 in percent', () => {
    const series = changing([10, 10, 10, 10, 10], [20, 20, 30, 30, 40]);
    assert.equal(at(`change(avg(last_5m),last_30m):${q('a')}`, series), 18);
    assert.equal(at(`pct_change(avg(last_5m),last_30m):${q('a')}`, series), 180);
  });

  it('in percent divides by the earlier value with its sign', () => {
    assert.equal(at(`pct_change(avg(last_5m),last_30m):${q('a')}`, changing([-2], [-4])), 100);
  });

  it('is empty if either window is, and skipped if no step has both values', () => {
    assert.equal(at(`change(avg(last_5m),last_30m):${q('a')}`, changing([], now)), 'empty');
    assert.equal(at(`change(avg(last_5m),last_30m):${q('a')}`, changing(now, [])), 'empty');
    assert.equal(
      at(`change(avg(last_5m),last_30m):${q('a')}`, changing([1], [undefined, 1])),
      'no_finite_value',
    );
  });
});

describe('a full window', () => {
  const full = { require_full_window: true };
  /** A window of 2 hours at 14:00 with points in the given buckets of 10 minutes. */
  const buckets = (...present: number[]) =>
    regular(
      '12:00',
      Array.from({ length: 12 }, (_, at) => (present.includes(at) ? 1 : undefined)),
      600,
    );
  const all = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
  const without = (...missing: number[]) => buckets(...all.filter((at) => !missing.includes(at)));
  const twoHours = (a: ReturnType<typeof points>) =>
    valueAt(`max(last_2h):${q('a')} > 1`, '14:00', simple(a), full);

  it('is one with points in every bucket', () => assert.equal(twoHours(without()), 1));
  it('is not one if the first bucket is empty', () => assert.equal(twoHours(without(0)), 'window_not_full'));
  it('is one if three other buckets are empty', () => assert.equal(twoHours(without(2, 3, 4)), 1));
  it('is not one if five buckets are empty', () =>
    assert.equal(twoHours(without(1, 2, 3, 8, 9)), 'window_not_full'));

  const fiveMinutes = (a: ReturnType<typeof points>) =>
    valueAt(`max(last_5m):${q('a')} > 1`, '12:05', simple(a), full);
  it('of 5 minutes has buckets of 1 minute: the first and the fourth are enough', () =>
    assert.equal(fiveMinutes(five(1, undefined, undefined, 1)), 1));
  it('of 5 minutes is not one with the first bucket alone', () =>
    assert.equal(fiveMinutes(five(1)), 'window_not_full'));

  it('of 1 hour has buckets of 10 minutes, and the same in minutes has buckets of 1 minute', () => {
    const a = buckets(0, 1, 2);
    assert.equal(valueAt(`max(last_1h):${q('a')} > 1`, '13:00', simple(a), full), 1);
    assert.equal(valueAt(`max(last_60m):${q('a')} > 1`, '13:00', simple(a), full), 'window_not_full');
  });

  it('is not required by default: a single point is enough', () =>
    assert.equal(valueAt(`max(last_2h):${q('a')} > 1`, '14:00', simple(buckets(7))), 1));

  it('does not count filled steps', () => {
    const query = `max(last_5m):${q('a')}.fill(last) > 1`;
    assert.equal(valueAt(query, '12:05', simple(five(1)), full), 'window_not_full');
  });
});

describe('a cumulative window', () => {
  const a = regular(
    '06:00',
    Array.from({ length: 180 }, () => 1),
  );
  const starts = (window: { [name: string]: string | number }) => ({
    scheduling_options: { evaluation_window: window },
  });

  it('starts at the latest reset strictly before its end', () => {
    const at = (clock: string) =>
      valueAt(`sum(current_1h):${q('a')} > 1`, clock, simple(a), starts({ hour_starts: 30 }));
    assert.deepEqual([at('07:30'), at('07:31'), at('08:29')], [60, 1, 59]);
  });

  it('of a day starts at a local time', () => {
    const query = `sum(current_1d):${q('a')}.rollup(sum,60) > 1`;
    const at = (clock: string, window = {}) => valueAt(query, clock, simple(a), starts(window));
    assert.equal(at('08:00'), 120);
    assert.equal(at('08:00', { day_starts: '08:30', timezone: 'Europe/Berlin' }), 30);
  });

  it('of a month has steps that are short after a reset', () => {
    const at = (clock: string) => valueAt(`sum(current_1mo):${q('a')} > 1`, clock, simple(a));
    assert.deepEqual([at('08:00'), at('08:10')], [12, 13]);
  });

  const berlin = (hour: number, minute: number, day: string) => {
    const noon = Date.parse(`${day}T12:00:00Z`) / 1000;
    const rule = { period: 'day', day: 1, hour, minute, timeZone: 'Europe/Berlin' } as const;
    return resetsBetween(rule, noon, noon + 86_400);
  };
  it('of a day in Berlin has 23 hours in March and 25 in October', () => {
    const [march = 0, afterMarch = 0] = berlin(0, 0, '2026-03-29');
    const [october = 0, afterOctober = 0] = berlin(0, 0, '2026-10-25');
    assert.deepEqual([afterMarch - march, afterOctober - october], [23 * 3600, 25 * 3600]);
  });

  it('starts at the end of the gap if its start does not exist, and at the first if it occurs twice', () => {
    const [gap = 0] = berlin(2, 30, '2026-03-29');
    const [twice = 0] = berlin(2, 30, '2026-10-25');
    assert.equal(new Date(gap * 1000).toISOString(), '2026-03-29T01:00:00.000Z');
    assert.equal(new Date(twice * 1000).toISOString(), '2026-10-25T00:30:00.000Z');
  });

  it('of a month starts on a day of the month', () => {
    const rule = { period: 'month', day: 31, hour: 6, minute: 0, timeZone: 'UTC' } as const;
    const [first = 0, second = 0] = resetsBetween(
      rule,
      Date.UTC(2026, 1, 10) / 1000,
      Date.UTC(2026, 2, 10) / 1000,
    );
    assert.deepEqual(
      [first, second].map((time) => new Date(time * 1000).toISOString().slice(0, 13)),
      ['2026-01-31T06', '2026-02-28T06'],
    );
  });
});
