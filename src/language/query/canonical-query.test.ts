import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sameQuery } from './canonical-query.ts';

describe('two queries that differ only in spelling', () => {
  const pairs: readonly [type: string, a: string, b: string][] = [
    ['query alert', 'avg(last_5m):avg:a{x:y} by {b,c}>1', 'avg( last_5m ) : avg:a{x:y}  BY {b, c} > 1.0 '],
    ['query alert', 'avg(last_5m):avg:a{*} / avg:b{*} > 1', 'avg(last_5m):((+avg:a{*}) / (avg:b{*})) > 1'],
    ['query alert', 'avg(last_5m):avg:a{*} > 1000', 'avg(last_5m):a{*} > 1e3'],
    ['query alert', "avg(last_5m):top(a{*}, 5, 'mean') > 1", 'avg(last_5m):top(a{*}, 5, "mean") > 1'],
    [
      'query alert',
      "avg(last_1h):anomalies(a{*}, 'agile', 2, interval=60, direction='both') >= 1",
      "avg(last_1h):anomalies(a{*}, 'agile', 2, direction='both', interval=60) >= 1",
    ],
    [
      'slo alert',
      'burn_rate("a").over("30d").long_window("24h").short_window("120m") > 3',
      'burn_rate("a").over("30d").long_window("1d").short_window("2h") > 3',
    ],
    [
      'service check',
      `"a".over("*").by('*').last(2).count_by_status()`,
      `'a'.over('*').by("*").last(2).count_by_status()`,
    ],
    [
      'service check',
      '"a".over("*").exclude("b:c").by("*").last(2).count_by_status()',
      '"a".exclude("b:c").last(2).count_by_status()',
    ],
    ['composite', '1 && (2 || 3)', '(1)&&( 2||3 )'],
    ['composite', '1 || (!2 && 3)', '1 || !2 && 3'],
  ];
  for (const [type, a, b] of pairs) it(`${a} and ${b}`, () => assert.ok(sameQuery(type, a, b)));
});

describe('two queries that differ in more than spelling', () => {
  const pairs: readonly [type: string, a: string, b: string][] = [
    ['query alert', 'avg(last_60m):a{*} > 1', 'avg(last_1h):a{*} > 1'],
    ['query alert', 'avg(last_5m):a{*} - (b{*} - c{*}) > 1', 'avg(last_5m):a{*} - b{*} - c{*} > 1'],
    ['query alert', 'avg(last_5m):a{*} > 1', 'avg(last_5m):a{*} >= 1'],
    ['query alert', 'avg(last_5m):a{x:y,z:y} > 1', 'avg(last_5m):a{z:y,x:y} > 1'],
    [
      'log alert',
      'logs("a  b").index("*").rollup("count").last("5m") > 1',
      'logs("a b").index("*").rollup("count").last("5m") > 1',
    ],
    [
      'service check',
      '"a".by("b").last(2).count_by_status()',
      '"a".over("c").by("b").last(2).count_by_status()',
    ],
    ['composite', '1 && 2 || 3', '1 && (2 || 3)'],
    ['query alert', 'not a query', 'not  a query'],
  ];
  for (const [type, a, b] of pairs) it(`${a} and ${b}`, () => assert.ok(!sameQuery(type, a, b)));
});
