import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluate } from '../evaluate/evaluate.ts';
import { windowsOf } from '../evaluate/window-values.ts';
import { conditionOf, regular, timeAt } from '../../test/evaluation/evaluation-series.ts';
import { drawingOf } from './drawing.ts';

const DAYS = 7;
const span = { from: timeAt('12:00'), to: timeAt('12:00') + DAYS * 86_400 };

/** Draws `max(last_1m) > 80, warning 60` for 7 days. The value of each group follows from the minute. */
function draw(groups: Record<string, (minute: number) => number | undefined>, message = '@a') {
  const thresholds = { critical: 80, warning: 60, critical_recovery: 70 };
  const read = conditionOf(
    'max(last_1m):max:a{*} by {host} > 80',
    { thresholds, new_group_delay: 0 },
    { message },
  );
  const minutes = Array.from({ length: DAYS * 1440 }, (_, at) => at);
  const series = new Map(
    Object.entries(groups).map(([group, of]) => [group, regular('11:59', minutes.map(of))]),
  );
  return drawingOf(read, evaluate(read, windowsOf(read, [series], span)), { span });
}

test('keeps the lowest and the highest value of each part', () => {
  const { series, thresholds, comparator } = draw({
    'host:a': (minute) => (minute === 5000 ? 99 : minute === 5001 ? -3 : 10),
  });
  const [drawn] = series;
  assert.ok(drawn && drawn.times.length <= 300);
  const peak = drawn.highs.indexOf(99);
  assert.equal(drawn.lows[peak], -3);
  assert.ok(Math.abs((drawn.times[peak] ?? 0) - (span.from + 5000 * 60)) <= 17 * 60);
  assert.equal(comparator, '>');
  assert.deepEqual(thresholds, [
    { kind: 'critical', value: 80 },
    { kind: 'warning', value: 60 },
    { kind: 'critical_recovery', value: 70 },
  ]);
});

test('draws the groups with the most time in Alert', () => {
  const { series, hiddenGroups } = draw(
    Object.fromEntries(
      Array.from({ length: 8 }, (_, at) => [`host:${at}`, (minute: number) => (minute < at * 10 ? 90 : 0)]),
    ),
  );
  assert.deepEqual(
    series.map(({ group }) => group),
    ['host:7', 'host:6', 'host:5', 'host:4', 'host:3'],
  );
  assert.equal(hiddenGroups, 3);
});

test('draws exact times of states, and the notifications of each part', () => {
  const { spans, notifications } = draw({
    'host:a': (minute) => (minute >= 100 && minute < 130 ? 90 : minute >= 130 && minute < 140 ? 65 : 0),
  });
  assert.deepEqual(spans, [
    { state: 'alert', from: span.from + 6000, to: span.from + 7800 },
    { state: 'warn', from: span.from + 7800, to: span.from + 8400 },
  ]);
  assert.deepEqual(
    notifications.map(({ to, count }) => [to, count]),
    [
      ['alert', 1],
      ['warn', 1],
      ['ok', 1],
    ],
  );
});

test('draws no notification that reaches nobody', () => {
  const { spans, notifications } = draw({ 'host:a': (minute) => (minute === 100 ? 90 : 0) }, 'nobody');
  assert.equal(spans.length, 1);
  assert.deepEqual(notifications, []);
});

test('is bounded, however often the state changes', () => {
  const { spans, notifications } = draw({
    'host:a': (minute) => [90, 65, 90, 0][minute % 4],
    'host:b': (minute) => (minute > 8000 ? undefined : [0, 65][minute % 2]),
  });
  assert.ok(spans.length <= 300 && notifications.length <= 300);
  assert.ok(spans.every(({ from, to }) => from < to && span.from <= from && to <= span.to));
  assert.equal(spans.filter(({ state }) => state === 'alert').length > 0, true);
});

test('has parts at least as long as the time between evaluations', () => {
  const read = conditionOf('avg(last_2d):avg:a{*} > 5', { thresholds: { critical: 5 } }, {});
  const dayLong = { from: timeAt('12:00'), to: timeAt('12:00') + 86_400 };
  const series = new Map([
    [
      '*',
      regular(
        '11:59',
        Array.from({ length: 1440 }, () => 1),
      ),
    ],
  ]);
  const evaluation = evaluate(read, windowsOf(read, [series], dayLong));
  const { series: drawn } = drawingOf(read, evaluation, { span: dayLong });
  assert.equal(drawn[0]?.highs.length, 48);
  assert.ok(drawn[0].highs.every((value) => value === 1));
});

test('has the times without fetched series', () => {
  const read = conditionOf('avg(last_5m):avg:a{*} > 5', { thresholds: { critical: 5 } }, {});
  const evaluation = evaluate(read, windowsOf(read, [new Map()], span));
  const times = { from: '2026-11-01T00:00:00Z', to: '2026-11-01T00:01:00Z' };
  const { missing } = drawingOf(read, evaluation, { span, incomplete: [{ ...times, reason: 'deadline' }] });
  const from = Date.UTC(2026, 10, 1) / 1000;
  assert.deepEqual(missing, [{ from, to: from + 60 }]);
});
