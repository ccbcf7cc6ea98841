import { hostname } from 'node:os';
import type { Request } from '../datadog/request.ts';
import type { Metrics } from '../runtime/metrics.ts';
import { requestIdOf, traceOf } from '../runtime/request-context.ts';
import type { Deps } from '../runtime/service.ts';
import { observed, type Outbound } from '../runtime/outbound.ts';
import { datadogEvents, type Receiver, webhook } from './receivers.ts';
import type { ReceiverConfig } from './receivers-file.ts';
import { createWatch, type Condition, watchEvery } from './watch.ts';

export interface StartWatchOptions {
  /** `serve` or `sidecar`. */
  readonly process: string;
  readonly config: {
    readonly BIRDDOG_INCIDENT_AFTER_MS: number;
  };
  readonly receivers: readonly ReceiverConfig[];
  readonly conditions: readonly Condition[];
  readonly request: Request;
  readonly outbound: Outbound;
  readonly metrics: Metrics;
}

/** Interval (ms) of reminders: an incident that starts at night is reported again by morning. */
const REMIND_MS = 6 * 60 * 60 * 1000;
/** Checks per `afterMs`, and the longest interval (ms) between two. */
const CHECKS_PER_DELAY = 4;
const MAX_INTERVAL_MS = 5000;

/** Starts the watch of a process. Incidents go to the log, the metrics and the configured receivers until it is closed. */
export function startWatch(options: StartWatchOptions, { clock, log }: Deps): { close(): void } {
  const { config, metrics, conditions } = options;
  const afterMs = config.BIRDDOG_INCIDENT_AFTER_MS;
  const watch = createWatch({
    conditions,
    receivers: createReceivers(options),
    clock,
    log,
    afterMs,
    remindMs: REMIND_MS,
    contextIds: () => ({ requestId: requestIdOf(nothing), ...traceOf(nothing) }),
  });
  metrics.readings(
    'gauge',
    'birddog_incident',
    '1 while an incident lasts that operators were notified of, by incident code.',
    'incident',
    watch.incidents,
  );
  metrics.readings(
    'gauge',
    'birddog_notifications_pending',
    'Notifications that a receiver has not accepted yet.',
    'receiver',
    watch.pending,
  );
  return watchEvery(Math.min(MAX_INTERVAL_MS, afterMs / CHECKS_PER_DELAY), watch);
}

const nothing = () => undefined;

function createReceivers(options: StartWatchOptions): Receiver[] {
  const { process, request, outbound, metrics } = options;
  const sender = { process, host: hostname() };
  const toWebhook = observed(outbound, 'webhook', metrics.upstream('alarm_webhook'));
  return options.receivers.map((receiver) =>
    receiver.type === 'webhook' ? webhook(receiver.url, toWebhook, sender) : datadogEvents(request, sender),
  );
}
