import type { Metrics } from '../runtime/metrics.ts';

/** A metric of a probe, read at each scrape. Several probes can contribute samples to one metric with a label. */
export type ProbeMetric = {
  readonly type: 'gauge' | 'counter';
  readonly name: string;
  readonly help: string;
} & (
  | { readonly label: string; readonly read: () => ReadonlyMap<string, number> }
  | { readonly label?: never; readonly read: () => number }
);

type Labelled = Extract<ProbeMetric, { readonly label: string }>;

/** Registers the metrics of all probes, each name once. */
export function registerProbeMetrics(
  metrics: Metrics,
  probes: readonly { readonly metrics?: readonly ProbeMetric[] }[],
): void {
  const labelled = new Map<string, [Labelled, ...Labelled[]]>();
  for (const metric of probes.flatMap((probe) => probe.metrics ?? [])) {
    if (metric.label === undefined) {
      metrics[metric.type](metric.name, metric.help, metric.read);
      continue;
    }
    const others = labelled.get(metric.name);
    if (others) others.push(metric);
    else labelled.set(metric.name, [metric]);
  }
  for (const same of labelled.values()) {
    const [{ type, name, help, label }] = same;
    metrics.readings(type, name, help, label, () => new Map(same.flatMap(({ read }) => [...read()])));
  }
}
