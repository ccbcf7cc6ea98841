import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../domain/json.ts';
import { checkAlert } from './alert-findings.ts';
import { isCompilable } from './compile-query.ts';

const findingsOf = (signal: JsonObject, condition: JsonObject = {}): string[] => {
  const found: string[] = [];
  checkAlert({ title: 'T', signal, condition }, '', ({ pointer, message, severity }) =>
    found.push(`${severity === 'error' ? '' : `${severity}: `}${pointer} ${message}`),
  );
  return found;
};
const LIMIT = { above: 10 };
const WINDOW = (text: string) => `/condition/over "${text}" is not a valid evaluation window of this signal.`;
const slo = (target?: number): JsonObject => ({
  slo: { id: 'a', over: '30d', ...(target === undefined ? {} : { target }) },
});

/** Alerts that match the schema, and what is wrong with them. */
const CASES: readonly [what: string, signal: JsonObject, condition: JsonObject, findings: string[]][] = [
  ['a search over a month', { logs: 'a' }, { over: '30d', ...LIMIT }, [WINDOW('30d')]],
  ['a search over two days', { logs: 'a' }, { over: '48h', ...LIMIT }, []],
  ['a search over weeks', { rum: 'a' }, { over: '1w', ...LIMIT }, [WINDOW('1w')]],
  ['a search since midnight', { spans: 'a' }, { over: 'current_1d', ...LIMIT }, [WINDOW('current_1d')]],
  ['processes over 30 seconds', { processes: 'a' }, { over: '30s', ...LIMIT }, []],
  ['processes over weeks', { processes: 'a' }, { over: '1w', ...LIMIT }, [WINDOW('1w')]],
  [
    'a recovery of events',
    { events: 'a' },
    { over: '5m', ...LIMIT, recover: 5 },
    ['/condition/recover Datadog rejects recovery thresholds of events.'],
  ],
  [
    'a statistic of a search',
    { logs: 'a' },
    { over: '5m', ...LIMIT, statistic: 'max' },
    ['/condition/statistic "statistic" is only for metrics.'],
  ],
  [
    'an aggregate without a measure',
    { logs: 'a', aggregate: 'p95' },
    { over: '5m', ...LIMIT },
    ['/signal/aggregate "p95" needs an attribute to compute it from.'],
  ],
  [
    'a count of a measure',
    { logs: 'a', measure: '@b', aggregate: 'count' },
    { over: '5m', ...LIMIT },
    ['/signal/measure "count" counts events, so it takes no measure.'],
  ],
  [
    'a limit of groups without a formula',
    { logs: 'a', by: [{ facet: '@b', limit: 5 }] },
    { over: '5m', ...LIMIT },
    ['/signal/by/0 The limit of 5 groups needs a formula: the query of a single search has no limit.'],
  ],
  [
    'issues that are not grouped by their id',
    { error_tracking: 'a', by: ['service'] },
    { over: '1h', ...LIMIT },
    ['/signal/by Datadog rejects the monitor: issues must be grouped by "@issue.id".'],
  ],
  [
    'five facets, one of them twice',
    { logs: 'a', by: ['a', 'b', 'c', 'd', 'a'] },
    { over: '5m', ...LIMIT },
    [
      '/signal/by Datadog groups a search by at most 4 facets, not 5.',
      '/signal/by/4 The search is already grouped by "a".',
    ],
  ],
  [
    'a function of a condition in a formula of metrics',
    { formula: { expr: "anomalies(a, 'basic', 2)", signals: { a: { metric: 'a' } } } },
    { over: '5m', ...LIMIT },
    ['/signal/formula/expr "anomalies" belongs to a condition.'],
  ],
  [
    'a search that a query cannot contain',
    { logs: String.raw`a \"b` },
    { over: '5m', ...LIMIT },
    [
      '/signal/logs The search contains a backslash before a quote, or at its end, which a query cannot contain.',
    ],
  ],
  [
    'a burn rate beyond the maximum',
    slo(96),
    { burn_rate: { above: 25.1, long: '1h' } },
    [
      '/condition/burn_rate/above Datadog rejects the burn rate 25.1: the maximum for a target of 96 % is 25.',
    ],
  ],
  ['a burn rate at the maximum', slo(96), { burn_rate: { above: 25, long: '1h' } }, []],
  ['any burn rate without a target', slo(), { burn_rate: { above: 999, long: '1h' } }, []],
  [
    'a class beyond the maximum, which is lowered',
    slo(90),
    { burn_rate: 'fast' },
    [
      `info: /condition/burn_rate Datadog's maximum burn rate for a target of 90 % is 10. So "fast" is 8 over 2h.`,
    ],
  ],
  [
    'a class that would need more than 48 hours',
    slo(20),
    { burn_rate: 'ticket' },
    [
      `info: /condition/burn_rate Datadog's maximum burn rate for a target of 20 % is 1.25. So "ticket" is 1 over 72h.`,
      '/condition/burn_rate The long window is 72h. Datadog allows 1 to 48 hours.',
    ],
  ],
  [
    'a long window of half an hour',
    slo(),
    { burn_rate: { above: 2, long: '30m' } },
    ['/condition/burn_rate/long The long window is 30m. Datadog allows 1 to 48 hours.'],
  ],
  [
    'a short window that is not shorter',
    slo(),
    { burn_rate: { above: 2, long: '2h', short: '120m' } },
    ['/condition/burn_rate/short The short window 120m must be shorter than the long window 2h.'],
  ],
  [
    'a warning that is reached after the alert',
    slo(),
    { burn_rate: 'slow', warn: 6 },
    ['/condition/warn The warning threshold 6 is reached only after the alert threshold 6.'],
  ],
  [
    'more than the whole error budget',
    slo(),
    { error_budget: 101 },
    ['/condition/error_budget The spent error budget is 0 to 100 percent, not 101.'],
  ],
  [
    'a target of 100 percent',
    slo(100),
    { error_budget: 50 },
    ['/signal/slo/target A target is more than 0 and less than 100 percent, not 100.'],
  ],
  [
    'more than all checks',
    { check: 'a' },
    { percent: 101, warn: 101 },
    [
      '/condition/percent A percentage is 0 to 100, not 101.',
      '/condition/warn A percentage is 0 to 100, not 101.',
      '/condition/warn The warning threshold 101 is reached only after the alert threshold 101.',
    ],
  ],
  [
    'half a warning of a check',
    { check: 'a' },
    { failures: 2, warn: 1.5 },
    ['/condition/warn A number of results is 1 to 100, not 1.5.'],
  ],
  [
    'a burn rate of logs',
    { logs: 'a' },
    { burn_rate: 'fast' },
    ['/condition This condition does not apply to "logs".'],
  ],
  [
    'a condition of a combination',
    { all_of: [11, 12] },
    { over: '5m', ...LIMIT },
    ['/condition "all_of" has no condition.'],
  ],
  [
    'keys and ids that are not valid',
    { any_of: ['A b', { not: 1.5 }, { all_of: ['a/b/c', 'ok', 11] }] },
    {},
    [
      '/signal/any_of/0 "A b" is not a valid key.',
      '/signal/any_of/1/not 1.5 is not the id of a monitor.',
      '/signal/any_of/2/all_of/0 "a/b/c" is not a valid key.',
    ],
  ],
  [
    'thresholds of an anomaly that are not below its share',
    { metric: 'a' },
    { over: '4h', anomaly: { share: 0.5 }, warn: 0.5, recover: 0.6 },
    [
      '/condition/warn The warning threshold 0.5 is reached only after the share 0.5 of the alert.',
      '/condition/recover The recovery threshold 0.6 is within the alert range of 0.5.',
    ],
  ],
  [
    'a recovery from a warning that an anomaly does not have',
    { metric: 'a' },
    { over: '4h', anomaly: { algorithm: 'basic', seasonality: 'daily' }, warn_recover: 0.5 },
    [
      '/condition/warn_recover This recovery is never reached: the condition has no "warn".',
      'warning: /condition/anomaly/seasonality The algorithm "basic" ignores the seasonality.',
    ],
  ],
  [
    'a recovery from a warning that a limit does not have',
    { metric: 'a' },
    { over: '5m', ...LIMIT, warn_recover: 5 },
    ['/condition/warn_recover This recovery is never reached: the condition has no "warn".'],
  ],
];

describe('the findings about what an alert measures', () => {
  for (const [what, signal, condition, findings] of CASES)
    it(`${findings.length === 0 ? 'accept' : 'name'} ${what}`, () =>
      assert.deepEqual(findingsOf(signal, condition), findings));
});

describe('a facet or index that a query cannot contain', () => {
  const searches = (text: string): JsonObject[] => [
    { logs: 'x', by: [text] },
    { logs: 'x', index: ['main', text] },
    { logs: 'x', measure: text },
  ];
  it('does not match the schema, so that no monitor is read as such an alert', () => {
    for (const text of ['a,b', 'a"b', 'a\\\\', ''])
      for (const signal of searches(text))
        assert.ok(!isCompilable({ signal, condition: { over: '5m', ...LIMIT } }), JSON.stringify(signal));
    for (const signal of searches('@http.url details'))
      assert.ok(isCompilable({ signal, condition: { over: '5m', ...LIMIT } }));
  });
});
