import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../../domain/json.ts';
import { parseMetricQuery, parseQuery } from '../../language/query/parse-query.ts';
import { printExpression } from '../../language/query/print-query.ts';
import { isCompilable } from '../compile-query.ts';
import { SEARCH_FORMULA } from './search-formula.ts';

/** Compiles a formula and reads it back. */
function roundTrip(expr: string, signals: Readonly<Record<string, JsonObject>>) {
  const { expression } = parseMetricQuery(expr);
  const measured = SEARCH_FORMULA.compile({ expr: expression, signals: new Map(Object.entries(signals)) });
  assert.ok(measured.form === 'search');
  const { type, query: text, options } = measured;
  const { query } = parseQuery(type, `${text} > 1`);
  assert.ok(query.kind === 'chain');
  const read = SEARCH_FORMULA.read({ form: 'search', type, text, options, head: query.head });
  return {
    text,
    variables: options['variables'],
    read: read && [printExpression(read.expr), Object.fromEntries(read.signals)],
  };
}

const findingsOf = (...signals: JsonObject[]): string[] => {
  const found: string[] = [];
  SEARCH_FORMULA.check(
    signals.map((signal, at) => [[String(at)], signal] as const),
    (path, message) => found.push(`${path.join('/')}: ${message}`),
  );
  return found;
};

describe('a formula of searches', () => {
  it('has a variable for each search, which reads back', () => {
    const signals = { query1: { logs: 'service:shop status:error', index: 'main' }, total: { logs: '*' } };
    const { text, variables, read } = roundTrip('100 * query1 / total', signals);
    assert.equal(text, 'formula("100 * query1 / total")');
    assert.deepEqual(variables, [
      {
        data_source: 'logs',
        name: 'query1',
        indexes: ['main'],
        compute: { aggregation: 'count' },
        search: { query: 'service:shop status:error' },
        group_by: [],
      },
      {
        data_source: 'logs',
        name: 'total',
        indexes: ['*'],
        compute: { aggregation: 'count' },
        search: { query: '*' },
        group_by: [],
      },
    ]);
    assert.deepEqual(read, ['100 * query1 / total', signals]);
  });

  it('limits the groups of each search, by default by the number of facets', () => {
    const by = ['snmp_device', 'device_namespace', { facet: '@ifIndex', limit: 7 }];
    const signals = { query: { ci_tests: '', measure: '@rx', aggregate: 'p99', by } };
    const { variables, read } = roundTrip('query', signals);
    const sort = { aggregation: 'pc99', order: 'desc', metric: '@rx' };
    assert.deepEqual(variables, [
      {
        data_source: 'ci_tests',
        name: 'query',
        indexes: ['*'],
        compute: { aggregation: 'pc99', metric: '@rx' },
        search: { query: '' },
        group_by: [
          { facet: 'snmp_device', limit: 10, sort },
          { facet: 'device_namespace', limit: 10, sort },
          { facet: '@ifIndex', limit: 7, sort },
        ],
      },
    ]);
    assert.deepEqual(read, ['query', signals]);
  });

  it('is no alert with a metric in it', () => {
    const condition = { over: '5m', above: 1 };
    const [logs, metric] = [{ logs: 'a' }, { metric: 'm', as: 'count' }];
    const signals = { x: metric, y: logs };
    for (const signal of [
      { ratio: { of: metric, to: logs } },
      { ratio: { of: logs, to: metric } },
      { formula: { expr: 'x / y', signals } },
    ])
      assert.equal(isCompilable({ signal, condition }), false);
    assert.equal(isCompilable({ signal: { ratio: { of: logs, to: logs } }, condition }), true);
  });

  it('searches in one source, which has formulas', () => {
    assert.deepEqual(findingsOf({ logs: 'a' }, { rum: 'b' }), [
      '1/rum: All searches of a formula are in one source, here in logs, not in RUM events.',
    ]);
    assert.deepEqual(findingsOf({ error_tracking: 'a' }), [
      '0/error_tracking: Datadog has no formulas of searches in issues of Error Tracking.',
    ]);
    assert.deepEqual(findingsOf({ ci_tests: 'a' }, { ci_tests: 'b' }, { ci_tests: 'c' }), [
      '2: A formula of searches in CI tests has at most 2 searches, not 3.',
    ]);
    assert.deepEqual(findingsOf({ logs: 'a', aggregate: 'p95' }), [
      '0/aggregate: "p95" needs an attribute to compute it from.',
    ]);
  });
});
