import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { emulatedDatadog } from '../../test/emulated-datadog.ts';
import type { QueryPlan } from '../evaluate/condition.ts';
import { readMonitor } from '../evaluate/read-monitor.ts';
import { openStore } from '../ledger/ledger.ts';
import { createFetchSeries, type WantedSeries } from './fetch-series.ts';

const [HOUR, DAY] = [3600, 86_400];
const TIMESERIES = 'POST /api/v2/query/timeseries';

function queryOf(query: string): QueryPlan {
  const read = readMonitor({ type: 'query alert', name: 'n', query, message: '' });
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
});
