import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RawObject } from '../raw-json.ts';
import { evaluateMonitor } from './evaluate-monitor.ts';
import type { Evaluated, Span } from './group-walk.ts';
import type { Series } from '../metrics/series.ts';

const NOON = Date.UTC(2026, 10, 30, 12) / 1000;

/** Returns the time `HH:MM` of the day of the tests, in epoch seconds. */
function at(text: string): number {
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  return NOON + (hours - 12) * 3600 + minutes * 60;
}

function clock(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(11, 16);
}

/** Returns points from `start`, one each `every` seconds; undefined leaves one out. */
function points(start: string, every: number, values: readonly (number | undefined)[]): [number, number][] {
  return values.flatMap((v, i): [number, number][] => (v === undefined ? [] : [[at(start) + i * every, v]]));
}

function gauge(metric: string, list: Series['points'], tags: readonly string[] = []): Series {
  return { metric, tags, points: list };
}

function count(metric: string, list: Series['points'], tags: readonly string[] = []): Series {
  return { metric, tags, type: 'count', points: list };
}

function run(monitor: RawObject, series: readonly Series[], span: Span): Evaluated {
  const found = evaluateMonitor({ type: 'query alert', ...monitor }, series, span);
  if (typeof found === 'string') throw new Error(found);
  return found;
}

/** Returns the value of the query at one time; undefined if the evaluation has none. */
function value(query: string, series: readonly Series[], now: string, options: RawObject = {}) {
  const { transitions } = run({ query: `${query} > -1000000000`, options }, series, {
    from: at(now),
    to: at(now) + 1,
  });
  return transitions[0]?.value;
}

/** Returns the transitions of one alert: `12:01 Alert`. */
function states(monitor: RawObject, series: readonly Series[], from: string, to: string): string[] {
  const { transitions } = run(monitor, series, { from: at(from), to: at(to) });
  return transitions.map((one) => `${clock(one.at)} ${one.to}`);
}

function notices(monitor: RawObject, series: readonly Series[], span: Span): string[] {
  return run(monitor, series, span).notifications.map((one) => `${clock(one.at)} ${one.kind} ${one.to}`);
}

const each = (length: number, v: number): number[] => Array.from({ length }, () => v);

describe('values of windows', () => {
  it('divides each point of gauges, and the sums of counts', () => {
    const errors = points('12:00', 60, [1, 2, 3, 4, 5]);
    const total = points('12:00', 60, each(5, 10));
    const of = (make: typeof gauge) => [make('errors', errors), make('total', total)];
    assert.equal(value('sum(last_5m):sum:errors{*} / sum:total{*}', of(gauge), '12:05'), 1.5);
    const counted = 'sum(last_5m):sum:errors{*}.as_count() / sum:total{*}.as_count()';
    assert.equal(value(counted, of(count), '12:05'), 0.3);
    const plusOne = [count('a', points('12:00', 60, each(5, 1)))];
    assert.equal(value('sum(last_5m):sum:a{*}.as_count() + 1', plusOne, '12:05'), 6);
    assert.equal(value('sum(last_5m):sum:a{*} + 1', plusOne, '12:05'), 10);
  });

  it('drops points without a value and divisions by 0', () => {
    const a = gauge('a', points('12:00', 60, [10, 10, 10]));
    const b = gauge('b', points('12:00', 60, [0, 1]));
    assert.equal(value('sum(last_5m):avg:a{*} / avg:b{*}', [a, b], '12:05'), 10);
  });

  it('takes missing counts as 0', () => {
    const query = 'sum(last_5m):sum:errors{*}.as_count() / sum:total{*}.as_count()';
    assert.equal(value(query, [count('total', points('12:00', 60, [30]))], '12:05'), 0);
    const { results } = run({ query: `${query} > 1` }, [count('errors', points('12:00', 60, [3]))], {
      from: at('12:05'),
      to: at('12:06'),
    });
    assert.deepEqual([results.skipped, results.empty], [1, 0]);
  });

  it('averages the points of a step first', () => {
    const series = [gauge('a', [...points('12:00', 30, [1, 5]), ...points('12:01', 60, [9])])];
    assert.equal(value('avg(last_5m):avg:a{*}', series, '12:05'), 6);
  });

  it('fills gaps as the query says', () => {
    const a = gauge('a', points('11:50', 600, [10, 40]));
    const five = (fill: string) => value(`sum(last_10m):avg:a{*}.fill(${fill})`, [a], '12:01');
    assert.equal(five('linear'), 13 + 16 + 19 + 22 + 25 + 40);
    assert.equal(five('last'), 5 * 10 + 40);
    assert.equal(five('zero'), 40);
    const sparse = gauge('b', points('11:45', 60, [1]));
    assert.equal(value('avg(last_30m):default_zero(avg:b{*})', [sparse], '12:00'), 0.2);
  });

  it('counts the last incomplete step of a rollup, but none that starts before the window', () => {
    const ones = [count('a', points('06:00', 60, each(500, 1)))];
    const over = (window: string, now: string) =>
      value(`sum(last_${window}):sum:a{*}.rollup(sum, 3600)`, ones, now);
    assert.deepEqual(
      ['12:01', '12:05', '12:06', '13:00'].map((now) => over('5m', now)),
      [1, 5, undefined, undefined],
    );
    assert.deepEqual(
      ['12:00', '12:01', '12:30'].map((now) => over('4h', now)),
      [240, 181, 210],
    );
  });

  it('subtracts the values before, also in percent', () => {
    const series = [
      gauge('a', [...points('11:30', 60, [0, 1, 2, 4, 5]), ...points('12:00', 60, [5, 2, 2, 8, 5])]),
    ];
    const changed = (by: string, q = 'avg:a{*}') =>
      value(`pct_change(${by}(last_5m),last_30m):${q}`, series, '12:05');
    assert.equal(changed('avg'), 50);
    assert.equal(changed('sum'), 200);
    assert.ok(Math.abs((changed('sum', 'sum:a{*}.as_count()') ?? 0) - 1000 / 12) < 1e-9);
  });

  it('evaluates a window only if it is full enough', () => {
    const full = (window: string, minutes: readonly number[]) => {
      const start = 720 - (window === '5m' ? 5 : 120);
      const list = minutes.map((m): [number, number] => [at('00:00') + (start + m) * 60, 1]);
      const query = `avg(last_${window}):avg:a{*}`;
      return value(query, [gauge('a', list)], '12:00', { require_full_window: true }) !== undefined;
    };
    const without = (...gone: number[]) =>
      Array.from({ length: 12 }, (_, i) => i * 10).filter((m) => !gone.includes(m / 10));
    assert.deepEqual(
      [full('2h', without()), full('2h', without(0)), full('2h', without(2, 3, 4))],
      [true, false, true],
    );
    assert.deepEqual(
      [full('2h', without(1, 2, 3, 8, 9)), full('5m', [0, 3]), full('5m', [0])],
      [false, true, false],
    );
  });

  it('starts cumulative windows at the last reset', () => {
    const series = [count('a', points('00:00', 60, each(1440, 1)))];
    const scheduling_options = { evaluation_window: { hour_starts: 30 } };
    const sum = (now: string) => value('sum(current_1h):sum:a{*}', series, now, { scheduling_options });
    assert.deepEqual(['07:30', '07:31'].map(sum), [60, 1]);
  });
});

describe('states', () => {
  const minute = (values: readonly number[]) => [gauge('a', points('12:00', 60, values))];
  const steps = (operator: string, thresholds: RawObject, values: readonly number[]) =>
    states(
      {
        query: `avg(last_1m):avg:a{*} ${operator} ${String(thresholds['critical'])}`,
        options: { thresholds },
      },
      minute(values),
      '12:01',
      '12:20',
    );

  it('recovers at the recovery threshold', () => {
    const thresholds = { critical: 80, critical_recovery: 70 };
    assert.deepEqual(steps('>', thresholds, [81, 80, 71, 70]), ['12:01 Alert', '12:04 OK']);
    assert.deepEqual(steps('>=', thresholds, [80, 79, 70, 69]), ['12:01 Alert', '12:04 OK']);
    const below = { critical: 80, critical_recovery: 90 };
    assert.deepEqual(steps('<', below, [79, 80, 89, 90]), ['12:01 Alert', '12:04 OK']);
    assert.deepEqual(steps('<=', below, [80, 81, 90, 91]), ['12:01 Alert', '12:04 OK']);
  });

  it('applies a recovery threshold only in its own state', () => {
    const thresholds = { critical: 80, critical_recovery: 70, warning: 60, warning_recovery: 50 };
    assert.deepEqual(steps('>', thresholds, [90, 75, 65, 55, 62, 50]), [
      '12:01 Alert',
      '12:03 Warn',
      '12:06 OK',
    ]);
    assert.deepEqual(steps('>', thresholds, [90, 55, 62, 50]), [
      '12:01 Alert',
      '12:02 OK',
      '12:03 Warn',
      '12:04 OK',
    ]);
  });

  it('waits for new groups', () => {
    const series = [gauge('a', points('12:00', 60, each(20, 9)), ['host:a'])];
    const first = (new_group_delay: number) =>
      states(
        { query: 'avg(last_5m):avg:a{*} by {host} > 5', options: { new_group_delay } },
        series,
        '11:50',
        '12:10',
      );
    assert.deepEqual([0, 60, 300].map(first), [['12:01 Alert'], ['12:02 Alert'], ['12:06 Alert']]);
  });

  const gone = [gauge('a', points('11:50', 60, each(11, 9)))];
  const missing = (options: RawObject, functions = '', from = '11:51', to = '13:30') =>
    states({ query: `avg(last_5m):avg:a{*}${functions} > 5`, options }, gone, from, to).slice(1);

  it('reports no data after the time frame', () => {
    assert.deepEqual(missing({ notify_no_data: true }), ['12:11 No Data']);
    assert.deepEqual(missing({ notify_no_data: true, no_data_timeframe: 3 }), ['12:06 No Data']);
    const late = { notify_no_data: true, no_data_timeframe: 10, evaluation_delay: 900 };
    assert.deepEqual(missing(late, '', '12:06'), ['12:26 No Data']);
    const filled = missing({ notify_no_data: true, no_data_timeframe: 10 }, '.fill(last, 600)');
    assert.deepEqual(filled, ['12:16 No Data']);
    assert.deepEqual(missing({ notify_no_data: false }), []);
  });

  it('resolves an alert without data after the timeout', () => {
    assert.deepEqual(missing({ timeout_h: 1 }), ['13:06 OK']);
    const both = { timeout_h: 1, notify_no_data: true, no_data_timeframe: 10 };
    assert.deepEqual(missing(both), ['12:11 No Data', '13:06 OK']);
    const late = { timeout_h: 1, notify_no_data: true, no_data_timeframe: 90 };
    const calm = [gauge('a', points('11:50', 60, each(11, 1)))];
    const monitor = { query: 'avg(last_5m):avg:a{*} > 5', options: late };
    assert.deepEqual(states(monitor, calm, '11:51', '14:00'), ['13:31 No Data', '13:32 OK']);
  });

  it('has no state before the first data', () => {
    const monitor = { query: 'avg(last_5m):avg:a{*} > 5', options: { notify_no_data: true } };
    assert.deepEqual(states(monitor, [], '12:00', '13:00'), []);
  });

  it('follows on_missing_data', () => {
    assert.deepEqual(missing({ on_missing_data: 'resolve' }), ['12:06 OK']);
    assert.deepEqual(missing({ on_missing_data: 'show_no_data' }), ['12:06 No Data']);
    const counts = [count('a', points('11:50', 60, each(11, 9)))];
    const monitor = {
      query: 'sum(last_5m):sum:a{*}.as_count() > 5',
      options: { on_missing_data: 'default' },
    };
    assert.deepEqual(states(monitor, counts, '11:51', '12:30'), ['11:51 Alert', '12:06 OK']);
  });
});

describe('notices', () => {
  const alerting = (start: string, minutes: number) => [gauge('a', points(start, 60, each(minutes, 9)))];
  const query = 'avg(last_1m):avg:a{*} > 5';

  it('notifies again while the alert lasts', () => {
    const again = (options: RawObject) =>
      notices({ query, options }, alerting('12:00', 120), { from: at('12:00'), to: at('13:40') });
    const first = ['12:01 transition Alert', '12:31 renotification Alert', '13:01 renotification Alert'];
    assert.deepEqual(again({ renotify_interval: 30 }), [...first, '13:31 renotification Alert']);
    assert.deepEqual(again({ renotify_interval: 30, renotify_occurrences: 2 }), first);
  });

  it('keeps quiet during a downtime and notifies when it expires', () => {
    const quietThenHigh = [
      gauge('a', [...points('11:50', 60, each(29, 1)), ...points('12:19', 60, each(60, 9))]),
    ];
    const during = (downtime: RawObject & { canceled?: number }, options: RawObject = {}) =>
      notices({ query, options }, quietThenHigh, {
        from: at('12:00'),
        to: at('13:10'),
        downtimes: [{ start: at('12:10'), end: at('13:00'), ...downtime }],
      });
    assert.deepEqual(during({}), ['13:00 downtime_end Alert']);
    const canceled = { end: at('14:00'), canceled: at('13:00') };
    assert.deepEqual(during(canceled), []);
    assert.deepEqual(during(canceled, { renotify_interval: 30 }), ['13:00 renotification Alert']);
  });

  it('sends nothing when a downtime expires during another one', () => {
    const downtimes = [
      { start: at('12:10'), end: at('13:00') },
      { start: at('12:50'), end: at('14:00'), canceled: at('13:20') },
    ];
    const span = { from: at('12:00'), to: at('13:40'), downtimes };
    const late = [gauge('a', [...points('11:50', 60, each(29, 1)), ...points('12:19', 60, each(90, 9))])];
    assert.deepEqual(notices({ query }, late, span), []);
  });

  it('sends nothing about a No Data that is only shown, or that a downtime muted', () => {
    const gap = [gauge('a', [...points('11:50', 60, each(11, 1)), ...points('12:40', 60, each(20, 1))])];
    const during = (options: RawObject, downtime: { end: number; canceled?: number }) =>
      notices({ query, options }, gap, {
        from: at('11:51'),
        to: at('13:00'),
        downtimes: [{ start: at('11:55'), ...downtime }],
      });
    assert.deepEqual(during({ on_missing_data: 'show_no_data' }, { end: at('12:30') }), []);
    const told = { on_missing_data: 'show_and_notify_no_data' };
    assert.deepEqual(during(told, { end: at('12:30') }), [
      '12:30 downtime_end No Data',
      '12:41 transition OK',
    ]);
    assert.deepEqual(during(told, { end: at('14:00'), canceled: at('12:30') }), []);
  });

  it('notifies for groups together by notify_by', () => {
    const group = (topic: string, part: string, from: number, until: number) =>
      gauge(
        'a',
        points(
          '12:00',
          60,
          Array.from({ length: 10 }, (_, m) => (m + 1 >= from && m + 1 < until ? 9 : 1)),
        ),
        [`topic:${topic}`, `part:${part}`],
      );
    const series = [group('t1', 'a', 2, 4), group('t1', 'b', 3, 5), group('t2', 'c', 5, 6)];
    const sent = (notify_by: readonly string[]) =>
      run(
        {
          query: 'avg(last_1m):avg:a{*} by {topic,part} > 5',
          options: { notify_by, new_group_delay: 0 },
        },
        series,
        { from: at('12:01'), to: at('12:10') },
      ).notifications.map((one) => `${one.group} ${clock(one.at)} ${one.to}`);
    assert.deepEqual(sent(['topic']), [
      'topic:t1 12:02 Alert',
      'topic:t1 12:05 OK',
      'topic:t2 12:05 Alert',
      'topic:t2 12:06 OK',
    ]);
    assert.deepEqual(sent(['*']), ['* 12:02 Alert', '* 12:06 OK']);
  });

  it('takes the recipients from the conditions of the message', () => {
    const message =
      'All: @all. {{#is_alert}}@page{{/is_alert}} {{#is_recovery}}@chat{{/is_recovery}}{{^is_alert}}@quiet{{/is_alert}}';
    const series = [gauge('a', points('12:00', 60, [9, 1]))];
    const { notifications } = run({ query, message }, series, { from: at('12:00'), to: at('12:05') });
    assert.deepEqual(
      notifications.map(({ recipients }) => recipients),
      [
        ['@all', '@page'],
        ['@all', '@chat', '@quiet'],
      ],
    );
    const gap = [gauge('a', [...points('12:00', 60, [1]), ...points('12:05', 60, [9])])];
    const returned = '{{#is_no_data_recovery}}@data{{/is_no_data_recovery}}';
    const options = { on_missing_data: 'show_no_data' };
    const span = { from: at('12:00'), to: at('12:07') };
    const [sent] = run({ query, message: returned, options }, gap, span).notifications;
    assert.deepEqual([sent?.to, sent?.recipients], ['Alert', ['@data']]);
  });
});
