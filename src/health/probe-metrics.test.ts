import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createMetrics } from '../runtime/metrics.ts';
import { type ProbeMetric, registerProbeMetrics } from './probe-metrics.ts';

const labelled = (read: ProbeMetric['read'] & (() => Map<string, number>)): ProbeMetric => ({
  type: 'gauge',
  name: 'birddog_catalog_unavailable',
  help: 'h',
  label: 'catalog',
  read,
});

describe('the metrics of probes', () => {
  it('are read at each scrape, and combine the samples of all probes', async () => {
    const metrics = createMetrics('test', '1');
    let failures = 1;
    registerProbeMetrics(metrics, [
      { metrics: [labelled(() => new Map([['leanix', 0]]))] },
      { metrics: [labelled(() => new Map([['servicenow', failures]]))] },
      { metrics: [{ type: 'counter', name: 'birddog_failures_total', help: 'h', read: () => failures }] },
      {},
    ]);
    const samples = async () =>
      (await metrics.text())
        .split('\n')
        .flatMap((line) => /^birddog_(?:catalog|failures)\S+ \d+$/.exec(line)?.[0] ?? [])
        .map((line) => line.replace(/,?process="test"/, ''));
    const expected = (count: number) => [
      'birddog_failures_total{} ' + count,
      'birddog_catalog_unavailable{catalog="leanix"} 0',
      'birddog_catalog_unavailable{catalog="servicenow"} ' + count,
    ];
    assert.deepEqual(await samples(), expected(1));
    failures = 2;
    assert.deepEqual(await samples(), expected(2));
  });
});
