import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** What a process tells Prometheus. */
export interface Metrics {
  /** One answered request. `seconds` it took. */
  answered(path: string, status: number, seconds: number): void;
  /** A value that is read when it is asked for. */
  gauge(name: string, help: string, read: () => number): void;
  /** Calls left of each rate limit of Datadog, by its name. */
  budget(left: () => ReadonlyMap<string, number>): void;
  /** The text of /metrics. */
  text(): Promise<string>;
}

/** A registry of this process's own. */
export function createMetrics(process: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ process });
  const requests = new Counter({
    name: 'birddog_requests_total',
    help: 'Requests answered.',
    labelNames: ['path', 'status'],
    registers: [registry],
  });
  const seconds = new Histogram({
    name: 'birddog_request_seconds',
    help: 'Time to the answer, in seconds.',
    labelNames: ['path'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 30],
    registers: [registry],
  });
  return {
    answered(path, status, took) {
      requests.inc({ path, status });
      seconds.observe({ path }, took);
    },
    gauge(name, help, read) {
      const gauge: Gauge = new Gauge({ name, help, registers: [registry], collect: () => gauge.set(read()) });
    },
    budget(left) {
      const gauge: Gauge = new Gauge({
        name: 'birddog_datadog_budget_left',
        help: 'Calls left in the current period of each rate limit of Datadog.',
        labelNames: ['limit'],
        registers: [registry],
        collect() {
          gauge.reset();
          for (const [limit, calls] of left()) gauge.set({ limit }, calls);
        },
      });
    },
    text: () => registry.metrics(),
  };
}
