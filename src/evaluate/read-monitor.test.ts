import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../domain/json.ts';
import { readMonitor } from './read-monitor.ts';

const METRIC = 'query alert';
const LOG = 'log alert';

/** Type, query, options and the code of the refusal. */
const REFUSED: readonly (readonly [type: string, query: string, options: JsonObject, code: string])[] = [
  ['slo alert', 'error_budget("a").over("7d") > 10', {}, 'slo_alert'],
  ['service check', '"a".over("*").last(2).count_by_status()', {}, 'service_check'],
  ['process alert', 'processes("a").over("*").rollup("count").last("5m") > 1', {}, 'process_alert'],
  ['synthetics alert', 'no_query', {}, 'synthetics_alert'],
  ['unheard alert', 'a', {}, 'type'],
  [METRIC, "avg(last_4h):anomalies(avg:a{*}, 'agile', 2) >= 1", {}, 'anomalies'],
  [METRIC, "avg(last_1h):outliers(avg:a{*} by {host}, 'DBSCAN', 3) > 0", {}, 'outliers'],
  [METRIC, "max(next_1w):forecast(avg:a{*}, 'linear', 1) >= 3", {}, 'forecast'],
  [METRIC, 'percentile(last_5m):p99:a{*} > 1', {}, 'percentile'],
  [METRIC, 'avg(last_5m):ewma_3(avg:a{*}) > 1', {}, 'function:ewma_3'],
  [METRIC, 'avg(last_5m):avg:a{*}.weighted() > 1', {}, 'method:weighted'],
  [METRIC, 'avg(last_5m):avg:a{*} % 2 > 1', {}, 'operator'],
  [METRIC, 'avg(last_5m):avg:a{*}.fill(cubic) > 1', {}, 'fill'],
  [METRIC, 'avg(last_5m):avg:a{*}.rollup(median, 60) > 1', {}, 'rollup'],
  [METRIC, 'avg(last_5m):avg:a{*}.rollup(avg, 300) / avg:b{*} > 1', {}, 'mixed_rollups'],
  [METRIC, 'change(avg(last_1h),last_10m):avg:a{*}.rollup(avg, 3600) > 1', {}, 'change_shift'],
  [METRIC, 'change(avg(current_1h),last_10m):avg:a{*} > 1', {}, 'change_window'],
  [METRIC, 'avg(last_5m):avg:a{*} > threshold', {}, 'dynamic_threshold'],
  [METRIC, 'avg(last_5m):avg:a{*} >', {}, 'query_syntax'],
  [METRIC, 'avg(last_5):avg:a{*} > 1', {}, 'query_syntax'],
  [METRIC, 'avg(last_5m):avg:a{*} > 80', { thresholds: { critical_recovery: 90 } }, 'recovery_threshold'],
  [METRIC, 'avg(last_5m):avg:a{*} < 80', { thresholds: { critical_recovery: 70 } }, 'recovery_threshold'],
  [
    METRIC,
    'avg(current_1d):avg:a{*} > 80',
    { scheduling_options: { evaluation_window: { day_starts: '01:00', timezone: 'Mars/Base' } } },
    'time_zone',
  ],
  [
    METRIC,
    'avg(last_5m):avg:a{*} > 80',
    { scheduling_options: { custom_schedule: { recurrences: [{ rrule: 'FREQ=DAILY' }] } } },
    'custom_schedule',
  ],
  [
    METRIC,
    `avg(last_5m):${Array.from({ length: 600 }, () => 'avg:a{*}').join(' + ')} > 1`,
    {},
    'large_expression',
  ],
  [LOG, 'logs("a").index("*").rollup("cardinality", "@b").last("5m") > 1', {}, 'search:cardinality'],
  [LOG, 'logs("a").index("*").rollup("pc95", "@b").last("5m") > 1', {}, 'search:pc95'],
  [LOG, 'logs("a").index("*").rollup("avg", "@b").last("5m") > 1', {}, 'search:avg'],
  ['error-tracking alert', 'error-tracking("a").rollup("count").last("1h") > 1', {}, 'source'],
  [LOG, 'formula("a / b").last("5m") > 1', {}, 'query_syntax'],
  [
    METRIC,
    'formula("a").last("5m") > 1',
    { variables: [{ name: 'a', data_source: 'metrics', query: 'avg:a{*}' }] },
    'variable',
  ],
  [METRIC, 'avg(last_99w):avg:a{*} > 1', {}, 'window'],
  [METRIC, 'change(avg(last_1h),last_99w):avg:a{*} > 1', {}, 'change_shift'],
  [METRIC, 'avg(last_1d):avg:a{*}.rollup(avg, 1) > 1', {}, 'rollup_steps'],
  [METRIC, 'change(avg(last_5m),last_1mo):avg:a{*}.rollup(avg, 1) > 1', {}, 'rollup_steps'],
  [METRIC, 'avg(last_5m):avg:a{*}.fill(last, 999999999) > 1', {}, 'fill'],
  [METRIC, 'avg(last_5m):avg:a{*} > 1', { evaluation_delay: 1e12 }, 'evaluation_delay'],
  ['composite', '1 &&', {}, 'query_syntax'],
  ['composite', Array.from({ length: 400 }, () => '1').join(' || '), {}, 'large_expression'],
  ['composite', Array.from({ length: 11 }, (_, at) => at + 1).join(' || '), {}, 'composite_members'],
];

describe('a monitor that cannot be evaluated', () => {
  for (const [type, query, options, code] of REFUSED)
    it(`is refused as ${code}: ${query.slice(0, 60)}`, () => {
      const read = readMonitor({ type, name: 'n', query, options });
      assert.ok(read.kind === 'refused', JSON.stringify(read));
      assert.equal(read.code, code, read.message);
      assert.match(read.message, /^[A-Z"].*\.$/);
    });
});

describe('a condition', () => {
  const conditionOf = (query: string, options: JsonObject = {}, type = METRIC) => {
    const read = readMonitor({ type, name: 'n', query, options });
    assert.ok(read.kind === 'condition', JSON.stringify(read));
    return read;
  };

  it('names the points that it requires, without rollup and fill', () => {
    const query =
      'sum(last_1h):sum:a{env:prod} by {host}.as_count().rollup(sum, 300) / avg:b{*}.fill(last, 600) > 1';
    assert.deepEqual(conditionOf(query).queries, [
      {
        name: 'a',
        source: 'metrics',
        text: 'sum:a{env:prod} by {host}.as_count()',
        by: ['host'],
        method: 'sum',
        aggregation: 'sum',
        windowAggregation: 'sum',
        modifier: 'count',
        stepS: 300,
        pointS: 60,
        isAligned: true,
      },
      {
        name: 'b',
        source: 'metrics',
        text: 'avg:b{*}',
        by: [],
        method: 'avg',
        aggregation: 'avg',
        windowAggregation: 'sum',
        modifier: 'none',
        stepS: 60,
        pointS: 60,
        isAligned: false,
      },
    ]);
  });

  it('requires history for its window, delay, shift and interpolation', () => {
    const query = 'change(avg(last_1h),last_1d):avg:a{*}.fill(last, 600) > 1';
    const { historyS } = conditionOf(query, { evaluation_delay: 900 });
    assert.equal(historyS, 3600 + 900 + 86_400 + 600 + 60);
  });

  it('reads searches and formulas over searches', () => {
    const one = conditionOf(
      'logs("a \\"b\\"").index("x","y").rollup("sum", "@c").by("host,@d").last("1h") > 1',
      {},
      LOG,
    );
    const [search] = one.queries;
    assert.deepEqual(
      [search?.source, search?.text, search?.measure, search?.by, search?.indexes, one.by],
      ['logs', 'a "b"', '@c', ['host', '@d'], ['x', 'y'], ['host', '@d']],
    );
    const variable = (name: string) => ({
      name,
      data_source: 'rum',
      search: { query: '@type:error' },
      compute: { aggregation: 'count' },
      group_by: [{ facet: '@view.name' }],
    });
    const options = { variables: [variable('errors'), variable('all')] };
    const ratio = conditionOf('formula("errors / all * 100").last("15m") > 5', options, 'rum alert');
    assert.deepEqual(
      ratio.queries.map(({ name, source }) => [name, source]),
      [
        ['errors', 'rum'],
        ['all', 'rum'],
      ],
    );
    assert.deepEqual([ratio.by, ratio.aggregatesFirst], [['@view.name'], true]);
  });

  it('prefers the thresholds of the options', () => {
    const { thresholds } = conditionOf('avg(last_5m):avg:a{*} > 1', {
      thresholds: { critical: 2, warning: '1.5' },
    }).states;
    assert.deepEqual(thresholds, { critical: 2, warning: 1.5 });
  });
});
