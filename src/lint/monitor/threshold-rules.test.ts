import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../../domain/json.ts';
import { lintMonitor } from './lint-monitor.ts';

const CHECK = '"a".over("*").by("*").last(5)';
const BUDGET = 'error_budget("abc").over("7d")';

/** A query, its type, the thresholds, and the expected findings: a code and a position. */
type Case = readonly [query: string, type: string, thresholds: JsonObject, reported: readonly string[]];

const ABOVE = 'avg(last_5m):avg:a{*} > 2';
const CASES: readonly Case[] = [
  // Values that are not numbers.
  [ABOVE, 'query alert', { critical: '2', warning: '1.5' }, []],
  [ABOVE, 'query alert', { critical: ' 2.0 ', warning: '.5' }, []],
  [ABOVE, 'query alert', { critical: '2e0' }, []],
  [ABOVE, 'query alert', { critical: '2 %' }, ['threshold_not_numeric critical']],
  [ABOVE, 'query alert', { critical: '0x2' }, ['threshold_not_numeric critical']],
  [ABOVE, 'query alert', { critical: true }, ['threshold_not_numeric critical']],
  [ABOVE, 'query alert', { critical: 2, warning: '' }, ['threshold_not_numeric warning']],
  [ABOVE, 'query alert', { critical: 2, warning: [1] }, ['threshold_not_numeric warning']],
  [ABOVE, 'query alert', { critical: 2, warning: null }, []],
  // Names.
  [ABOVE, 'query alert', { critical: 2, recovery: 1 }, ['unknown_threshold recovery']],
  [ABOVE, 'query alert', { critical: 2, warnning: 1 }, ['unknown_threshold warnning']],
  [ABOVE, 'query alert', { critical: 2, colour: 1 }, ['unknown_threshold colour']],
  [ABOVE, 'query alert', { critical: 2, constructor: 1 }, ['unknown_threshold constructor']],
  [ABOVE, 'query alert', { crit: 2 }, ['unknown_threshold crit']],
  ['avg(last_5m):avg:a{*} > threshold', 'query alert', { critical_query: 'avg:b{*}' }, []],
  [ABOVE, 'query alert', { critical: 2, comparison: 'above', period: {}, timeAggregator: 'avg' }, []],
  // Thresholds that a type ignores.
  [ABOVE, 'query alert', { critical: 2, ok: 1 }, ['threshold_ignored ok']],
  [ABOVE, 'query alert', { critical: 2, unknown: 0 }, ['threshold_ignored unknown']],
  [ABOVE, 'query alert', { critical: 2, ok: null }, []],
  [`${CHECK}.count_by_status()`, 'service check', { critical: 2, ok: 1, unknown: 1 }, []],
  ['1 && 2', 'composite', { critical: 1 }, ['threshold_ignored critical']],
  ['1 && 2', 'composite', { critical: null }, []],
  ['1 && 2', 'composite', { crit: 1 }, ['unknown_threshold crit']],
  [
    `${CHECK}.count_by_status()`,
    'service check',
    { critical: 2, critical_recovery: 1 },
    ['threshold_ignored critical_recovery'],
  ],
  ['x', 'a future alert', { ok: 1 }, ['unknown_type /type']],
  // Recovery thresholds without the threshold they belong to.
  [ABOVE, 'query alert', { critical: 2, warning_recovery: 1 }, ['recovery_without_limit warning_recovery']],
  [
    ABOVE,
    'query alert',
    { critical: 2, warning: null, warning_recovery: 0 },
    ['recovery_without_limit warning_recovery'],
  ],
  [ABOVE, 'query alert', { critical: 2, warning_recovery: null }, []],
  // Warning thresholds with operators that have no direction.
  [
    'avg(last_5m):avg:a{*} == 2',
    'query alert',
    { critical: 2, warning: 1 },
    ['warning_without_direction warning'],
  ],
  [
    'avg(last_5m):avg:a{*} != 2',
    'query alert',
    { critical: 2, warning: 1 },
    ['warning_without_direction warning'],
  ],
  ['avg(last_5m):avg:a{*} == 2', 'query alert', { critical: 2 }, []],
  // Thresholds with a fixed range.
  [
    "avg(last_1h):anomalies(avg:a{*}, 'basic', 2) >= 3",
    'query alert',
    { critical: 3 },
    ['threshold_out_of_range critical'],
  ],
  ["avg(last_1h):anomalies(avg:a{*}, 'basic', 2) >= 1", 'query alert', { critical: 1, warning: 0.5 }, []],
  ["avg(last_1h):anomalies(avg:a{*}, 'basic', 2) >= 3", 'query alert', {}, ['threshold_out_of_range 48']],
  ['avg(last_1h):abs(avg:a{*}) >= 3', 'query alert', { critical: 3 }, []],
  [
    "avg(last_1h):outliers(avg:a{*} by {host}, 'dbscan', 3) > 1",
    'query alert',
    { critical: 1 },
    ['threshold_out_of_range critical'],
  ],
  ["avg(last_1h):outliers(avg:a{*} by {host}, 'dbscan', 3) > 0", 'query alert', { critical: 0 }, []],
  [`${BUDGET} > 100`, 'slo alert', { critical: 100, warning: 75 }, []],
  [`${BUDGET} > 101`, 'slo alert', { critical: 101 }, ['threshold_out_of_range critical']],
  [
    'burn_rate("a").over("30d").long_window("1h").short_window("5m") > 14.4',
    'slo alert',
    { critical: 14.4 },
    [],
  ],
  [`${CHECK}.pct_by_status()`, 'service check', { critical: 50, warning: 20 }, []],
  [`${CHECK}.pct_by_status()`, 'service check', { critical: 150 }, ['threshold_out_of_range critical']],
];

describe('rules about thresholds', () => {
  for (const [query, type, thresholds, reported] of CASES) {
    it(`report ${reported.join(', ') || 'nothing'} for ${JSON.stringify(thresholds)} with ${query}`, () => {
      const found = lintMonitor({ type, query, options: { thresholds } }, '');
      assert.deepEqual(
        found.map(
          ({ code, pointer, at }) => `${code} ${at ?? pointer.replace(/^\/options\/thresholds\/?/, '')}`,
        ),
        reported,
      );
    });
  }

  it('report nothing without a type', () =>
    assert.deepEqual(lintMonitor({ options: { thresholds: { critical: 1, ok: 1 } } }, ''), []));

  const fixes: readonly [thresholds: JsonObject, code: string, edits: unknown][] = [
    [
      { critical: 2, warn: 1 },
      'unknown_threshold',
      [
        { pointer: '/options/thresholds/warn', remove: true },
        { pointer: '/options/thresholds/warning', value: 1 },
      ],
    ],
    [{ critical: 2, warning: 1, warn: 1 }, 'unknown_threshold', undefined],
    [{ critical: 3 }, 'threshold_differs', [{ pointer: '/options/thresholds/critical', value: 2 }]],
    [{ warning: 1 }, 'critical_missing', [{ pointer: '/options/thresholds/critical', value: 2 }]],
  ];
  for (const [thresholds, code, edits] of fixes) {
    it(`${edits === undefined ? 'keep' : 'fix'} ${JSON.stringify(thresholds)}`, () => {
      const found = lintMonitor({ type: 'query alert', query: ABOVE, options: { thresholds } }, '');
      assert.deepEqual(found.find((finding) => finding.code === code)?.fix?.edits, edits);
    });
  }
});
