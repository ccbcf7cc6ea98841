import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { points, regular, simple } from '../../test/evaluation/evaluation-series.ts';
import { clockIn, explainAt } from '../../test/evaluation/explained.ts';

describe('the queries of an explanation', () => {
  it('list the steps of the window, and what is missing', () => {
    const series = simple(regular('12:00', [1, 2, undefined, undefined, 5, 6]));
    const { queries } = explainAt('avg(last_5m):avg:a{*} > 1', '12:05', series);
    const [query] = queries;
    assert.equal(query?.text, 'avg:a{*}');
    assert.equal(query.points, 3);
    assert.equal(clockIn(query.last_point), '12:04');
    assert.deepEqual(
      query.steps.map(({ at, value }) => [clockIn(at), value]),
      [
        ['12:00', 1],
        ['12:01', 2],
        ['12:02', null],
        ['12:03', null],
        ['12:04', 5],
      ],
    );
    assert.deepEqual(
      query.missing.map(({ from, to }) => [clockIn(from), clockIn(to)]),
      [['12:02', '12:04']],
    );
  });

  it('count the points of each step, not those after the evaluation', () => {
    const times = ['12:00:10', '12:00:40', '12:01:30', '12:02:10', '12:03:10'];
    const series = simple(points(...times.map((time, at) => [time, at + 1] as const)));
    const { queries } = explainAt('sum(last_5m):avg:a{*}.rollup(sum,120) > 1', '12:03', series);
    assert.equal(queries[0]?.points, 4);
    assert.deepEqual(
      queries[0].steps.map(({ value }) => value),
      [null, 6, 4],
    );
  });

  it('list the latest steps of a long window', () => {
    const values = Array.from({ length: 240 }, (_, at) => at);
    const { queries } = explainAt(
      'avg(last_4h):avg:a{*}.rollup(avg,60) > 1',
      '16:00',
      simple(regular('12:00', values)),
    );
    assert.equal(queries[0]?.steps.length, 60);
    assert.equal(queries[0].other_steps, 180);
    assert.equal(queries[0].steps.at(-1)?.value, 239);
  });
});

describe('the calculation of an explanation', () => {
  it('lists the latest values of a long window', () => {
    const values = Array.from({ length: 30 }, (_, at) => at + 1);
    const { calculation } = explainAt(
      'max(last_30m):avg:a{*} > 99',
      '12:30',
      simple(regular('12:00', values)),
    );
    assert.deepEqual(calculation, ['max of ..., 21, 22, 23, 24, 25, 26, 27, 28, 29, 30 = 30']);
  });

  const errors = regular('12:00', [1, 2, 3, 4, 5]);
  const totals = regular('12:00', [10, 10, 10, 10, 10]);

  it('is by step, and then the aggregate', () => {
    const { calculation, value } = explainAt(
      'sum(last_5m):avg:e{*} / avg:t{*} > 9',
      '12:05',
      simple(errors, totals),
    );
    assert.deepEqual(calculation, [
      'At each step: a / b. 5 of 5 steps have a result.',
      'sum of 0.1, 0.2, 0.3, 0.4, 0.5 = 1.5',
    ]);
    assert.equal(value, 1.5);
  });

  it('is by query first with as_count', () => {
    const query = 'sum(last_5m):sum:e{*}.as_count() / sum:t{*}.as_count() * 100 > 9';
    assert.deepEqual(explainAt(query, '12:05', simple(errors, totals)).calculation, [
      'sum of a over 5 of 5 steps = 15',
      'sum of b over 5 of 5 steps = 50',
      'a / b = 15 / 50 = 0.3',
      '(a / b) * 100 = 0.3 * 100 = 30',
    ]);
  });

  it('says what counts as 0', () => {
    const query = 'sum(last_5m):sum:e{*}.as_count() / sum:t{*}.as_count() > 9';
    assert.deepEqual(explainAt(query, '12:05', simple(points(), totals)).calculation, [
      'sum of a over 0 of 5 steps = no value',
      'a counts as 0, because it has no value.',
      'sum of b over 5 of 5 steps = 50',
      'a / b = 0 / 50 = 0',
    ]);
  });

  it('compares with the earlier window of a change', () => {
    const values = Array.from({ length: 40 }, (_, at) => (at < 20 ? 2 : 5));
    const query = 'pct_change(sum(last_5m),last_30m):sum:e{*}.as_count() > 9';
    assert.deepEqual(explainAt(query, '12:40', simple(regular('12:00', values))).calculation, [
      'sum of a over 5 of 5 steps = 25',
      'In the window 30m earlier:',
      'sum of a = 10',
      '(25 - 10) / 10 * 100 = 150',
    ]);
    const classic = explainAt(
      'change(avg(last_5m),last_30m):avg:e{*} > 9',
      '12:40',
      simple(regular('12:00', values)),
    );
    assert.deepEqual(classic.calculation, [
      'At each step: a, minus the value 30m earlier. 5 of 5 steps have a result.',
      'avg of 3, 3, 3, 3, 3 = 3',
    ]);
  });

  it('names functions and interpolation', () => {
    const query = 'avg(last_5m):default_zero(clamp_max(avg:e{*}.fill(last,120), 3)) > 9';
    assert.deepEqual(explainAt(query, '12:05', simple(errors)).calculation, [
      'At each step: default_zero(clamp_max(a.fill(last, 120), 3)). 5 of 5 steps have a result.',
      'avg of 1, 2, 3, 3, 3 = 2.4',
    ]);
  });
});
