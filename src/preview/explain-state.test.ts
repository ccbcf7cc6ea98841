import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../domain/json.ts';
import { regular, simple } from '../../test/evaluation/evaluation-series.ts';
import { explainAt } from '../../test/evaluation/explained.ts';
import type { Explanation } from './explanation.ts';

const codes = ({ reasons }: Explanation) => reasons.map(({ code }) => code);

describe('the reasons of a state', () => {
  const query = 'max(last_1m):avg:a{*} > 80';
  const both = { thresholds: { critical: 80, critical_recovery: 70, warning: 60, warning_recovery: 50 } };
  for (const [values, code, text] of [
    [[90], 'critical', '90 > 80 holds (critical): the state is Alert.'],
    [
      [90, 75],
      'critical_recovery',
      '75 > 80 does not hold, but the recovery threshold 70 is not reached: the state stays Alert.',
    ],
    [[65], 'warning', '65 > 60 holds (warning): the state is Warn.'],
    [
      [65, 55],
      'warning_recovery',
      '55 > 60 does not hold, but the recovery threshold 50 is not reached: the state stays Warn.',
    ],
    [[5], 'ok', '5 > 80 (critical) and 5 > 60 (warning) do not hold: the state is OK.'],
  ] as const)
    it(`say that ${text}`, () => {
      const explained = explainAt(query, `12:0${values.length}`, simple(regular('12:00', values)), {
        options: both,
      });
      assert.deepEqual(explained.reasons, [{ code, text }]);
    });

  it('name the thresholds that the value meets', () => {
    const { thresholds } = explainAt(query, '12:01', simple(regular('12:00', [65])), { options: both });
    assert.deepEqual(
      thresholds.map(({ kind, is_met }) => `${kind} ${is_met}`),
      ['critical false', 'warning true', 'critical_recovery true', 'warning_recovery false'],
    );
  });

  it('are about a result that is not finite', () => {
    const explained = explainAt(
      'avg(last_5m):avg:a{*} / avg:b{*} > 1',
      '12:05',
      simple(regular('12:00', [1]), regular('12:00', [0])),
    );
    assert.deepEqual(codes(explained), ['no_finite_value']);
    assert.equal(explained.value, undefined);
  });

  it('are about a window that is not full', () => {
    const first = explainAt('avg(last_5m):avg:a{*} > 1', '12:05', simple(regular('12:01', [1, 1, 1, 1])), {
      options: { require_full_window: true },
    });
    assert.match(first.reasons[0]?.text ?? '', /^The window is not full: its first 1m have no point\./);
    const later = explainAt('avg(last_5m):avg:a{*} > 1', '12:05', simple(regular('12:00', [1])), {
      options: { require_full_window: true },
    });
    assert.match(
      later.reasons[0]?.text ?? '',
      /more than 3 of its parts of 1m have no point, at .*12:01:00Z, .*12:04:00Z/,
    );
  });

  it('are about a new group until its delay has passed', () => {
    const series = [new Map([['host:a', regular('12:02', [90, 90, 90, 90, 90])]])];
    const grouped = 'max(last_1m):avg:a{*} by {host} > 80';
    const options = { new_group_delay: 120 };
    const explained = explainAt(grouped, '12:04', series, { options });
    assert.deepEqual(codes(explained), ['new_group']);
    assert.match(explained.reasons[0]?.text ?? '', /since .*12:03:00Z, and is evaluated from .*12:05:00Z/);
    assert.deepEqual(codes(explainAt(grouped, '12:05', series, { options })), ['critical']);
    assert.deepEqual(codes(explainAt(grouped, '12:02', series, { options })), ['never_seen']);
  });

  it('are about missing data, in every mode', () => {
    const series = simple(regular('12:00', [90]));
    const after = (at: string, options: JsonObject) => {
      const explained = explainAt('max(last_5m):avg:a{*} > 80', at, series, { options });
      return [...codes(explained), explained.state.after];
    };
    assert.deepEqual(after('12:06', {}), ['no_data', 'no_data_ignored', 'alert']);
    assert.deepEqual(after('12:10', { notify_no_data: true, no_data_timeframe: 10 }), [
      'no_data',
      'no_data_waits',
      'alert',
    ]);
    assert.deepEqual(after('12:11', { notify_no_data: true, no_data_timeframe: 10 }), [
      'no_data',
      'no_data_time_frame',
      'no_data',
    ]);
    assert.deepEqual(after('12:06', { on_missing_data: 'show_no_data' }), [
      'no_data',
      'no_data_show',
      'no_data',
    ]);
    assert.deepEqual(after('12:06', { on_missing_data: 'resolve' }), ['no_data', 'no_data_resolve', 'ok']);
    assert.deepEqual(after('13:06', { timeout_h: 1 }), ['no_data', 'auto_resolve', 'ok']);
  });

  it('are about a group that is removed', () => {
    const series = [new Map([['host:a', regular('12:00', [90, 90, 90])]])];
    const explained = explainAt('max(last_1m):avg:a{*} by {host} > 80', '+1 12:04', series);
    assert.deepEqual(codes(explained), ['no_data', 'group_removed']);
  });

  it('are about a group that does not exist', () => {
    const series = [new Map([['host:a', regular('12:00', [90])]])];
    const explained = explainAt('max(last_1m):avg:a{*} by {host} > 80', '12:01', series, { group: 'host:b' });
    assert.deepEqual(explained.reasons, [{ code: 'unknown_group', text: 'No point has the group host:b.' }]);
    assert.deepEqual(
      explained.groups.map(({ group }) => group),
      ['host:a'],
    );
  });
});
