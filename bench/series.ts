import { readMonitor } from '../src/evaluate/read-monitor.ts';
import { openStore } from '../src/ledger/ledger.ts';
import { createFetchSeries, type WantedSeries } from '../src/preview/fetch-series.ts';
import { emulatedDatadog } from '../test/emulated-datadog.ts';
import type { Measurements } from './aims.ts';
import { printHead, type Scale } from './scale.ts';

const [ALERTS, QUERIES, DAYS] = [1000, 60, 7];
const DAY_S = 86_400;

/**
 * Prints the requests to Datadog for the series of 1,000 changed alerts over 60 distinct queries of 7 days, without cached
 * days and a minute later; adds those of the first run to `measured`. Fails if an alert has no complete answer.
 */
export async function benchSeries(scale: Scale, measured: Measurements): Promise<void> {
  console.log('');
  printHead(scale, ['series of 1,000 alerts over 60 queries', 'requests', 'days from the cache', 'ms']);
  const { datadog, clock, context, seed } = emulatedDatadog();
  const metrics = Array.from({ length: QUERIES }, (_, at) => `m${at}`);
  const shapes = [{ shape: 'wave', low: 0, high: 100, every: '1d', peak: '14h' }];
  seed({ generators: metrics.map((metric) => ({ id: metric, metric, type: 'gauge', every: 60, shapes })) });
  const { cache } = openStore(':memory:', { clock }).ledger;
  const fetchSeries = createFetchSeries({ series: datadog.series, cache, clock });
  for (const run of ['nothing cached', 'a minute later']) {
    const to = Math.floor(clock.now() / 60_000) * 60;
    const wanted = Array.from({ length: ALERTS }, (_, at) => wantedBy(at, to));
    const start = performance.now();
    const fetched = await fetchSeries(wanted, context(60_000));
    const ms = performance.now() - start;
    const isAnswered = wanted.every(({ query }) => fetched.missingOf(query).length === 0);
    if (!isAnswered) throw new Error('a series is missing');
    measured.series ??= fetched.requests;
    console.log(`| ${run} | ${fetched.requests} | ${fetched.cached} | ${ms.toFixed(0)} |`);
    clock.advance(60_000);
  }
}

/** Returns what an alert requires: the span, its window and 6 hours before. */
function wantedBy(alert: number, to: number): WantedSeries {
  const query = `avg(last_5m):avg:m${alert % QUERIES}{*} > ${alert}`;
  const condition = readMonitor({ type: 'query alert', name: 'n', query, message: '' });
  const [plan] = condition.kind === 'condition' ? condition.queries : [];
  if (!plan) throw new Error(query);
  return { query: plan, from: to - DAYS * DAY_S - 6 * 3600 - 300, to };
}
