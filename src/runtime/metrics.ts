import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Exchange } from './outbound.ts';
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Route of a request: `listed` is served by the main container, `unlisted` by the sidecar; `none` ended before routing. */
export type RouteTaken = 'listed' | 'unlisted' | 'none';
/** The services that Birddog sends requests to. */
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

/** The Prometheus metrics of a process. Label values come from fixed sets, so the number of series is bounded. */
export interface Metrics {
  /** Counts a request that has arrived. */
  begun(): void;
  /** Counts an answered request. */
  answered(request: Answered): void;
  /** Returns an observer that counts the exchanges with an upstream. */
  upstream(upstream: Upstream): (exchange: Exchange) => void;
  /** Registers a gauge that is read at each scrape. There is no sample while `read` returns undefined. */
  gauge(name: string, help: string, read: () => number | undefined): void;
  /** Registers a metric with one label that is read at each scrape. Use `counter` for values that only increase. */
  readings(
    type: 'gauge' | 'counter',
    name: string,
    help: string,
    label: string,
    read: () => ReadonlyMap<string, number>,
  ): void;
  /** Registers a counter that is read at each scrape. */
  counter(name: string, help: string, read: () => number): void;
  /** Returns the text of /metrics. */
  text(): Promise<string>;
}

/** Histogram buckets in seconds: a typical request takes milliseconds, the default deadline is 25 s. */
const BUCKETS = [0.005, 0.025, 0.1, 0.5, 1, 2.5, 10, 30];

/** Creates the metrics of this process in a separate registry. */
export function createMetrics(process: string, version: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ process });
  const registers = [registry];
  addProcessMetrics(registry);
  new Gauge({
    name: 'birddog_build_info',
    help: 'Always 1; the labels identify the running build.',
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
    ...upstreamMetrics(registry),
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
    help: 'Answered requests.',
    labelNames: ['path', 'method', 'status', 'route'],
    registers,
  });
  const seconds = new Histogram({
    name: 'birddog_request_duration_seconds',
    help: 'Time from the arrival of a request to its answer.',
    labelNames: ['path', 'method', 'route'],
    buckets: BUCKETS,
    registers,
  });
  const inFlight = new Gauge({
    name: 'birddog_requests_in_flight',
    help: 'Requests that are not answered yet.',
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

function upstreamMetrics(registry: Registry): Pick<Metrics, 'upstream'> {
  const registers = [registry];
  const requests = new Counter({
    name: 'birddog_upstream_requests_total',
    help: 'Attempts of requests to upstreams, by HTTP status, or by the reason why no response arrived.',
    labelNames: ['upstream', 'endpoint', 'method', 'status'],
    registers,
  });
  const seconds = new Histogram({
    name: 'birddog_upstream_duration_seconds',
    help: 'Time from a request to the response of an upstream or to its failure.',
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

const NANOSECONDS = 1e9;
/** Sampling interval (ms) of the event-loop delay. */
const RESOLUTION_MS = 20;

/** Registers process metrics (memory, CPU, event loop) under the names that common dashboards use. */
function addProcessMetrics(registry: Registry): void {
  const registers = [registry];
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  const gauge = (name: string, help: string, read: () => number) => {
    const made: Gauge = new Gauge({ name, help, registers, collect: () => made.set(read()) });
  };
  gauge(
    'process_start_time_seconds',
    'Start time of the process, in Unix time.',
    () => Date.now() / 1000 - process.uptime(),
  );
  gauge('process_resident_memory_bytes', 'Resident memory of the process.', () => process.memoryUsage.rss());
  gauge('nodejs_heap_size_used_bytes', 'Used heap.', () => process.memoryUsage().heapUsed);
  gauge(
    'nodejs_heap_size_total_bytes',
    'Total heap, allocated from the system.',
    () => process.memoryUsage().heapTotal,
  );
  gauge(
    'nodejs_eventloop_lag_p99_seconds',
    'Event loop delay, 99th percentile since the last scrape.',
    () => {
      const lag = Math.max(0, delay.percentile(99) / NANOSECONDS - RESOLUTION_MS / 1000);
      delay.reset();
      return lag;
    },
  );
  const cpu: Counter = new Counter({
    name: 'process_cpu_seconds_total',
    help: 'CPU time, user and system.',
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      cpu.reset();
      cpu.inc((user + system) / 1e6);
    },
  });
}
