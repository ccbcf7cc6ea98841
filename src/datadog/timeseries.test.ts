import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { answeringDatadog, type ScriptedAnswer } from '../../test/answering-datadog.ts';
import type { SeriesQuery } from '../preview/ports.ts';
import { OutboundError } from '../runtime/outbound.ts';

const METRIC: SeriesQuery = {
  source: 'metrics',
  text: 'sum:shop.requests{env:prod} by {host,zone}.as_count()',
  method: 'sum',
  by: ['host', 'zone'],
  pointS: 60,
};
const LOGS: SeriesQuery = {
  source: 'logs',
  text: 'service:shop status:error',
  method: 'max',
  measure: '@duration',
  indexes: ['main'],
  by: ['@http.url'],
  pointS: 60,
};
const FIRST = 29_000_000;

interface Answered {
  readonly group_tags: readonly string[];
  readonly query_index: number;
}

const answerOf = (series: readonly Answered[], times: readonly number[], values: readonly unknown[]) => ({
  data: { type: 'timeseries_response', attributes: { series, times, values } },
});

/** Fetches 10 steps with one answer of Datadog. */
async function fetchWith(answer: () => ScriptedAnswer, queries: readonly SeriesQuery[] = [METRIC, LOGS]) {
  const { datadog, sent, context } = answeringDatadog(answer);
  const request = { queries, pointS: 60, firstStep: FIRST, endStep: FIRST + 10 };
  return { answer: await datadog.series.fetch(request, context()), sent, health: datadog.health };
}
const ms = (step: number) => (FIRST + step) * 60_000;

describe('the time series of Datadog', () => {
  it('are asked for with the interval of the points, from the first step to before the last', async () => {
    const { sent } = await fetchWith(() => ({ body: answerOf([], [], []) }));
    assert.equal(sent[0]?.url.pathname, '/api/v2/query/timeseries');
    assert.deepEqual(JSON.parse(String(sent[0]?.body)), {
      data: {
        type: 'timeseries_request',
        attributes: {
          from: ms(0),
          to: ms(10),
          interval: 60_000,
          queries: [
            {
              name: 'q0',
              data_source: 'metrics',
              query: 'sum:shop.requests{env:prod} by {host,zone}.as_count().rollup(sum, 60)',
            },
            {
              name: 'q1',
              data_source: 'logs',
              search: { query: 'service:shop status:error' },
              indexes: ['main'],
              compute: { aggregation: 'max', interval: 60_000, metric: '@duration' },
              group_by: [{ facet: '@http.url', limit: 1000 }],
            },
          ],
          formulas: [{ formula: 'q0' }, { formula: 'q1' }],
        },
      },
    });
  });

  it('have groups in the order of the query, without those that lack a tag, and NaN for missing points', async () => {
    const series = [
      { group_tags: ['zone:z', 'host:a'], query_index: 0 },
      { group_tags: ['host:N/A', 'zone:z'], query_index: 0 },
      { group_tags: ['host:b'], query_index: 0 },
      { group_tags: ['@http.url:http://x,y'], query_index: 1 },
      { group_tags: ['host:c', 'zone:z'], query_index: 7 },
    ];
    const values = [
      [1, null, 'x'],
      [2, 2, 2],
      [3, 3, 3],
      [null, null, 1e300],
      [5, 5, 5],
    ];
    const { answer } = await fetchWith(() => ({ body: answerOf(series, [ms(0), ms(1), ms(9)], values) }));
    assert.ok(answer.kind === 'series');
    assert.deepEqual(answer.parts, [
      {
        steps: Float64Array.of(FIRST),
        groups: new Map([['host:a,zone:z', Float64Array.of(1)]]),
        cutGroups: 0,
      },
      {
        steps: Float64Array.of(FIRST + 9),
        groups: new Map([['@http.url:http://x,y', Float64Array.of(1e300)]]),
        cutGroups: 0,
      },
    ]);
  });

  it('have the keys of groups as the query spells them', async () => {
    const series = [
      { group_tags: ['host:a'], query_index: 0 },
      { group_tags: ['http.url:/b'], query_index: 1 },
    ];
    const body = answerOf(series, [ms(0)], [[1], [2]]);
    const { answer } = await fetchWith(() => ({ body }), [{ ...METRIC, by: ['Host'] }, LOGS]);
    assert.ok(answer.kind === 'series');
    assert.deepEqual(
      answer.parts.flatMap(({ groups }) => [...groups.keys()]),
      ['Host:a', '@http.url:/b'],
    );
  });

  it('keep the first 1,000 of 100,000 groups, and say how many are left out', async () => {
    const tags = Array.from({ length: 100_000 }, (_, at) => `host:h${at}`);
    const series = tags.map((tag) => ({ group_tags: [tag], query_index: 0 }));
    const body = answerOf(
      series,
      [ms(0)],
      tags.map(() => [1]),
    );
    const { answer } = await fetchWith(() => ({ body }), [{ ...METRIC, by: ['host'] }]);
    assert.ok(answer.kind === 'series');
    const [part] = answer.parts;
    assert.deepEqual([part?.groups.size, part?.cutGroups], [1000, 99_000]);
    assert.deepEqual([...(part?.groups.keys() ?? [])], tags.sort().slice(0, 1000));
  });

  it('say that groups may be missing if a facet has as many values as were asked for', async () => {
    const fetchGroups = async (count: number) => {
      const series = Array.from({ length: count }, (_, at) => ({
        group_tags: [`a:${at}`, 'b:1'],
        query_index: 0,
      }));
      const body = answerOf(
        series,
        [ms(0)],
        series.map(() => [1]),
      );
      const { answer } = await fetchWith(() => ({ body }), [{ ...LOGS, by: ['a', 'b'] }]);
      return answer.kind === 'series' && answer.parts[0]?.cutGroups;
    };
    assert.deepEqual([await fetchGroups(99), await fetchGroups(100)], [0, 1]);
  });

  it('are not used if their times are not those of the steps', async () => {
    const body = answerOf([{ group_tags: [], query_index: 0 }], [ms(0) + 30_000], [[1]]);
    const { answer } = await fetchWith(() => ({ body }));
    assert.deepEqual(answer.kind === 'failed' && answer.reason, 'widened');
  });

  for (const body of [{ data: {} }, { data: { attributes: { series: [], times: [] } } }, [], null])
    it(`are missing if the answer is ${JSON.stringify(body)}`, async () => {
      const { answer } = await fetchWith(() => ({ body }));
      assert.deepEqual(answer.kind === 'failed' && answer.reason, 'unavailable');
    });

  for (const [status, reason] of [
    [400, 'refused'],
    [403, 'denied'],
    [404, 'unavailable'],
    [500, 'unavailable'],
  ] as const)
    it(`are missing after a status ${status}: ${reason}`, async () => {
      const { answer } = await fetchWith(() => ({ status, body: { errors: ['No such scope'] } }));
      assert.deepEqual(answer.kind === 'failed' && answer.reason, reason);
      if (answer.kind === 'failed' && status < 404) assert.match(answer.detail, /No such scope|rejects/);
    });

  it('are too large beyond 16 MiB, which is no failure of Datadog', async () => {
    const { answer, sent, health } = await fetchWith(() => {
      throw new OutboundError('too_large', true);
    });
    assert.deepEqual(answer, { kind: 'too_large' });
    assert.deepEqual(
      [sent.length, sent[0]?.maxBytes, health.unavailable()],
      [1, 16 * 1024 * 1024, undefined],
    );
  });
});
