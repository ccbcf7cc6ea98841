import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { answeringDatadog } from '../../test/answering-datadog.ts';
import { emulatedDatadog } from '../../test/emulated-datadog.ts';
import type { QueryPlan } from '../evaluate/condition.ts';
import { readMonitor } from '../evaluate/read-monitor.ts';
import { openStore } from '../ledger/ledger.ts';
import { createFetchSeries, type WantedSeries } from './fetch-series.ts';

const [HOUR, DAY] = [3600, 86_400];
const TIMESERIES = 'POST /api/v2/query/timeseries';

function queryOf(query: string, type = 'query alert'): QueryPlan {
  const read = readMonitor({ type, name: 'n', query, message: '' });
  assert.equal(read.kind, 'condition');
  const [plan] = read.kind === 'condition' ? read.queries : [];
  assert.ok(plan);
  return plan;
}

/** A Datadog with a value of each host each minute, for any time, and a ledger. */
function setUp(metrics: readonly string[], hosts: readonly string[] = ['a']) {
  const emulated = emulatedDatadog();
  const { datadog, clock, taken } = emulated;
  emulated.seed({
    generators: metrics.map((metric) => ({
      id: metric,
      metric,
      type: 'gauge',
      every: 60,
      groups: hosts.map((host) => `host:${host}`),
      shapes: [{ shape: 'wave', low: 0, high: 100, every: '1d', peak: '14h' }],
    })),
  });
  const { ledger } = openStore(':memory:', { clock });
  const fetchSeries = createFetchSeries({ series: datadog.series, cache: ledger.cache, clock });
  const requests = () => taken().filter(({ call }) => call === TIMESERIES).length;
  return { ...emulated, fetchSeries, requests, nowS: () => Math.floor(clock.now() / 60_000) * 60 };
}

describe('fetchSeries', () => {
  it('answers 1,000 alerts over 60 distinct queries with 60 requests or fewer, and asks for no complete day again', async () => {
    const metrics = Array.from({ length: 60 }, (_, at) => `m${at}`);
    const { fetchSeries, context, nowS, requests, clock } = setUp(metrics);
    const wanted = () =>
      Array.from({ length: 1000 }, (_, at): WantedSeries => {
        const query = queryOf(`avg(last_5m):avg:m${at % 60}{*} > ${at}`);
        return { query, from: nowS() - 7 * DAY - HOUR, to: nowS() };
      });
    const first = await fetchSeries(wanted(), context());
    assert.ok(first.requests <= 60, `${first.requests} requests`);
    assert.equal(requests(), first.requests);
    for (const { query } of wanted()) {
      const points = first.seriesOf(query).get('*');
      assert.equal(points?.times.length, 7 * 1440 + 60);
      assert.ok(points.values.every(Number.isFinite));
      assert.deepEqual(first.missingOf(query), []);
    }

    clock.advance(60_000);
    const second = await fetchSeries(wanted(), context());
    assert.deepEqual([second.requests, second.cached], [8, 60 * 7]);
    for (const { query, from } of wanted()) {
      const [before, after] = [first, second].map((fetched) => fetched.seriesOf(query).get('*'));
      assert.equal(after?.times[0], from);
      assert.deepEqual(after?.values.subarray(0, -2), before?.values.subarray(1, -1));
    }
  });

  it('answers what the background lane leaves of a rate limit, the newest part first', async () => {
    const { datadog, clock, context, sent } = answeringDatadog((request, nth) => {
      const { from, to, queries } = JSON.parse(String(request.body)).data.attributes;
      const times = Array.from({ length: (to - from) / 60_000 }, (_, at) => from + at * 60_000);
      return {
        headers: {
          'x-ratelimit-name': 'query_timeseries',
          'x-ratelimit-limit': '30',
          'x-ratelimit-period': '3600',
          'x-ratelimit-remaining': String(30 - nth),
          'x-ratelimit-reset': '1800',
        },
        body: {
          data: {
            attributes: {
              series: queries.map((_: unknown, at: number) => ({ group_tags: [], query_index: at })),
              times,
              values: queries.map(() => times.map(() => 1)),
            },
          },
        },
      };
    });
    const { ledger } = openStore(':memory:', { clock });
    const fetchSeries = createFetchSeries({ series: datadog.series, cache: ledger.cache, clock });
    const to = Math.floor(clock.now() / 60_000) * 60;
    const wanted = Array.from({ length: 40 }, (_, at): WantedSeries => {
      const query = queryOf(`avg(last_5m):avg:m${at}{*} > 1`);
      return { query, from: to - 7 * DAY, to };
    });
    const fetched = await fetchSeries(wanted, context());
    // 5 requests for each of 7 pieces; 12 calls are left to the other lanes.
    assert.deepEqual([fetched.requests, sent.length], [18, 18]);
    assert.ok(clock.slept.length === 0, 'nothing waits for the next period');
    for (const { query } of wanted) {
      const [missing] = fetched.missingOf(query);
      assert.deepEqual([missing?.from, missing?.reason], [to - 7 * DAY, 'rate_limit']);
      assert.ok((missing?.to ?? to) < to - 2 * DAY, 'the newest days are there');
      assert.equal(fetched.seriesOf(query).get('*')?.values.at(-1), 1);
    }
    assert.equal(datadog.health.lastBudgetRefusalAt(), undefined);
  });

  it('fetches metrics and searches with their groups, and measures of events', async () => {
    const { fetchSeries, seed, context, nowS } = setUp(['load'], ['a', 'b']);
    seed({
      generators: [
        {
          id: 'logs',
          source: 'logs',
          type: 'count',
          every: 60,
          tags: ['service:shop'],
          groups: ['@route:/a', '@route:/b'],
          measures: { '@duration': [{ shape: 'steady', value: 7 }] },
          shapes: [{ shape: 'steady', value: 3 }],
        },
      ],
    });
    const logs = (more: string) =>
      queryOf(`logs("service:shop")${more}.by("@route").last("5m") > 1`, 'log alert');
    const queries = [
      queryOf('avg(last_5m):avg:load{*} by {host} > 1'),
      logs('.index("*").rollup("count")'),
      logs('.rollup("max", "@duration")'),
    ];
    const to = nowS();
    const fetched = await fetchSeries(
      queries.map((query) => ({ query, from: to - 2 * DAY, to })),
      context(),
    );
    const [load, count, duration] = queries.map((query) => {
      assert.deepEqual(fetched.missingOf(query), []);
      return [...fetched.seriesOf(query)].map(([group, { values }]) => [group, values.length, values[100]]);
    });
    assert.deepEqual(
      load?.map(([group, length]) => [group, length]),
      [
        ['host:a', 2880],
        ['host:b', 2880],
      ],
    );
    assert.deepEqual(count, [
      ['@route:/a', 2880, 3],
      ['@route:/b', 2880, 3],
    ]);
    assert.deepEqual(duration, [
      ['@route:/a', 2880, 7],
      ['@route:/b', 2880, 7],
    ]);
  });
});
