import { hostname } from 'node:os';
import type { Request } from '../datadog/request.ts';
import type { Secret } from '../domain/secret.ts';
import type { Metrics } from '../runtime/metrics.ts';
import { requestIdOf } from '../runtime/request-context.ts';
import { traceOf } from '../http/trace-context.ts';
import type { Deps } from '../runtime/service.ts';
import { observed } from '../runtime/observed-outbound.ts';
import type { Outbound } from '../runtime/outbound.ts';
import { datadogEvents, type Receiver, webhook } from './receivers.ts';
import { createWatch, type Condition, watchEvery } from './watch.ts';

export interface StartWatchOptions {
  /** `serve` or `sidecar`. */
  readonly process: string;
  readonly config: {
    readonly BIRDDOG_ALARM_WEBHOOK: Secret | undefined;
    readonly BIRDDOG_ALARM_EVENTS: boolean;
    readonly BIRDDOG_INCIDENT_AFTER_MS: number;
  };
  readonly conditions: readonly Condition[];
  readonly request: Request;
  readonly outbound: Outbound;
  readonly metrics: Metrics;
}

/** Trouble that lasts is told again as often (ms): who did not see it at night sees it in the morning. */
const REMIND_MS = 6 * 60 * 60 * 1000;
/** Looks within the time after which somebody is told, and the longest time (ms) between two. */
const LOOKS = 4;
const LONGEST_BETWEEN = 5000;

/** Watches over a process until it is closed: its trouble goes to the log, to the metrics, and to whom the settings name. */
export function startWatch(options: StartWatchOptions, { clock, log }: Deps): { close(): void } {
  const { config, metrics, conditions } = options;
  const afterMs = config.BIRDDOG_INCIDENT_AFTER_MS;
  const watch = createWatch({
    conditions: conditions,
    receivers: receivers(options),
    clock,
    log,
    afterMs,
    remindMs: REMIND_MS,
    contextIds: () => ({ requestId: requestIdOf(nothing), ...traceOf(nothing) }),
  });
  metrics.readings(
    'gauge',
    'birddog_incident',
    '1 while there is trouble that somebody was told of, by its code.',
    'incident',
    watch.incidents,
  );
  metrics.readings(
    'gauge',
    'birddog_notifications_pending',
    'Alarms that a receiver has not taken yet.',
    'receiver',
    watch.untold,
  );
  return watchEvery(Math.min(LONGEST_BETWEEN, afterMs / LOOKS), watch);
}

const nothing = () => undefined;

function receivers({ process, config, request, outbound, metrics }: StartWatchOptions): Receiver[] {
  const speaker = { process, host: hostname() };
  const url = config.BIRDDOG_ALARM_WEBHOOK;
  const posted = observed(outbound, 'webhook', metrics.upstream('alarm_webhook'));
  return [
    ...(config.BIRDDOG_ALARM_EVENTS ? [datadogEvents(request, speaker)] : []),
    ...(url ? [webhook(url, posted, speaker)] : []),
  ];
}
