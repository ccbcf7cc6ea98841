import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluate } from '../evaluate/evaluate.ts';
import { ALERT } from '../evaluate/states.ts';
import { readMonitor } from '../evaluate/read-monitor.ts';
import { windowsOf } from '../evaluate/window-values.ts';
import { downtimesOf, monitorOf, randomCase, seriesOf } from '../../test/evaluation/random-case.ts';
import { conditionOf, regular, timeAt } from '../../test/evaluation/evaluation-series.ts';
import { seededRandom } from '../../test/seeded-random.ts';
import { messagesOf } from './figures.ts';
import { moveThresholds, sweeping } from './sweep.ts';
import { runAtOnce } from '../domain/steps.ts';

const SPAN = { from: timeAt('12:00'), to: timeAt('12:00') + 7 * 86_400 };

function sweep(values: readonly number[], critical: number, comparator = '>') {
  const condition = conditionOf(`max(last_1m):max:a{*} ${comparator} ${critical}`, {}, { message: '@a' });
  const series = [new Map([['*', regular('12:00', values)]])];
  return runAtOnce(sweeping(condition, windowsOf(condition, series, SPAN), SPAN));
}

test('tries 10 thresholds on each side, closer ones around the current threshold', () => {
  const rows = sweep(
    Array.from({ length: 1000 }, (_, at) => (at * 7) % 1000),
    900,
  );
  assert.equal(rows.length, 21);
  assert.equal(rows[10]?.is_current, true);
  assert.deepEqual(
    rows.map(({ threshold }) => threshold),
    [0, 400, 622, 746, 814, 853, 874, 885, 892, 895, 900, 901, 902, 903, 905, 908, 913, 922, 936, 960, 999],
  );
});

test('counts the notifications of each threshold', () => {
  const rows = sweep([0, 5, 0, 8, 0, 5, 0, 0], 4);
  assert.deepEqual(
    rows.map(({ threshold, notifications, per_week, is_current }) => [
      threshold,
      notifications,
      per_week,
      is_current,
    ]),
    [
      [0, 6, 6, false],
      [4, 6, 6, true],
      [5, 2, 2, false],
      [8, 0, 0, false],
    ],
  );
});

test('tries nothing beyond the values', () => {
  assert.deepEqual(
    sweep([1, 2, 3], 10).map(({ threshold }) => threshold),
    [1, 2, 3, 10],
  );
  assert.deepEqual(
    sweep([], 10).map(({ threshold }) => threshold),
    [10],
  );
});

test('rounds to three digits, on the side of the value', () => {
  assert.deepEqual(
    sweep([0.123_456, 1.000_01, 98_765.4], 1).map(({ threshold }) => threshold),
    [0.123, 1, 98_800],
  );
});

test('moves the other thresholds by the same distance', () => {
  const thresholds = { critical: 80, warning: 60, criticalRecovery: 70, warningRecovery: 50 };
  assert.deepEqual(moveThresholds(thresholds, 90), {
    critical: 90,
    warning: 70,
    criticalRecovery: 80,
    warningRecovery: 60,
  });
  assert.equal(moveThresholds({ critical: 0.3, warning: 0.1 }, 0.3).warning, 0.1);
  // A distance that is lost in rounding would make a recovery threshold equal to its threshold.
  assert.deepEqual(moveThresholds({ critical: 1, criticalRecovery: 0.9 }, 1e20), { critical: 1e20 });
});

test('for any monitor, the current row equals the evaluation, and a threshold further away alerts less', () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const given = randomCase(seededRandom(seed));
    const condition = readMonitor(monitorOf(given));
    assert.ok(condition.kind === 'condition');
    const windows = windowsOf(condition, seriesOf(given), given);
    const options = { downtimes: downtimesOf(given) };
    const rows = runAtOnce(sweeping(condition, windows, given, options));
    const { transitions, notifications } = evaluate(condition, windows, options);
    const current = rows.filter(({ is_current }) => is_current);
    assert.deepEqual(
      current.map((row) => [row.transitions, row.notifications]),
      [[transitions.length, messagesOf(notifications)]],
    );
    assert.ok(rows.length <= 21);
    assert.ok(rows.every(({ threshold }, at) => at === 0 || threshold > (rows[at - 1]?.threshold ?? 0)));
    const inAlert = rows.map(({ threshold }) => {
      const thresholds = moveThresholds(condition.states.thresholds, threshold);
      return evaluate(condition, windows, { ...options, thresholds })
        .groups.values()
        .map(({ states }) => states.filter((state) => state === ALERT).length)
        .reduce((sum, count) => sum + count, 0);
    });
    const fewer = given.comparator.startsWith('>') ? inAlert : inAlert.toReversed();
    assert.deepEqual(
      fewer,
      fewer.toSorted((a, b) => b - a),
      `seed ${seed}`,
    );
  }
});
