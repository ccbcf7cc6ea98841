import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Exchange } from './observed-outbound.ts';
import { addProcessMetrics } from './process-metrics.ts';

/** Where a request was served: here as a listed application's, by the sidecar, or it did not come to that. */
export type RouteTaken = 'listed' | 'unlisted' | 'none';
/** The parties that are asked over the network. */
export type Upstream =
  | 'sidecar'
  | 'datadog'
  | 'datadog_catalog'
  | 'leanix'
  | 'servicenow'
  | 'alarm_webhook'
  | 'issuer';

/** One answered request. `path` is a path of the contract, or `other`. */
export interface Answered {
  readonly path: string;
  readonly method: string;
  readonly status: number;
  readonly route: RouteTaken;
  readonly seconds: number;
}

/** What a process tells Prometheus. Labels come from fixed sets, so that the number of series is bounded. */
export interface Metrics {
  /** A request has come in. */
  begun(): void;
  /** A request that had come in has been answered. */
  answered(request: Answered): void;
  /** Takes note of every exchange with another party. */
  upstream(upstream: Upstream): (exchange: Exchange) => void;
  /** A value that is read when it is asked for; no sample while there is none. */
  gauge(name: string, help: string, read: () => number | undefined): void;
  /** Values by one label, read when they are asked for. `type` is `counter` for what only ever grows. */
  readings(
    type: 'gauge' | 'counter',
    name: string,
    help: string,
    label: string,
    read: () => ReadonlyMap<string, number>,
  ): void;
  /** A count that is read when it is asked for. */
  counter(name: string, help: string, read: () => number): void;
  /** The text of /metrics. */
  text(): Promise<string>;
}

/** Seconds: the usual request takes some milliseconds, the longest that is allowed by default 25 s. */
const BUCKETS = [0.005, 0.025, 0.1, 0.5, 1, 2.5, 10, 30];

/** A registry of this process's own. */
export function createMetrics(process: string, version: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ process });
  const registers = [registry];
  addProcessMetrics(registry);
  new Gauge({
    name: 'birddog_build_info',
    help: '1; the labels say which build runs.',
    labelNames: ['version', 'node'],
    registers,
  }).set({ version, node: globalThis.process.versions.node }, 1);
  const readings: Metrics['readings'] = (type, name, help, label, read) => {
    const options = { name, help, labelNames: [label], registers };
    if (type === 'gauge') {
      const gauge: Gauge = new Gauge({
        ...options,
        collect() {
          gauge.reset();
          for (const [value, number] of read()) gauge.set({ [label]: value }, number);
        },
      });
      return;
    }
    const counter: Counter = new Counter({
      ...options,
      collect() {
        counter.reset();
        for (const [value, number] of read()) counter.inc({ [label]: value }, number);
      },
    });
  };
  return {
    ...requestMetrics(registry),
    ...hopMetrics(registry),
    gauge(name, help, read) {
      const gauge: Gauge = new Gauge({
        name,
        help,
        registers,
        collect() {
          const value = read();
          if (value === undefined) gauge.remove();
          else gauge.set(value);
        },
      });
    },
    counter(name, help, read) {
      const counter: Counter = new Counter({
        name,
        help,
        registers,
        collect() {
          counter.reset();
          counter.inc(read());
        },
      });
    },
    readings,
    text: () => registry.metrics(),
  };
}

function requestMetrics(registry: Registry): Pick<Metrics, 'begun' | 'answered'> {
  const registers = [registry];
  const requests = new Counter({
    name: 'birddog_requests_total',
    help: 'Requests answered.',
    labelNames: ['path', 'method', 'status', 'route'],
    registers,
  });
  const seconds = new Histogram({
    name: 'birddog_request_duration_seconds',
    help: 'Time from a request to its answer.',
    labelNames: ['path', 'method', 'route'],
    buckets: BUCKETS,
    registers,
  });
  const inFlight = new Gauge({
    name: 'birddog_requests_in_flight',
    help: 'Requests that have come in and are not answered yet.',
    registers,
  });
  return {
    begun: () => inFlight.inc(),
    answered({ path, method, status, route, seconds: took }) {
      inFlight.dec();
      requests.inc({ path, method, status, route });
      seconds.observe({ path, method, route }, took);
    },
  };
}

function hopMetrics(registry: Registry): Pick<Metrics, 'upstream'> {
  const registers = [registry];
  const requests = new Counter({
    name: 'birddog_upstream_requests_total',
    help: 'Tries of requests to other parties; the status is that of HTTP, or why no answer came.',
    labelNames: ['upstream', 'endpoint', 'method', 'status'],
    registers,
  });
  const seconds = new Histogram({
    name: 'birddog_upstream_duration_seconds',
    help: 'Time to the answer of another party, or to giving up.',
    labelNames: ['upstream', 'endpoint', 'method'],
    buckets: BUCKETS,
    registers,
  });
  return {
    upstream:
      (upstream) =>
      ({ endpoint, method, status, seconds: took }) => {
        requests.inc({ upstream, endpoint, method, status });
        seconds.observe({ upstream, endpoint, method }, took);
      },
  };
}
