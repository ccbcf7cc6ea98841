import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../domain/json.ts';
import { seededRandom } from '../../test/seeded-random.ts';
import {
  conditionOf,
  noticesIn,
  points,
  regular,
  run,
  simple,
  timeAt,
  transitionsIn,
} from '../../test/evaluation/evaluation-series.ts';
import { evaluate } from './evaluate.ts';
import { STATES } from './states.ts';
import { windowsOf } from './window-values.ts';

const A = 'avg:a{*}';
/** The last point of these series is at 12:00. */
const UNTIL_NOON = (value: number) =>
  regular(
    '11:30',
    Array.from({ length: 31 }, () => value),
  );

/** Returns the states of a monitor over one minute, for values at 12:00, 12:01, ... */
function statesOf(
  comparator: string,
  thresholds: JsonObject,
  values: readonly number[],
): (string | undefined)[] {
  const query = `avg(last_1m):${A} ${comparator} ${Number(thresholds['critical'])}`;
  const evaluation = run(query, simple(regular('12:00', values)), {
    from: '12:01',
    to: `12:${String(values.length + 1).padStart(2, '0')}`,
    options: { thresholds },
  });
  return [...(evaluation.groups.get('*')?.states ?? [])].map((state) => STATES[state]);
}

describe('a comparison', () => {
  for (const [comparator, alerting] of [
    ['>', [81]],
    ['>=', [80, 81]],
    ['<', [79]],
    ['<=', [79, 80]],
    ['==', [80]],
    ['!=', [79, 81]],
  ] as const)
    it(`with ${comparator} 80 alerts at ${alerting.join(' and ')} of 79, 80 and 81`, () => {
      const values = [79, 80, 81];
      const states = statesOf(comparator, { critical: 80 }, values);
      assert.deepEqual(
        values.filter((_, at) => states[at] === 'alert'),
        alerting,
      );
    });
});

describe('a recovery threshold', () => {
  for (const [comparator, recovery, values] of [
    ['>', 70, [81, 80, 71, 70]],
    ['>=', 70, [80, 79, 70, 69]],
    ['<', 90, [79, 80, 89, 90]],
    ['<=', 90, [80, 81, 90, 91]],
  ] as const)
    it(`of ${recovery} with ${comparator} 80 is reached at ${values[3]}`, () => {
      const states = statesOf(comparator, { critical: 80, critical_recovery: recovery }, values);
      assert.deepEqual(states, ['alert', 'alert', 'alert', 'ok']);
    });

  it('equal to the threshold changes nothing', () => {
    assert.deepEqual(statesOf('>=', { critical: 80, critical_recovery: 80 }, [80, 79]), ['alert', 'ok']);
  });

  const both = { critical: 80, critical_recovery: 70, warning: 60, warning_recovery: 50 };
  it('applies only while the state is its own', () => {
    const states = statesOf('>', both, [90, 75, 65, 55, 62, 50]);
    assert.deepEqual(states, ['alert', 'alert', 'warn', 'warn', 'warn', 'ok']);
    assert.deepEqual(statesOf('>', both, [90, 55, 62, 50]), ['alert', 'ok', 'warn', 'ok']);
  });

  it('of a warning can add a transition to an alert that recovers earlier', () => {
    const { critical_recovery: _, ...without } = both;
    assert.deepEqual(statesOf('>', both, [90, 75, 55, 62]), ['alert', 'alert', 'ok', 'warn']);
    assert.deepEqual(statesOf('>', without, [90, 75, 55, 62]), ['alert', 'warn', 'warn', 'warn']);
  });

  /** An alert until 12:00, no data for a while, and 75 from 12:30 on. */
  const returning = simple(points(['11:58', 90], ['11:59', 90], ['12:00', 90], ['12:30', 75], ['12:31', 75]));
  const settings = { from: '11:59', to: '12:32' };
  const thresholds = { critical: 80, critical_recovery: 70 };
  it('does not apply after No Data, and applies after mere emptiness', () => {
    const query = `avg(last_5m):${A} > 80`;
    const empty = run(query, returning, { ...settings, options: { thresholds } });
    assert.deepEqual(transitionsIn(empty), ['11:59 alert']);
    const options = { thresholds, notify_no_data: true, no_data_timeframe: 10 };
    const missing = run(query, returning, { ...settings, options });
    assert.deepEqual(transitionsIn(missing), ['11:59 alert', '12:11 no_data', '12:31 ok']);
  });
});

describe('a new group', () => {
  /** Points of one group from 12:00 on. */
  const series = (value: number, start = '12:00') => [
    new Map([
      [
        'host:a',
        regular(
          start,
          Array.from({ length: 60 }, () => value),
        ),
      ],
    ]),
  ];
  const query = 'avg(last_5m):avg:a{*} by {host} > 80';
  const first = (value: number, options: JsonObject) =>
    noticesIn(run(query, series(value), { from: '11:30', to: '12:30', options }));

  for (const [delay, expected] of [
    [0, '12:01'],
    [60, '12:02'],
    [300, '12:06'],
  ] as const)
    it(`with a delay of ${delay} s whose first point is at 12:00 is evaluated at ${expected}`, () =>
      assert.deepEqual(first(90, { new_group_delay: delay }), [`${expected} host:a alert`]));

  it('has a delay of 60 s by default, and that of hosts only if it is set', () => {
    assert.deepEqual(first(90, {}), ['12:02 host:a alert']);
    assert.deepEqual(first(90, { new_host_delay: 300 }), ['12:06 host:a alert']);
    assert.deepEqual(first(90, { new_host_delay: 300, new_group_delay: 0 }), ['12:01 host:a alert']);
  });

  it('notifies nobody if it is OK', () => assert.deepEqual(first(1, {}), []));

  it('notifies of a warning', () =>
    assert.deepEqual(first(70, { thresholds: { critical: 80, warning: 60 } }), ['12:02 host:a warn']));

  it('is evaluated in the lead-in, which is not reported', () => {
    const evaluation = run(query, series(90, '11:00'), { from: '11:30', leadInS: 3600, to: '11:40' });
    assert.deepEqual([transitionsIn(evaluation), noticesIn(evaluation)], [[], []]);
    assert.equal(evaluation.evaluated, 10);
  });

  it('is the same after 24 hours without data', () => {
    const gone = [new Map([['host:a', points(['12:00', 90], ['+1 12:04', 90], ['+1 12:10', 90])]])];
    const evaluation = run(query, gone, { from: '11:30', to: '+1 12:20' });
    // Evaluated from 12:02 to 12:05, and forgotten only at 12:06 on the next day, which never comes: data returns at 12:05.
    assert.deepEqual(noticesIn(evaluation), ['12:02 host:a alert']);
    const longer = [new Map([['host:a', points(['12:00', 90], ['+1 12:06', 90], ['+1 12:07', 90])]])];
    assert.deepEqual(noticesIn(run(query, longer, { from: '11:30', to: '+1 12:20' })), [
      '12:02 host:a alert',
      '+1 12:08 host:a alert',
    ]);
  });

  it('is kept for 24 hours in a metric monitor, regardless of group_retention_duration', () => {
    const gone = [new Map([['host:a', points(['12:00', 90], ['14:00', 90], ['14:01', 90])]])];
    const options = { group_retention_duration: '60m' };
    const evaluation = run(query, gone, { from: '11:30', to: '14:10', options });
    assert.deepEqual(noticesIn(evaluation), ['12:02 host:a alert']);
  });

  it('is not forgotten in a simple monitor', () => {
    const gone = simple(points(['12:00', 90], ['+1 12:30', 90]));
    const evaluation = run(`avg(last_5m):${A} > 80`, gone, { from: '11:30', to: '+1 12:40' });
    assert.deepEqual(noticesIn(evaluation), ['12:01 alert']);
  });
});

describe('no data with notify_no_data', () => {
  const at = (options: JsonObject, fill = '') =>
    transitionsIn(
      run(`avg(last_5m):${A}${fill} > 80`, simple(UNTIL_NOON(1)), {
        from: '11:40',
        options: { notify_no_data: true, ...options },
      }),
    );
  for (const [name, options, fill, expected] of [
    ['10 minutes', { no_data_timeframe: 10 }, '', '12:11'],
    ['no time frame', {}, '', '12:11'],
    ['3 minutes, which is less than the window', { no_data_timeframe: 3 }, '', '12:06'],
    ['a delay of 900 s', { no_data_timeframe: 10, evaluation_delay: 900 }, '', '12:26'],
    ['fill(last,600)', { no_data_timeframe: 10 }, '.fill(last,600)', '12:16'],
  ] as const)
    it(`and ${name}, with the last point at 12:00, is at ${expected}`, () =>
      assert.deepEqual(at(options, fill), [`${expected} no_data`]));

  it('turned off keeps the state', () => assert.deepEqual(at({ notify_no_data: false }), []));

  it('counts from the oldest query, and with as_count from the newest', () => {
    const [a, b] = [
      UNTIL_NOON(1),
      regular(
        '11:30',
        Array.from({ length: 41 }, () => 1),
      ),
    ];
    const options = { notify_no_data: true, no_data_timeframe: 10 };
    const settings = { from: '11:40', options };
    assert.deepEqual(transitionsIn(run(`avg(last_5m):${A} / avg:b{*} > 80`, simple(a, b), settings)), [
      '12:11 no_data',
    ]);
    const counts = 'sum(last_5m):sum:a{*}.as_count() / sum:b{*}.as_count() > 80';
    assert.deepEqual(transitionsIn(run(counts, simple(a, b), settings)), ['12:21 no_data']);
  });
});

describe('no data with on_missing_data', () => {
  const settings = (mode: string, more: JsonObject = {}) => ({
    from: '11:40',
    options: { on_missing_data: mode, ...more },
  });
  const count = 'sum(last_5m):sum:a{*}.as_count()';
  const alerting = simple(UNTIL_NOON(90));

  it('default evaluates a count as 0 from the first empty window', () => {
    assert.deepEqual(transitionsIn(run(`${count} > 80`, alerting, settings('default'))), [
      '11:40 alert',
      '12:06 ok',
    ]);
    const below = run(`${count} < 5`, alerting, settings('default'));
    assert.deepEqual(transitionsIn(below), ['12:06 alert']);
  });

  it('default keeps the state of a gauge', () =>
    assert.deepEqual(transitionsIn(run(`avg(last_5m):${A} > 80`, alerting, settings('default'))), [
      '11:40 alert',
    ]));

  for (const [mode, transition, notices] of [
    ['show_no_data', '12:06 no_data', []],
    ['show_and_notify_no_data', '12:06 no_data', ['12:06 no_data']],
    ['resolve', '12:06 ok', ['12:06 ok']],
  ] as const)
    it(`${mode} leads to ${transition} and ${notices.length} notifications`, () => {
      const evaluation = run(`avg(last_5m):${A} > 80`, alerting, settings(mode));
      assert.deepEqual(transitionsIn(evaluation), ['11:40 alert', transition]);
      assert.deepEqual(noticesIn(evaluation), ['11:40 alert', ...notices]);
    });

  it('requires that data was evaluated once', () => {
    const evaluation = run(`${count} < 5`, simple(points()), settings('show_and_notify_no_data'));
    assert.deepEqual(transitionsIn(evaluation), []);
  });

  it('does not notify of a recovery from a No Data that nobody was notified of', () => {
    const series = simple(points(['12:00', 1], ['12:10', 1]));
    const at = (mode: string) => noticesIn(run(`avg(last_5m):${A} > 80`, series, settings(mode)));
    assert.deepEqual(at('show_no_data'), []);
    assert.deepEqual(at('show_and_notify_no_data').slice(0, 2), ['12:06 no_data', '12:11 ok']);
  });

  it('never occurs with default_zero', () => {
    const query = `avg(last_5m):default_zero(${A}) < 1`;
    assert.deepEqual(transitionsIn(run(query, alerting, settings('show_no_data'))), ['12:11 alert']);
  });
});

describe('auto-resolve', () => {
  const at = (options: JsonObject, values = UNTIL_NOON(90)) =>
    noticesIn(
      run(`avg(last_5m):${A} > 80`, simple(values), {
        from: '11:59',
        to: '16:00',
        options: { timeout_h: 1, ...options },
      }),
    );

  it('resolves an alert 1 hour after the first empty window', () =>
    assert.deepEqual(at({}), ['11:59 alert', '13:06 ok']));

  it('resolves No Data at the same time', () =>
    assert.deepEqual(at({ notify_no_data: true, no_data_timeframe: 10 }), [
      '11:59 alert',
      '12:11 no_data',
      '13:06 ok',
    ]));

  it('does nothing more until data returns', () =>
    assert.deepEqual(at({ notify_no_data: true, no_data_timeframe: 120 }), ['11:59 alert', '13:06 ok']));

  it('is followed by a new alert if the value still alerts', () =>
    assert.deepEqual(at({}, points(['11:58', 90], ['12:00', 90], ['14:00', 90])), [
      '11:59 alert',
      '13:06 ok',
      '14:01 alert',
      '15:06 ok',
    ]));
});

describe('a skipped evaluation', () => {
  it('keeps the state and is not missing data', () => {
    const options = { require_full_window: true, notify_no_data: true, no_data_timeframe: 10, timeout_h: 1 };
    // A single point every 5 minutes: no window is full, and none is empty.
    const sparse = regular(
      '12:05',
      Array.from({ length: 24 }, () => 1),
      300,
    );
    const series = simple({
      times: Float64Array.from([...UNTIL_NOON(90).times, ...sparse.times]),
      values: Float64Array.from([...UNTIL_NOON(90).values, ...sparse.values]),
    });
    const evaluation = run(`avg(last_5m):${A} > 80`, series, { from: '11:40', options });
    assert.deepEqual(transitionsIn(evaluation), ['11:40 alert']);
    assert.equal(evaluation.skipped.empty, 0);
    assert.ok(evaluation.skipped.windowNotFull > 50);
  });
});

describe('blocks of values that leave a state as it is', () => {
  it('are not skipped where data returns, so that the next absence starts its own time', () => {
    // The evaluations 100 to 127 and 192 to 219 have no data: there is one block between them.
    const isMissing = (at: number) => (at >= 99 && at < 127) || (at >= 191 && at < 219);
    const values = Array.from({ length: 400 }, (_, at) => (isMissing(at) ? undefined : 90));
    const evaluation = run(`max(last_1m):${A} > 80`, simple(regular('12:00', values)), {
      to: '18:00',
      options: { timeout_h: 1 },
    });
    assert.deepEqual(transitionsIn(evaluation), ['12:01 alert']);
  });

  it('are skipped without another result', () => {
    for (const [seed, comparator] of ['>', '>=', '<', '<=', '==', '!='].entries()) {
      const random = seededRandom(seed + 1);
      let value = 50;
      const values = Array.from({ length: 3000 }, (_, at) => {
        value = Math.max(0, Math.min(100, value + Math.round((random() - 0.5) * 8)));
        return at % 500 < 480 ? value / (seed % 2 === 0 ? 1 : 3) : undefined;
      });
      const sign = comparator.startsWith('<') ? -1 : 1;
      const thresholds = {
        critical: 50,
        critical_recovery: 50 - 5 * sign,
        warning: 50 - 10 * sign,
        warning_recovery: 50 - 20 * sign,
      };
      for (const [query, options] of [
        [`max(last_1m):${A} ${comparator} 50`, comparator.endsWith('=') ? {} : { thresholds }],
        [`avg(last_2h):${A}.rollup(avg,60) ${comparator} 30`, { require_full_window: true }],
      ] as const) {
        const condition = conditionOf(query, { ...options, notify_no_data: true, timeout_h: 1 });
        const windows = windowsOf(condition, simple(regular('12:00', values)), {
          from: timeAt('12:00'),
          to: timeAt('12:00') + 3000 * 60,
        });
        const nan = new Float64Array(100).fill(Number.NaN);
        const each = new Map(
          [...windows.groups].map(([group, of]) => [group, { ...of, blocks: { lows: nan, highs: nan } }]),
        );
        assert.deepEqual(evaluate(condition, windows), evaluate(condition, { ...windows, groups: each }));
      }
    }
  });
});
