import { VERSION } from '../contract/version.ts';
import type { Request } from '../datadog/request.ts';
import type { RequestContext } from '../domain/caller.ts';
import type { IncidentLedger } from '../ledger/port.ts';
import type { Metrics } from '../runtime/metrics.ts';
import { observed, type Outbound } from '../runtime/outbound.ts';
import { requestIdOf, traceOf } from '../runtime/request-context.ts';
import type { Deps } from '../runtime/service.ts';
import { type Check, createCheck } from './check.ts';
import { beatEvery, createHeartbeat, receiversProbe } from './heartbeat.ts';
import { observerOf } from './incident-identity.ts';
import { createProbeRunner, type Probe, PROBE_TIMEOUT_MS } from './probe.ts';
import { type ProbeMetric, registerProbeMetrics } from './probe-metrics.ts';
import { datadogEvents, type Receiver, webhook } from './receivers.ts';
import type { Receivers } from './receivers-file.ts';
import { createWatch, type Watch, watchEvery } from './watch.ts';

export interface StartProbesOptions {
  /** `serve` or `sidecar`. */
  readonly process: string;
  readonly config: {
    readonly BIRDDOG_INCIDENT_AFTER_MS: number;
    readonly BIRDDOG_CHECK_TTL_MS: number;
    readonly BIRDDOG_RECEIVERS: string;
  };
  readonly probes: readonly Probe[];
  /** Returns the time limit (ms) of the probes of one check; default 8000. */
  readonly timeoutMs?: (context: RequestContext) => number;
  readonly receivers: Receivers;
  readonly request: Request;
  readonly outbound: Outbound;
  readonly metrics: Metrics;
  readonly incidents: IncidentLedger;
  /** Identifies the ledger that processes share; undefined if this process has its own. */
  readonly installation: string | undefined;
}

/** Interval (ms) of reminders: an incident that starts at night is reported again by morning. */
const REMIND_MS = 6 * 60 * 60 * 1000;
/** Observations per BIRDDOG_INCIDENT_AFTER_MS, and the longest interval (ms) between two. */
const OBSERVATIONS_PER_DELAY = 4;
const MAX_INTERVAL_MS = 5000;

/**
 * Starts the health probes of a process: registers their metrics, and reports incidents to the log, the metrics and the
 * receivers until it is closed, and sends the heartbeat. Returns the check behind `/check`.
 */
export function startProbes(
  options: StartProbesOptions,
  deps: Deps,
): { readonly check: Check; close(): Promise<void> } {
  const { config, metrics, receivers } = options;
  const { clock, log } = deps;
  const observer = observerOf(options.process, options.installation);
  const toWebhook = observed(options.outbound, 'webhook', metrics.upstream('alarm_webhook'));
  const heartbeat = receivers.heartbeat && createHeartbeat(receivers.heartbeat, observer, toWebhook, deps);
  const beats = receivers.heartbeat && heartbeat && beatEvery(receivers.heartbeat.everyMs, heartbeat);
  const probes =
    config.BIRDDOG_RECEIVERS === ''
      ? options.probes
      : [...options.probes, receiversProbe(receivers, heartbeat)];
  const runner = createProbeRunner(clock);
  const afterMs = config.BIRDDOG_INCIDENT_AFTER_MS;
  const watch = createWatch({
    probes,
    runner,
    receivers: createReceivers(options, toWebhook),
    observer,
    ledger: options.incidents,
    clock,
    log,
    refreshMs: afterMs / 2,
    remindMs: REMIND_MS,
    contextIds: () => ({ requestId: requestIdOf(noHeader), ...traceOf(noHeader) }),
  });
  registerProbeMetrics(metrics, [...probes, { metrics: watchMetrics(watch) }]);
  const timer = watchEvery(Math.min(MAX_INTERVAL_MS, afterMs / OBSERVATIONS_PER_DELAY), watch, clock);
  const check = createCheck({
    version: VERSION,
    probes,
    runner,
    timeoutMs: options.timeoutMs ?? (() => PROBE_TIMEOUT_MS),
    ttlMs: config.BIRDDOG_CHECK_TTL_MS,
    clock,
  });
  return {
    check,
    async close() {
      await beats?.close();
      await timer.close();
    },
  };
}

const noHeader = () => undefined;

function watchMetrics(watch: Watch): readonly ProbeMetric[] {
  return [
    {
      type: 'gauge',
      name: 'birddog_incident',
      help: '1 while an incident lasts that operators were notified of, by incident code.',
      label: 'incident',
      read: watch.incidents,
    },
    {
      type: 'gauge',
      name: 'birddog_notifications_pending',
      help: 'Notifications that a receiver has not accepted yet.',
      label: 'receiver',
      read: watch.pending,
    },
  ];
}

function createReceivers({ request, receivers }: StartProbesOptions, toWebhook: Outbound): Receiver[] {
  return receivers.receivers.map((receiver) =>
    receiver.type === 'webhook' ? webhook(receiver.url, toWebhook) : datadogEvents(request),
  );
}
