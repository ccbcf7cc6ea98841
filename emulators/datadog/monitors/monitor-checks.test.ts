import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createTestClient, statusAndErrors } from '../test-client.ts';

const QUERY_200 = 'avg(last_5m):avg:a{*} > 200';
const INVALID = "The value provided for parameter 'query' is invalid";
const MONITOR = { type: 'query alert', name: 'n', query: 'avg(last_5m):avg:a{*} > 2' };
const { send } = createTestClient();

describe('the validation of monitors', () => {
  const rejected: readonly [object, string][] = [
    [{ query: 'THIS IS A BAD QUERY' }, INVALID],
    [{ query: 'avg(last_5m):avg:a{* > 2' }, INVALID],
    [{ query: 'avg:a{*} > 2' }, INVALID],
    [{ type: 'log alert', query: 'query' }, `${INVALID}: invalid operator specified: `],
    [{ type: 'log alert', query: 'logs("a").index("*") > 2' }, INVALID],
    [{ type: 'composite', query: '1 && x' }, INVALID],
    [{ type: 'service check', query: '"a".over("*").last(2)' }, INVALID],
    [
      { query: QUERY_200, options: { thresholds: { critical: 90 } } },
      'Alert threshold (90.0) does not match that used in the query (200.0).',
    ],
    [{ query: QUERY_200, options: { thresholds: { warning: 90 } } }, 'Alert status is required.'],
    [{ query: QUERY_200, options: { thresholds: { critical: 'high' } } }, 'Non-numeric threshold value.'],
    [
      { query: QUERY_200, options: { thresholds: { critical: 200, warning: 300 } } },
      'Warning threshold (300.0) must be less than the alert threshold (200.0) with > comparison.',
    ],
    [
      { query: 'avg(last_5m):avg:a{*} <= 2', options: { thresholds: { critical: 2, warning: 1.5 } } },
      'Warning threshold (1.5) must be greater than the alert threshold (2.0) with <= comparison.',
    ],
    [
      { query: QUERY_200, options: { thresholds: { critical: 200, critical_recovery: 201 } } },
      'alert and alert recovery criteria are such that the monitor can be simultaneously in alert and alert recovery states',
    ],
    [
      {
        query: QUERY_200,
        options: { thresholds: { critical: 200, warning: 100, warning_recovery: 150 } },
      },
      'warning and warning recovery criteria are such that the monitor can be simultaneously in warning and warning recovery states',
    ],
    [
      {
        type: 'event-v2 alert',
        query: 'events("a").rollup("count").last("5m") > 2',
        options: { thresholds: { critical: 2, critical_recovery: 1 } },
      },
      'Invalid threshold statuses found: critical_recovery.',
    ],
    [
      {
        type: 'service check',
        query: '"a".over("*").last(2).count_by_status()',
        options: { thresholds: { critical: 3 } },
      },
      'Last field should be larger than or equal to max threshold defined in monitor options',
    ],
  ];
  for (const [monitor, message] of rejected) {
    it(`rejects ${JSON.stringify(monitor)}: ${message}`, () => {
      for (const path of ['/api/v1/monitor', '/api/v1/monitor/validate'])
        assert.deepEqual(statusAndErrors(send('POST', path, { ...MONITOR, ...monitor })), [400, message]);
    });
  }

  const accepted: readonly object[] = [
    { query: 'change( avg( last_5m ), 5m_ago ) : avg:a{*} > 2' },
    { query: 'max(next_1w):forecast(avg:a{*}, "linear", 1) >= 3' },
    { query: 'formula("query1").rollup("sum").last("5m") > 124' },
    {
      type: 'service check',
      query: "'a.b'.over('*').last(2).pct_by_status()",
      options: { thresholds: { critical: 50 } },
    },
    { type: 'process alert', query: "processes('java').over('a:b').rollup('count').last('10m') > 1" },
    {
      type: 'log alert',
      query: 'logs("a").index("*").rollup("count").last("5m") > 2',
      options: { no_data_timeframe: 10, notify_no_data: false },
    },
    { type: 'slo alert', query: 'burn_rate("x").over("30d").long_window("1h").short_window("5m") > 14.4' },
    { type: 'error-tracking alert', query: 'error-tracking-rum("a").rollup("count").last("1h") >= 1' },
    { type: 'data-jobs alert', query: 'formula("failed_runs(run_query)").by(job_name).last(1h) > 0' },
    { type: 'synthetics alert', query: 'no_query' },
  ];
  for (const monitor of accepted) {
    it(`accepts ${JSON.stringify(monitor)}`, () =>
      assert.equal(send('POST', '/api/v1/monitor/validate', { ...MONITOR, ...monitor }).status, 200));
  }

  it('accepts numeric strings, and a recovery threshold equal to its limit', () => {
    for (const thresholds of [
      { critical: '200' },
      { critical: 200, critical_recovery: 200 },
      { critical: 200, warning: 199, warning_recovery: 198, ok: 1 },
    ])
      assert.equal(
        send('POST', '/api/v1/monitor/validate', { ...MONITOR, query: QUERY_200, options: { thresholds } })
          .status,
        200,
      );
  });
});
