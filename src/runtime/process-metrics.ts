import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, type Registry } from 'prom-client';

const NANOSECONDS = 1e9;
/** Sampling interval (ms) of the event-loop delay. */
const RESOLUTION_MS = 20;

/** Registers process metrics (memory, CPU, event loop) under the names that common dashboards use. */
export function addProcessMetrics(registry: Registry): void {
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
