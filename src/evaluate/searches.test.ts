import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Json, JsonObject } from '../domain/json.ts';
import {
  noticesIn,
  points,
  regular,
  run,
  simple,
  transitionsIn,
  valueAt,
} from '../../test/evaluation/evaluation-series.ts';
import type { Series } from './window-values.ts';

const LOGS = { type: 'log alert' };
const search = (rollup: string, rest = '') => `logs("a").index("*").rollup(${rollup})${rest}.last("5m")`;

/** Returns the value at 12:05 of points from 12:00 on. */
function value(query: string, series: Series, options: JsonObject = {}): number | string {
  return valueAt(`${query} > 5`, '12:05', series, options, LOGS);
}

describe('a search', () => {
  const series = simple(regular('12:00', [3, undefined, 1, 7, undefined]));
  for (const [rollup, expected] of [
    ['"count"', 11],
    ['"sum", "@bytes"', 11],
    ['"min", "@bytes"', 1],
    ['"max", "@bytes"', 7],
  ] as const)
    it(`with ${rollup} combines the steps of its window to ${expected}`, () =>
      assert.equal(value(search(rollup), series), expected));

  const variable = (name: string, aggregation: string, ...facets: string[]): JsonObject => ({
    name,
    data_source: 'logs',
    search: { query: name },
    compute: aggregation === 'count' ? { aggregation } : { aggregation, metric: '@bytes' },
    group_by: facets.map((facet): Json => ({ facet })),
  });
  it('in a formula is aggregated before the calculation, and a count that is missing is 0', () => {
    const options = { variables: [variable('errors', 'count'), variable('all', 'count')] };
    const ratio = 'formula("errors / all * 100").last("5m")';
    const all = regular('12:00', [10, 10, 10, 10, 10]);
    assert.equal(value(ratio, simple(regular('12:00', [1, 0, 4]), all), options), 10);
    assert.equal(value(ratio, simple(points(), all), options), 0);
    assert.equal(value(ratio, simple(all, points()), options), 'no_finite_value');
    assert.equal(value(ratio, simple(points(), points()), options), 'empty');
  });

  it('in a formula is empty if an aggregation that is not a count has no event', () => {
    const options = { variables: [variable('bytes', 'sum'), variable('all', 'count')] };
    const withoutBytes = simple(points(), regular('12:00', [10]));
    assert.equal(value('formula("bytes / all").last("5m")', withoutBytes, options), 'empty');
  });

  it('groups by facets', () => {
    const groups = new Map(
      ['503', '200'].map((code, at) => [
        `@code:${code}`,
        regular(
          '11:50',
          Array.from({ length: 30 }, () => (1 - at) * 9),
        ),
      ]),
    );
    const evaluation = run(`${search('"count"', '.by("@code")')} > 5`, [groups], {
      monitor: LOGS,
      to: '12:05',
    });
    assert.deepEqual(transitionsIn(evaluation), ['12:01 @code:503 alert']);
  });

  /** Events until 12:00. */
  const ending = simple(
    regular(
      '11:40',
      Array.from({ length: 21 }, () => 9),
    ),
  );
  const missing = (options: JsonObject, query = search('"count"')) =>
    noticesIn(run(`${query} > 5`, ending, { from: '11:50', options, monitor: LOGS }));

  it('without events counts 0, unless on_missing_data says otherwise', () => {
    assert.deepEqual(missing({}), ['11:50 alert', '12:06 ok']);
    assert.deepEqual(missing({ on_missing_data: 'default' }), ['11:50 alert', '12:06 ok']);
    assert.deepEqual(missing({ on_missing_data: 'show_and_notify_no_data' }), [
      '11:50 alert',
      '12:06 no_data',
    ]);
  });

  it('of a measure keeps its state without events', () =>
    assert.deepEqual(missing({}, search('"max", "@bytes"')), ['11:50 alert']));

  it('forgets a group after group_retention_duration', () => {
    const gone = [new Map([['host:a', points(['12:00', 9], ['13:10', 9], ['13:11', 9])]])];
    const at = (duration: string) =>
      noticesIn(
        run(`${search('"count"', '.by("host")')} > 5`, gone, {
          from: '11:55',
          options: { group_retention_duration: duration, on_missing_data: 'show_no_data' },
          monitor: LOGS,
        }),
      );
    // Evaluated from 12:02 on, empty from 12:06 on, and new again at 13:11.
    assert.deepEqual(at('60m'), ['12:02 host:a alert', '13:12 host:a alert']);
    // The same state again after No Data, at once.
    assert.deepEqual(at('3h'), ['12:02 host:a alert', '13:11 host:a alert']);
  });
});
