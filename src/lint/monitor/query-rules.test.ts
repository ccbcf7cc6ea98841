import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { JsonObject } from '../../domain/json.ts';
import { lintMonitor } from './lint-monitor.ts';

const METRIC = 'query alert';
const LOGS = 'logs("service:a").index("*").rollup("count")';
const anomalyQuery = (args: string) => `avg(last_4h):anomalies(avg:a{*}, ${args}) >= 1`;
const forecastQuery = (args: string) => `max(next_1w):forecast(avg:a{*}, ${args}) >= 1`;
const burnRateQuery = (long: string, short: string) =>
  `burn_rate("a").over("30d").long_window("${long}").short_window("${short}") > 2`;
const searchQuery = (search: string) => `logs("${search}").index("*").rollup("count").last("5m") > 1`;
const rumVariable = (name: string): JsonObject => ({
  name,
  data_source: 'rum',
  compute: { aggregation: 'count' },
  search: { query: '*' },
});

/** A query and the expected findings: a code and the text at its position. */
const CASES: readonly (readonly [type: string, query: string, ...reported: string[]])[] = [
  // Windows.
  [METRIC, 'avg(last_1mo):avg:a{*} > 1'],
  [METRIC, 'avg(current_1mo):avg:a{*} > 1', 'evaluation_window_missing current_1mo'],
  ['log alert', `${LOGS}.current("1d") > 1`, 'evaluation_window_missing 1d'],
  ['rum alert', 'rum("a").rollup("count").current("1h") > 1', 'evaluation_window_missing 1h'],
  ['log alert', `${LOGS}.current("2d") > 1`, 'unknown_window 2d'],
  [METRIC, 'avg(last_2mo):avg:a{*} > 1', 'window_out_of_range last_2mo'],
  [METRIC, 'avg(5m):avg:a{*} > 1', 'unknown_window 5m'],
  [METRIC, 'avg(last_0m):avg:a{*} > 1', 'unknown_window last_0m'],
  [METRIC, 'avg(last_30s):avg:a{*} > 1', 'unknown_window last_30s'],
  [METRIC, 'avg(current_2h):avg:a{*} > 1', 'unknown_window current_2h'],
  [METRIC, 'change(avg(last_5m),5m_ago):avg:a{*} > 1'],
  [METRIC, 'change(avg(current_1d),last_5m):avg:a{*} > 1', 'unknown_window current_1d'],
  [METRIC, 'pct_change(avg(last_5m),hour):avg:a{*} > 1', 'unknown_window hour'],
  ['log alert', `${LOGS}.last("2d") > 1`],
  ['log alert', `${LOGS}.last("49h") > 1`, 'window_out_of_range 49h'],
  ['log alert', `${LOGS}.last("last_5m") > 1`, 'unknown_window last_5m'],
  ['log alert', `${LOGS}.last("5`, 'query_syntax "', 'query_syntax (', 'query_syntax ', 'unknown_window 5'],
  ['process alert', 'processes("a").over("*").rollup("count").last("30s") > 1'],
  ['slo alert', 'error_budget("a").over("7d") > 10'],
  ['slo alert', 'error_budget("a").over("1h") > 10', 'unknown_window 1h'],
  ['slo alert', burnRateQuery('6h', '30m')],
  ['slo alert', burnRateQuery('72h', '5m'), 'window_out_of_range 72h'],
  ['slo alert', burnRateQuery('1h', '2h'), 'burn_rate_windows "2h"'],
  ['cost alert', 'formula("q").last("5h") > 10', 'unknown_window 5h', 'formula_variable_undeclared q'],
  [
    'data-jobs alert',
    'formula("failed_runs(q)").by(a).last(90d) > 0',
    'window_out_of_range 90d',
    'formula_variable_undeclared q',
  ],
  // Functions. default() is no longer documented, but works.
  [METRIC, 'avg(last_5m):default(avg:a{*}, 0) > 1'],
  [METRIC, 'avg(last_5m):default(avg:a{*}) > 1', 'function_arguments default'],
  // Data of another type.
  [METRIC, searchQuery('a'), 'data_of_another_type logs'],
  ['log alert', 'avg(last_5m):avg:a{*} > 1', 'data_of_another_type avg'],
  ['log alert', searchQuery('a').replace('logs', 'log'), 'data_of_another_type log'],
  ['error-tracking alert', 'error-tracking("a").source("all").new().by("@issue.id").last("1h") >= 1'],
  ['error-tracking alert', 'error-tracking("a").last("1h") >= 1', 'untracked_issue error-tracking'],
  // Methods.
  ['log alert', 'logs("a").index("*").last("5m") > 1', 'method_missing logs'],
  ['log alert', 'logs("a").index("*").rollup("count").over("b").last("5m") > 1', 'unknown_method over'],
  ['log alert', `${LOGS}.by().last("5m") > 1`, 'method_arguments by()'],
  ['log alert', `${LOGS}.last("5m", "1h") > 1`, 'method_arguments "1h"'],
  ['log alert', 'logs("a").index("*").rollup("median", "@b").last("5m") > 1'],
  ['log alert', 'logs("a").index("*").rollup("mean", "@b").last("5m") > 1', 'method_arguments "mean"'],
  [
    'log alert',
    'logs("a").index("*").rollup("cardinality").last("5m") > 1',
    'rollup_without_measure "cardinality"',
  ],
  ['log alert', `${LOGS}.by("a,b,c,d").last("5m") > 1`],
  ['log alert', `${LOGS}.by("a,b,c,d,e").last("5m") > 1`, 'too_many_facets "a,b,c,d,e"'],
  ['service check', '"a".over("*").by("*").count_by_status()', 'method_missing "a"'],
  ['service check', '"a".over("*").by("*").last(2)', 'method_missing "a"'],
  ['service check', '"a".over("*").by("*").last(2).last(3).count_by_status()', 'method_twice last'],
  ['service check', '"a".over("*").by("*").last(2).count_by_state()', 'unknown_method count_by_state'],
  ['service check', '"a".over("*").by("*").last(0).count_by_status()', 'check_count 0'],
  ['service check', '"a".over("*").by("*").last("2h").count_by_status()', 'check_count "2h"'],
  ['service check', '"a".over("*").by("*").last(101).count_by_status()', 'check_count 101'],
  [METRIC, 'sum(last_5m):sum:a{*}.as_count(1) > 1', 'method_arguments 1'],
  [METRIC, 'avg(last_5m):avg:a{*}.rollup(60) > 1'],
  [METRIC, 'avg(last_1d):avg:a{*}.rollup(sum, daily) > 1'],
  [METRIC, 'avg(last_5m):avg:a{*}.rollup() > 1', 'method_arguments rollup()'],
  [METRIC, 'avg(last_5m):avg:a{*}.fill(last, 600) > 1'],
  [METRIC, 'avg(last_5m):avg:a{*}.fill(last, 601) > 1', 'fill_too_long 601'],
  [METRIC, 'avg(last_5m):avg:a{*}.rollup(avg, 300) > 1'],
  [METRIC, 'avg(last_5m):avg:a{*}.rollup(avg, 301) > 1', 'rollup_longer_than_window 301'],
  // Functions.
  [METRIC, "avg(last_5m):top(avg:a{*} by {b}, 10, 'mean', 'desc') > 1"],
  [METRIC, 'avg(last_5m):avg:a{*} / is_greater(pow(avg:b{*}, 2), 15) > 1'],
  [METRIC, 'avg(last_5m):count_nonzero_finite(rollingavg_5(avg:a{*} by {b})) > 1'],
  [METRIC, 'avg(last_5m):rollingavg_6(avg:a{*}) > 1', 'unknown_function rollingavg_6'],
  [METRIC, 'avg(last_5m):abs(avg:a{*}, 1) > 1', 'function_arguments 1'],
  [
    METRIC,
    "avg(last_5m):timeshift(avg:a{*}, -3600) > moving_rollup(avg:a{*}, 60, 'max')".replace(/ > .*/, ' > 1'),
  ],
  [METRIC, 'avg(last_5m):timeshift(avg:a{*}) > 1', 'function_arguments timeshift'],
  [METRIC, 'avg(last_5m):autosmooth(avg:a{*}) > 1', 'unknown_function autosmooth'],
  [METRIC, 'avg(last_5m, last_1h):avg:a{*} > 1', 'change_arguments last_1h'],
  [METRIC, 'change(last_5m,last_1h):avg:a{*} > 1', 'change_arguments last_5m'],
  // Algorithms.
  [
    METRIC,
    anomalyQuery("'agile', 2, direction='above', alert_window='last_15m', interval=60, seasonality='daily'"),
    "threshold_windows 'last_15m'",
  ],
  [METRIC, anomalyQuery("'agile', -1"), 'anomaly_arguments -1'],
  [METRIC, anomalyQuery("'agile', 2, 3"), 'anomaly_arguments 3'],
  [METRIC, anomalyQuery("'agile'"), "anomaly_arguments 'agile'"],
  [METRIC, anomalyQuery("'agile', 2, direction='up'"), "anomaly_arguments 'up'"],
  [METRIC, anomalyQuery("'agile', 2, windw='last_5m'"), 'anomaly_arguments windw'],
  [METRIC, anomalyQuery("'agile', 2, alert_window='last_1d'"), "anomaly_window 'last_1d'"],
  // Quotes of searches.
  ['rum alert', `rum('a b').rollup('count').last("5m") > 1`, "single_quotes 'a b'"],
  ['trace-analytics alert', `trace-analytics("a").rollup('count').last('5m') > 1`, "single_quotes 'count'"],
  ['process alert', `processes('a').over('b').rollup('count').last('5m') > 1`],
  ['log alert', searchQuery('@msg:"a b" OR c'), 'search_quotes "@msg:"a b" OR c"'],
  ['log alert', searchQuery('@msg:\\"a b\\" OR c')],
  [METRIC, "avg(last_1h):outliers(avg:a{*} by {b}, 'scaledMAD', 3, 20) > 0"],
  [METRIC, "avg(last_1h):outliers(avg:a{*} by {b}, 'MAD', 3, 20, 5) > 0", 'outlier_arguments 5'],
  [METRIC, forecastQuery("'seasonal', 1, seasonality='weekly', history='2w', interval='60m'")],
  [METRIC, forecastQuery("'linear', 1, model='simpel'"), "forecast_arguments 'simpel'"],
  [METRIC, forecastQuery("'linear', 1, seasonality='daily'"), 'algorithm_setting_unused seasonality'],
  [METRIC, forecastQuery("'linear', 1").replace('1w', '1h'), 'window_out_of_range next_1h'],
  [METRIC, forecastQuery("'linear', 1").replace('>=', '<'), 'comparator_unusual <'],
  [METRIC, forecastQuery("'linear', 1").replace('max', 'min').replace('>=', '<=')],
  [METRIC, 'avg(next_1w):avg:a{*} > 1', 'forecast_window next_1w'],
  // Filters and groups.
  [METRIC, 'avg(last_5m):avg:a{b:c,!d:e} > 1'],
  [METRIC, 'avg(last_5m):avg:a{b:c AND NOT d:e} > 1'],
  [METRIC, 'avg(last_5m):avg:a{!b:c AND d:e} > 1', 'filter_mixed !'],
  [METRIC, 'avg(last_5m):avg:a{b:*} > 1'],
  [METRIC, 'avg(last_5m):avg:a{:c} > 1', 'tag_half_empty :c'],
  [METRIC, 'avg(last_5m):avg:a{*} by {b,c,b} > 1', 'group_key b'],
  [METRIC, 'avg(last_5m):avg:a{*} by {*} > 1', 'group_key *'],
  [METRIC, 'avg(last_5m):avg:a{b:$c} by {$d} > 1', 'dashboard_variable $c', 'dashboard_variable $d'],
  [METRIC, 'avg(last_5m):avg:a{b IN ($c)} > 1', 'dashboard_variable $c'],
  // Searches.
  ['log alert', searchQuery('a AND (b OR -c) NOT d @e:[1 TO 2] f:(g h) \\"(i\\" @j:>=4 k\\\\:l')],
  ['log alert', searchQuery('')],
  ['log alert', searchQuery('a AND'), 'search_unreadable AND'],
  ['log alert', searchQuery('a OR OR b'), 'search_unreadable OR'],
  ['log alert', searchQuery('(a b'), 'search_unreadable ('],
  ['log alert', searchQuery('a b)'), 'search_unreadable )'],
  ['log alert', searchQuery('a: b'), 'search_unreadable a:'],
  ['log alert', searchQuery('a:\\"b'), 'search_unreadable \\"'],
  ['log alert', searchQuery('a or b'), 'search_word_case or'],
  ['log alert', searchQuery('\\"a or b\\"')],
  ['log alert', searchQuery('service:$service'), 'dashboard_variable $service'],
  // Metrics, filters and arguments.
  [METRIC, 'avg(last_5m):abc > 1', 'metric_missing abc'],
  [METRIC, 'avg(last_5m):abs(1) * 2 > 1', 'metric_missing abs(1) * 2'],
  [METRIC, 'avg(last_5m):avg:a..b{*} > 1', 'metric_name a..b'],
  [METRIC, 'avg(last_5m):avg:4a{*} > 1', 'metric_name 4a'],
  [METRIC, 'avg(last_5m):avg:a{b=c} > 1', 'filter_characters b=c'],
  [METRIC, 'avg(last_5m):avg:a{b:c/d_e-f.g} > 1'],
  [METRIC, 'avg(last_5m):avg:a{b:c AND AND d:e} > 1', 'query_syntax AND'],
  [METRIC, 'avg(last_5m):avg:a{NOT} > 1', 'query_syntax NOT'],
  [METRIC, 'avg(last_5m):avg:a{*}.rollup(avg, 0) > 1', 'method_arguments 0'],
  [METRIC, anomalyQuery('agile, 2'), 'anomaly_arguments agile'],
  ['log alert', `${LOGS}.last(5m) > 1`, 'data_arguments 5m'],
  ['log alert', `${LOGS}.by("a,,b").last("5m") > 1`, 'method_arguments "a,,b"'],
  ['log alert', 'logs(a).index("*").rollup("count").last("5m") > 1', 'data_arguments a'],
  ['log alert', 'logs("a", "b").index("*").rollup("count").last("5m") > 1', 'data_arguments "b"'],
  ['slo alert', 'error_budget("").over("7d") > 10', 'data_arguments ""'],
  ['slo alert', 'error_budget().over("7d") > 10', 'data_arguments error_budget'],
  // Comparisons.
  ['slo alert', 'error_budget("a").over("7d") >= 10'],
  [METRIC, 'change(avg(last_5m),last_1h):avg:a{*} == 1', 'comparator_unusual =='],
  ['rum alert', 'rum("a").rollup("count").last("5m") != 1', 'comparator_unusual !='],
  ['log alert', searchQuery('a').replace('>', '==')],
  [METRIC, 'avg(last_5m):avg:a{*} > threshold', 'threshold_query_missing threshold'],
  // Composites.
  ['composite', '1 && (!2 || 3)'],
  ['composite', '1 && !1 || 2'],
  ['composite', '1 || 1', 'composite_member_twice 1'],
  ['composite', '1 && ${monitor:a}', 'composite_reference ${monitor:a}'],
  ['composite', '1 && a2', 'query_syntax a2'],
];

describe('rules about queries', () => {
  for (const [type, query, ...reported] of CASES) {
    it(`report ${reported.join(', ') || 'nothing'} for ${query}`, () => {
      const found = lintMonitor({ type, query }, '').map(
        ({ code, at = 0, to = 0 }) => `${code} ${query.slice(at, to)}`,
      );
      assert.deepEqual(found.sort(), reported.sort());
    });
  }

  const formulas: readonly (readonly [
    query: string,
    variables: readonly JsonObject[],
    ...reported: string[],
  ])[] = [
    ['formula("a / b").last("5m") > 1', [rumVariable('a'), rumVariable('b')]],
    ['formula("default_zero(a) * 100").last("5m") > 1', [rumVariable('a')]],
    ['formula("a / c").last("5m") > 1', [rumVariable('a')], 'formula_variable_undeclared /query'],
    [
      'formula("a").last("5m") > 1',
      [rumVariable('a'), rumVariable('b')],
      'formula_variable_unused /options/variables/1/name',
    ],
    [
      'rum("a").rollup("count").last("5m") > 1',
      [rumVariable('a')],
      'formula_variable_unused /options/variables/0/name',
    ],
    [
      'formula("a").last("5m") > 1',
      [rumVariable('a'), rumVariable('a')],
      'formula_variable_twice /options/variables/1/name',
    ],
    ['formula("a +").last("5m") > 1', [rumVariable('a')], 'formula_unreadable /query'],
    ['formula("nothing(a)").last("5m") > 1', [rumVariable('a')], 'unknown_function /query'],
    [
      'formula("a").last("5m") > 1',
      [{ ...rumVariable('a'), data_source: 'ruum' }],
      'variable_source /options/variables/0/data_source',
    ],
    [
      'formula("a").last("5m") > 1',
      [{ ...rumVariable('a'), compute: { aggregation: 'avg' } }],
      'variable_incomplete /options/variables/0/compute',
    ],
    [
      'formula("a").last("5m") > 1',
      [{ ...rumVariable('a'), search: null }],
      'variable_incomplete /options/variables/0',
    ],
    [
      'formula("a").last("5m") > 1',
      [{ ...rumVariable('a'), search: { query: 'b OR' } }],
      'search_unreadable /options/variables/0/search/query',
    ],
    [
      'formula("a").last("5m") > 1',
      [{ name: 'a', data_source: 'metrics', query: 'avg:b{' }],
      'variable_query_syntax /options/variables/0/query',
    ],
  ];
  for (const [query, variables, ...reported] of formulas) {
    it(`report ${reported.join(', ') || 'nothing'} for ${query} over ${JSON.stringify(variables)}`, () => {
      const found = lintMonitor({ type: 'rum alert', query, options: { variables: [...variables] } }, '');
      assert.deepEqual([...new Set(found.map(({ code, pointer }) => `${code} ${pointer}`))], reported);
    });
  }

  it('report nothing for the variables of an update without options or without a query', () => {
    const update = { whole: false };
    const query = 'formula("a").last("5m") > 1';
    assert.deepEqual(lintMonitor({ type: 'rum alert', query }, '', update), []);
    assert.deepEqual(lintMonitor({ options: { variables: [rumVariable('a')] } }, '', update), []);
  });

  it('fix mistakes with only one plausible correction', () => {
    const fixes: readonly (readonly [type: string, query: string, fixed: string])[] = [
      [METRIC, 'avg(last_5min):avg:a{*} > 1', 'avg(last_5m):avg:a{*} > 1'],
      [METRIC, 'avg(1h):avg:a{*} > 1', 'avg(last_1h):avg:a{*} > 1'],
      [METRIC, 'avg(LAST_1H):avg:a{*} > 1', 'avg(last_1h):avg:a{*} > 1'],
      ['log alert', `${LOGS}.last("5 minutes") > 1`, `${LOGS}.last("5m") > 1`],
      [METRIC, 'sum(last_5m):sum:a{*}.as_counts() > 1', 'sum(last_5m):sum:a{*}.as_count() > 1'],
      [
        'log alert',
        'logs("a").rollup("count").last("5m") > 1',
        'logs("a").index("*").rollup("count").last("5m") > 1',
      ],
    ];
    for (const [type, query, fixed] of fixes) {
      const edit = lintMonitor({ type, query }, '').find(({ fix }) => fix !== undefined)?.fix?.edits[0];
      assert.ok(edit !== undefined && 'text' in edit, query);
      assert.equal(query.slice(0, edit.from) + edit.text + query.slice(edit.to), fixed);
    }
  });

  it('never throw, for any query of any length', () => {
    const types = fc.constantFrom(
      METRIC,
      'log alert',
      'service check',
      'composite',
      'slo alert',
      'cost alert',
    );
    fc.assert(
      fc.property(types, fc.string({ unit: 'binary' }), fc.jsonValue(), (type, query, variables) => {
        const options: JsonObject = JSON.parse(JSON.stringify({ variables }));
        assert.ok(Array.isArray(lintMonitor({ type, query, options }, '')));
      }),
    );
    for (const repeated of [
      ' + avg:a{b:c} by {d}',
      ' + f(avg:a{b:c,',
      '.x()',
      ' && 1',
      '.by("a")',
      ' OR a',
      '$a,',
      '((',
    ]) {
      for (const before of ['avg(last_5m):avg:a{*}', 'logs("a")', 'logs("', '1', '"a"', 'formula("a']) {
        for (const type of [METRIC, 'log alert', 'service check', 'composite'])
          assert.ok(lintMonitor({ type, query: before + repeated.repeat(2_000) }, '').length > 0);
      }
    }
  });
});
