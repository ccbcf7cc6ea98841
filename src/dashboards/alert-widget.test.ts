import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { withPlaceholders } from '../domain/references.ts';
import { lintDashboard } from '../lint/dashboard/lint-dashboard.ts';
import { alertsDashboard, readShownAlert } from './alerts-dashboard.ts';

const OWNER = { application: 'shop', team: 'payments' };

/** Returns the dashboard of one alert, and the definition of its widget. */
function widgetOf(monitor: JsonObject) {
  const alert = { application: 'shop', key: 'k', monitor: { name: 'N', ...monitor } };
  const dashboard = alertsDashboard(OWNER, [readShownAlert(alert)], {});
  const widget = Array.isArray(dashboard['widgets']) ? dashboard['widgets'][1] : undefined;
  const definition = isObject(widget) ? widget['definition'] : undefined;
  assert.ok(isObject(definition));
  return { dashboard, definition };
}

/** Returns the parts of a timeseries that depend on the alert. */
function graphOf({ requests, markers = [] }: JsonObject) {
  const [request] = Array.isArray(requests) ? requests : [];
  assert.ok(isObject(request));
  const { queries, formulas, display_type: display } = request;
  return {
    queries: list(queries).map(({ name: _, ...query }) => query),
    formulas: list(formulas).map(({ formula }) => formula),
    display,
    markers: list(markers).map(({ value }) => value),
  };
}

function list(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

const metrics = (query: string) => ({ data_source: 'metrics', query });

/** The queries of metric monitors, with the metric queries, the formula and the lines of their graphs. */
const METRIC_GRAPHS: readonly (readonly [
  query: string,
  queries: readonly string[],
  formula: string,
  lines: readonly string[],
  display?: string,
])[] = [
  ['avg(last_5m):avg:queue.depth{*} > 100', ['avg:queue.depth{$scope}'], 'query1', ['y = 100']],
  ['max(last_10m):max:replicas{*} by {host} == 0', ['max:replicas{$scope} by {host}'], 'query1', ['y = 0']],
  ['min(last_5m):queue.depth{*} < -0.5', ['avg:queue.depth{$scope}'], 'query1', ['y = -0.5']],
  [
    'sum(last_1h):sum:errors{*}.as_count() >= 10',
    ['sum:errors{$scope}.as_count().rollup(sum, 3600)'],
    'query1',
    ['y = 10'],
    'bars',
  ],
  [
    'sum(last_1h):sum:bytes{*} by {host}.as_count().rollup(sum, 300).fill(zero, 0) > 9',
    ['sum:bytes{$scope} by {host}.as_count().rollup(sum, 300).fill(zero, 0)'],
    'query1',
    ['y = 9'],
    'bars',
  ],
  [
    'sum(last_15m):100 * sum:errors{*}.as_count() / (sum:errors{*}.as_count() + sum:ok{*}.as_count()) > 5',
    ['sum:errors{$scope}.as_count().rollup(sum, 900)', 'sum:ok{$scope}.as_count().rollup(sum, 900)'],
    '100 * query1 / (query1 + query2)',
    ['y = 5'],
  ],
  [
    "avg(last_5m):top(moving_rollup(avg:cpu{*} by {host}, 600, 'max'), 10, 'mean', 'desc') > 90",
    ['avg:cpu{$scope} by {host}'],
    "top(moving_rollup(query1, 600, 'max'), 10, 'mean', 'desc')",
    ['y = 90'],
  ],
  [
    'change(min(last_5m),last_1d):avg:users{*} by {env} <= -25',
    ['avg:users{$scope} by {env}'],
    'query1 - timeshift(query1, -86400)',
    ['y = -25'],
  ],
  [
    'pct_change(sum(last_5m),last_1w):sum:a{*}.as_count() / sum:b{*}.as_count() > 100',
    ['sum:a{$scope}.as_count().rollup(sum, 300)', 'sum:b{$scope}.as_count().rollup(sum, 300)'],
    '100 * ((query1 / query2) - timeshift(query1 / query2, -604800)) / timeshift(query1 / query2, -604800)',
    ['y = 100'],
  ],
  [
    "avg(last_12h):anomalies(sum:hits{*} by {host}, 'basic', 2, direction='above', alert_window='last_30m', interval=120, count_default_zero='true') >= 1",
    ['sum:hits{$scope} by {host}'],
    "anomalies(query1, 'basic', 2)",
    [],
  ],
  [
    "avg(last_30m):outliers(avg:cpu{*} by {host}, 'DBSCAN', 3) > 0",
    ['avg:cpu{$scope} by {host}'],
    "outliers(query1, 'DBSCAN', 3)",
    [],
  ],
  [
    "max(next_1w):forecast(avg:disk.used{*} by {host}, 'linear', 1, interval='60m', history='1w', model='default') >= 0.9",
    ['avg:disk.used{$scope} by {host}'],
    "forecast(query1, 'linear', 1)",
    ['y = 0.9'],
  ],
  [
    'max(last_5m):avg:backup.done{*} by {job} > 1000000000000000',
    ['avg:backup.done{$scope} by {job}'],
    'query1',
    [],
  ],
];

describe('the widget of an alert', () => {
  for (const [query, queries, formula, lines, display = 'line'] of METRIC_GRAPHS) {
    it(`draws ${query}`, () => {
      const { dashboard, definition } = widgetOf({ type: 'query alert', query });
      assert.equal(definition['type'], 'timeseries');
      assert.deepEqual(graphOf(definition), {
        queries: queries.map(metrics),
        formulas: [formula],
        display,
        markers: lines,
      });
      assert.deepEqual(lintDashboard(withPlaceholders(dashboard), '', { inDocument: true }), []);
    });
  }

  it('draws the number of a search in each window, by its facets', () => {
    const query =
      'logs("service:shop \\"out of memory\\"").index("main").rollup("count").by("service,@region").last("10m") >= 3';
    const { dashboard, definition } = widgetOf({
      type: 'log alert',
      query,
      options: { thresholds: { critical: 3, warning: 1 } },
    });
    const group = { limit: 10, sort: { aggregation: 'count', order: 'desc' } };
    assert.deepEqual(graphOf(definition), {
      queries: [
        {
          data_source: 'logs',
          search: { query: '$service "out of memory"' },
          indexes: ['main'],
          compute: { aggregation: 'count', interval: 600_000 },
          group_by: [
            { facet: 'service', ...group },
            { facet: '@region', ...group },
          ],
        },
      ],
      formulas: ['query1'],
      display: 'bars',
      markers: ['y = 3', 'y = 1'],
    });
    assert.deepEqual(lintDashboard(withPlaceholders(dashboard), '', { inDocument: true }), []);
  });

  it('draws measures, and every source that widgets have', () => {
    for (const [type, head, source] of [
      ['trace-analytics alert', 'trace-analytics', 'spans'],
      ['rum alert', 'rum', 'rum'],
      ['audit alert', 'audits', 'audit'],
      ['event-v2 alert', 'events', 'events'],
      ['ci-pipelines alert', 'ci-pipelines', 'ci_pipelines'],
      ['ci-tests alert', 'ci-tests', 'ci_tests'],
      ['llm-observability alert', 'llm-observability', 'llm_observability'],
    ]) {
      const { dashboard, definition } = widgetOf({
        type: type ?? '',
        query: `${head}("service:shop").rollup("pc95", "@duration").last("15m") > 2`,
      });
      const [query] = graphOf(definition).queries;
      assert.equal(query?.['data_source'], source);
      assert.deepEqual(query?.['compute'], { aggregation: 'pc95', metric: '@duration', interval: 900_000 });
      assert.deepEqual(lintDashboard(withPlaceholders(dashboard), '', { inDocument: true }), []);
    }
  });

  it('draws a formula of searches from the variables of the monitor', () => {
    const search = (name: string, query: string) => ({
      data_source: 'logs',
      name,
      indexes: ['*'],
      compute: { aggregation: 'count' },
      search: { query },
      group_by: [],
    });
    const { dashboard, definition } = widgetOf({
      type: 'log alert',
      query: 'formula("100 * query1 / query2").last("15m") > 5',
      options: { variables: [search('query1', 'status:error'), search('query2', '*')] },
    });
    const { formulas, queries, markers } = graphOf(definition);
    assert.deepEqual([formulas, markers], [['100 * query1 / query2'], ['y = 5']]);
    assert.deepEqual(
      queries.map(({ search: one, compute }) => [one, compute]),
      ['status:error', '*'].map((query) => [{ query }, { aggregation: 'count', interval: 900_000 }]),
    );
    assert.deepEqual(lintDashboard(withPlaceholders(dashboard), '', { inDocument: true }), []);
  });

  /** Monitors without a graph, with the definition of their widgets apart from the title. */
  const WIDGETS: readonly (readonly [type: string, query: string, definition: JsonObject])[] = [
    [
      'service check',
      '"http.can_connect".over("env:prod","url:shop").exclude("host:old").by("host","url").last(5).count_by_status()',
      {
        type: 'check_status',
        check: 'http.can_connect',
        grouping: 'cluster',
        group_by: ['host', 'url'],
        tags: ['env:prod', 'url:shop'],
      },
    ],
    [
      'service check',
      '"datadog.agent.up".over("*").by("*").last(2).count_by_status()',
      { type: 'check_status', check: 'datadog.agent.up', grouping: 'cluster', group_by: [], tags: ['*'] },
    ],
    [
      'slo alert',
      'burn_rate("abc").over("7d").long_window("1h").short_window("5m") > 14.4',
      {
        type: 'slo',
        slo_id: 'abc',
        view_type: 'detail',
        view_mode: 'overall',
        time_windows: ['7d'],
        show_error_budget: true,
      },
    ],
    ...[
      ['process alert', 'processes("java").over("*").rollup("count").last("5m") < 1'],
      ['error-tracking alert', 'error-tracking-rum("a").rollup("count").by("@issue.id").last("1h") >= 1'],
      ['synthetics alert', 'anything at all'],
      ['log alert', 'logs("a").index("*").rollup("latest", "@x").last("5m") > 1'],
      ['query alert', 'avg(last_5m):avg:broken{ > 1'],
      ['query alert', 'avg(last_5m):1 > 0'],
    ].map(
      ([type = '', query = '']) =>
        [type, query, { type: 'alert_graph', alert_id: '${monitor:k}', viz_type: 'timeseries' }] as const,
    ),
  ];
  for (const [type, query, expected] of WIDGETS) {
    it(`shows ${query}`, () => {
      const { dashboard, definition } = widgetOf({ type, query });
      assert.deepEqual(definition, { title: 'N', ...expected });
      assert.deepEqual(lintDashboard(withPlaceholders(dashboard), '', { inDocument: true }), []);
    });
  }

  it('leaves a formula of a source that widgets do not have to Datadog, and one without its variables', () => {
    const variable = { name: 'query1', search: { query: 'x' }, compute: { aggregation: 'count' } };
    for (const variables of [[{ ...variable, data_source: 'database_queries' }], [], null]) {
      const { definition } = widgetOf({
        type: 'log alert',
        query: 'formula("query1").last("5m") > 1',
        options: { variables },
      });
      assert.equal(definition['type'], 'alert_graph');
    }
  });

  it('has the key of an alert without a name as its title', () => {
    for (const name of ['', ' ', null])
      assert.equal(widgetOf({ type: 'query alert', query: 'q', name }).definition['title'], 'k');
  });

  it('shows the state of a composite', () => {
    const { dashboard, definition } = widgetOf({ type: 'composite', query: '${monitor:a} && !12' });
    assert.equal(definition['type'], 'manage_status');
    assert.equal(definition['query'], 'tag:"birddog_key:shop/k"');
    assert.deepEqual(lintDashboard(withPlaceholders(dashboard), '', { inDocument: true }), []);
  });
});
