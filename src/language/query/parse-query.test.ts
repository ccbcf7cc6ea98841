import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseMetricQuery, parseQuery } from './parse-query.ts';
import { printQuery } from './print-query.ts';
import type { Query } from './syntax.ts';

/** At least one query of each form for each monitor type. */
const QUERIES: readonly [type: string, query: string][] = [
  ['query alert', 'avg(last_5m):avg:system.load.1{*} > 1'],
  ['query alert', 'avg(last_1h):system.load.1{host:a} by {host} >= -2.5e3'],
  [
    'metric alert',
    'sum(current_1mo):sum:a.b{env:prod,!host:x*} by {a,b.c}.as_count() / sum:a.c{*} * 100 < 5',
  ],
  ['query alert', 'max(last_15m):(avg:a{*} + -avg:b{x:y OR NOT (z:1 AND q)})*2 == 0'],
  ['query alert', 'min(last_1d):max:a{state IN (open,half_open) AND zone NOT IN (a)} != 1'],
  ['query alert', 'change(avg(last_5m),last_1h):default_zero(sum:a{b}.as_rate().fill(zero, 60)) > 10'],
  ['query alert', 'pct_change(avg(last_5m),5m_ago):avg:a{*}.rollup(sum,900) > 20'],
  [
    'query alert',
    "avg(last_4h):anomalies(avg:a{b:c} by {d}, 'agile', 2, direction='above', alert_window='last_5m', interval=60) >= 1",
  ],
  ['query alert', "max(next_1w):forecast(avg:a{*}, 'linear', 1, history='1w') >= 3"],
  ['query alert', "avg(last_1h):outliers(avg:a{env:prod} by {host}, 'DBSCAN', 3) > 0"],
  ['query alert', 'percentile(last_1d):p99:trace.web.request{service:a} > threshold'],
  ['query alert', 'sum(last_5m):count(v: v<=5):latency{*}.as_count() > 1'],
  ['query alert', 'formula("query1").rollup("sum").last("5m") > 124'],
  [
    'service check',
    '"http.can_connect".over("*","a:b").exclude("c").by("host","url").last(6).count_by_status()',
  ],
  ['service check', "'ntp.in_sync'.by('*').last(1).pct_by_status()"],
  [
    'log alert',
    'logs("service:a \\"b c\\" -@x:[1 TO 2]").index("main","x").rollup("pc95", "@d").by("a,@b").last("5m") > 1',
  ],
  ['event-v2 alert', 'events("source:a status:(error OR warning)").rollup("count").last("1h") > 10'],
  ['event alert', "events('priority:all').rollup('count').last('1d') < 1"],
  ['audit alert', 'audits("status:error").rollup("cardinality", "@usr.id").last("5m") > 250'],
  ['rum alert', 'formula("query2 / query1 * 100").last("15m") >= 0.8'],
  [
    'trace-analytics alert',
    'trace-analytics("env:a").index("trace-search").rollup("count").by("*").last("5m") > 100',
  ],
  ['error-tracking alert', 'error-tracking-rum("a").rollup("count").by("@issue.id").last("1h") >= 1'],
  [
    'ci-pipelines alert',
    'ci-pipelines("ci_level:pipeline").rollup("count").by("@git.branch").last("5m") >= 1',
  ],
  ['ci-tests alert', 'ci-tests("type:test").rollup("count").last("5m") >= 1'],
  ['database-monitoring alert', 'database-monitoring("a").rollup("count").last("5m") >= 1'],
  ['network-performance alert', 'network-performance("a").rollup("sum", "@b").last("5m") >= 1'],
  ['network-path alert', 'network-path("a").index("netpath-path").rollup("count").last("5m") >= 1'],
  ['llm-observability alert', 'llm-observability("*").rollup("count").last("2h") > 0'],
  ['process alert', "processes('java').over('a:b').by('host').rollup('count').last('10m') > 1"],
  ['slo alert', 'error_budget("abc").over("7d") > 10'],
  ['slo alert', 'burn_rate("abc").over("30d").long_window("1h").short_window("5m") > 14.4'],
  ['cost alert', 'formula("query1").last("30d").anomaly(direction="both", threshold=10) > 6'],
  ['data-quality alert', 'formula("query1").last("30m") > 1000'],
  ['data-jobs alert', 'formula("failed_runs(run_query)").by(job_name,workspace_name).last(10d) > 0'],
  ['composite', '( 1 && !2 ) || (!(1 || 3) && 2)'],
  ['synthetics alert', 'no_query'],
  ['a future type', 'what(ever > it '],
];

describe('a query that Datadog accepts', () => {
  for (const [type, text] of QUERIES) {
    it(`parses without a fault: ${text}`, () => {
      const { query, faults } = parseQuery(type, text);
      assert.deepEqual(faults, []);
      assert.equal(withoutBlanks(printQuery(query)), withoutBlanks(text), 'printing changes only spaces');
      assert.deepEqual(
        shape(parseQuery(type, printQuery(query)).query),
        shape(query),
        'the printed query parses to the same tree',
      );
    });
  }

  it('may have spaces and line breaks between any two parts', () => {
    const text = ' avg( last_5m ) : avg:a {\n b:c , d } by { e , f }\n . rollup( sum , 60 ) > 1 \n';
    assert.deepEqual(parseQuery('query alert', text).faults, []);
  });

  it('has a tree whose spans match the text', () => {
    const text = 'avg(last_5m):sum:a.b{x:y} by {host} > 10';
    const { query } = parseQuery('query alert', text);
    assert.ok(query.kind === 'metric' && query.expression.kind === 'series' && query.comparison);
    const { metric, filter, groupBy } = query.expression;
    const at = (node: { span: { from: number; to: number } } | undefined) =>
      text.slice(node?.span.from, node?.span.to);
    assert.deepEqual(
      [metric, filter, groupBy, groupBy?.keys[0], query.evaluation.args[0], query.comparison.limit].map(at),
      ['a.b', '{x:y}', 'by {host}', 'host', 'last_5m', '10'],
    );
  });
});

describe('a mistake in a query', () => {
  const mistakes: readonly [type: string, text: string, at: string, code: string][] = [
    ['query alert', 'avg(last_5m):avg:a{* > 1', '{', 'unclosed'],
    ['query alert', 'avg(last_5m):avg:a{*}} > 1', '}', 'unopened'],
    ['query alert', 'sum(last_5m):sum:a{*} / (sum:b{*} + 1) ) * 100 > 5', ')', 'unopened'],
    ['query alert', 'sum(last_5m):sum:a{*}.as_count() by {host} > 5', 'by {host}', 'late_group'],
    [
      'query alert',
      'sum(last_5m):sum:a{*}.rollup(sum, 60) by {host, env}.fill(0) > 5',
      'by {host, env}',
      'late_group',
    ],
    ['query alert', 'sum(last_5m):sum:a{*} by host > 1', 'by host', 'bare_group'],
    ['query alert', 'sum(last_5m):sum:a{*} by host, env > 1', 'by host, env', 'bare_group'],
    ['query alert', 'avg(last_5m:avg:a{*} > 1', '(', 'unclosed'],
    ['query alert', 'avg(last_5m):(avg:a{*} + 1 > 1', '(', 'unclosed'],
    ['query alert', 'avg(last_5m):avg:a{*} >> 1', '>>', 'doubled'],
    ['query alert', 'avg(last_5m):avg:a{*} > > 1', '>', 'doubled'],
    ['query alert', 'avg(last_5m):avg:a{*} ** 2 > 1', '**', 'doubled'],
    ['query alert', 'avg(last_5m):avg:a{*} > .5', '.5', 'bad_number'],
    ['query alert', 'avg(last_5m):avg:a{*} > 1.2.3', '1.2.3', 'bad_number'],
    ['query alert', 'avg(last_5m):avg:a{*} > 1 2', '2', 'unexpected'],
    ['query alert', 'avg(last_5m):avg:a{*}', '', 'missing'],
    ['query alert', 'avg(last_5m):avg:a > 1', '', 'missing'],
    ['query alert', 'avg(last_5m):avg:a{} > 1', '{', 'missing'],
    ['query alert', 'avg(last_5m):avg:a{b:c,} > 1', '}', 'missing'],
    ['query alert', 'avg(last_5m):avg:a{b:c d:e} > 1', 'd:e', 'unexpected'],
    ['query alert', 'avg(last_5m):avg:a{*} by {} > 1', '}', 'missing'],
    ['query alert', 'avg(last_5m) avg:a{*} > 1', 'a', 'missing'],
    ['query alert', 'avg(last_5m):"a" > 1', '"', 'missing'],
    ['query alert', 'avg(last_5m):avg:a{"b IN (c)} > 1', '"', 'unexpected'],
    ['query alert', 'sum(last_5m):count(v: "v<=5):a{*} > 1', '"', 'missing'],
    ['log alert', 'logs("a").last("5m) > 1', '"', 'unterminated_text'],
    ['log alert', 'logs("a).index("*").last("5m") > 1', '"a).index("', 'uneven_quotes'],
    ['log alert', 'logs("a" "b").last("5m") > 1', '"b"', 'unexpected'],
    ['log alert', 'query', 'q', 'missing'],
    ['composite', '1 && ', '', 'missing'],
    ['composite', '1 | 2', '|', 'unexpected'],
    ['composite', '(1 || 2', '(', 'unclosed'],
    ['composite', '1 || 2)', ')', 'unopened'],
    ['service check', 'http.can_connect.last(2)', 'h', 'missing'],
  ];
  for (const [type, text, at, code] of mistakes) {
    it(`is found at its position: ${text}`, () => {
      const found = parseQuery(type, text).faults.map(
        (fault) => `${fault.code} ${text.slice(fault.span.from, fault.span.to)}`,
      );
      assert.ok(found.includes(`${code} ${at}`), found.join(' | '));
    });
  }

  it('does not hide the next mistake', () => {
    const { faults } = parseQuery('query alert', 'avg(last_5m):avg:a{b c} + sum:d{} > x');
    assert.deepEqual(
      faults.map(({ code }) => code),
      ['unexpected', 'missing', 'bad_number'],
    );
  });
});

function withoutBlanks(text: string): string {
  return text.replace(/\s/g, '');
}

/** Returns a tree without its spans. */
function shape(query: Query): unknown {
  return JSON.parse(JSON.stringify(query, (name, value: unknown) => (name === 'span' ? undefined : value)));
}

describe('a metric query of a widget', () => {
  it('is only an expression, with template variables', () => {
    const { expression, faults } = parseMetricQuery('avg:a.b{$env,host:$host.value} by {host} * 2');
    assert.deepEqual(faults, []);
    assert.equal(expression.kind, 'binary');
  });

  it('rejects text after it', () => {
    const { faults } = parseMetricQuery('avg:a{*} > 1');
    assert.deepEqual(faults, [{ code: 'unexpected', span: { from: 9, to: 12 }, what: '> 1' }]);
  });
});
