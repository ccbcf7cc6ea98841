import type { RequestContext } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import { deadlineAfter } from '../domain/deadline.ts';
import { singleFlight } from '../runtime/concurrency/single-flight.ts';
import type { Log } from '../runtime/log.ts';
import { incidentKey, type IncidentStates, nextStates, type Notification } from './incident-states.ts';
import { createNotificationQueue, type NotificationQueue } from './notification-queue.ts';
import { type Fault, type Incident, type Probe, PROBE_TIMEOUT_MS, type ProbeRunner } from './probe.ts';
import type { Receiver } from './receivers.ts';

export interface WatchOptions {
  /** The rows with an `incident` are watched. */
  readonly probes: readonly Probe[];
  readonly runner: ProbeRunner;
  readonly receivers: readonly Receiver[];
  readonly clock: Clock;
  readonly log: Log;
  /** Interval (ms) at which a faulty part is probed. */
  readonly refreshMs: number;
  /** Interval (ms) between reminders while an incident lasts. */
  readonly remindMs: number;
  /** Returns the ids of a probe's requests. */
  readonly contextIds: () => Pick<RequestContext, 'requestId' | 'traceparent'>;
}

/** Watches the parts and notifies the receivers of incidents. */
export interface Watch {
  /** Observes every part once. Resolves when every receiver has accepted its notifications or failed. */
  tick(): Promise<void>;
  /** Returns 1 for each incident that was reported and has not ended, 0 for every other. */
  incidents(): ReadonlyMap<string, number>;
  /** Returns the number of pending notifications by type of receiver. */
  pending(): ReadonlyMap<string, number>;
}

/** Time limit (ms) of one receiver. */
const RECEIVER_TIMEOUT_MS = 8000;
const CALLER = { name: 'birddog' };
const LEVELS = { begun: 'error', lasting: 'warn', ended: 'info' } as const;

/** Returns the current fault of a part. A `fault` that throws is itself a fault and does not hide the others. */
function faultOf(incident: Incident): Fault | undefined {
  try {
    return incident.fault();
  } catch (error) {
    return { detail: error instanceof Error ? error.message : String(error) };
  }
}

/** Returns the hint of a notification: what the fault means, then how to fix it. */
function hintOf({ effect }: Incident, fault: Fault, rowHint = ''): string {
  return [effect, fault.hint ?? rowHint].filter((sentence) => sentence).join(' ');
}

/** Creates a watch. It never delays a request, and logs each failure once. */
export function createWatch(options: WatchOptions): Watch {
  const { runner, clock, log } = options;
  const watched = options.probes.flatMap(({ incident, hint }) => (incident ? [{ incident, hint }] : []));
  const queues = options.receivers.map((receiver) => createNotificationQueue(receiver, log));
  let states: IncidentStates = new Map();
  const context = () => ({ caller: CALLER, ...options.contextIds() });

  async function refreshIfDue(incident: Incident): Promise<void> {
    const { refresh, refreshEveryMs } = incident;
    if (!refresh) return;
    const intervalMs = faultOf(incident) ? options.refreshMs : refreshEveryMs;
    if (intervalMs === undefined || clock.now() < (runner.lastRunAt(refresh) ?? startedAt) + intervalMs)
      return;
    await runner.run(refresh, context(), PROBE_TIMEOUT_MS);
  }

  async function flush(queue: NotificationQueue): Promise<void> {
    const deadline = deadlineAfter(RECEIVER_TIMEOUT_MS, clock);
    await queue.flush({ ...context(), deadline }).finally(deadline.close);
  }

  function notify(notification: Notification): void {
    const { event, incident, about, detail, since } = notification;
    log[LEVELS[event]]('incident', {
      state: event,
      incident,
      about,
      detail,
      since: new Date(since).toISOString(),
    });
    for (const queue of queues) queue.put(notification);
  }

  const startedAt = clock.now();
  return {
    async tick() {
      await Promise.all(watched.map(({ incident }) => refreshIfDue(incident)));
      const observations = watched.map(({ incident, hint }) => {
        const fault = faultOf(incident);
        return { ...incident, fault: fault && { ...fault, hint: hintOf(incident, fault, hint) } };
      });
      const next = nextStates(states, observations, clock.now(), options.remindMs);
      states = next.states;
      next.notifications.forEach(notify);
      await Promise.all(queues.map(flush));
    },
    incidents() {
      const reported = new Map(watched.map(({ incident }) => [incident.code, 0]));
      for (const { incident } of watched)
        if (states.get(incidentKey(incident))?.notifiedAt !== undefined) reported.set(incident.code, 1);
      return reported;
    },
    pending() {
      const sizes = new Map<string, number>();
      for (const { name, size } of queues) sizes.set(name, (sizes.get(name) ?? 0) + size());
      return sizes;
    },
  };
}

/** Runs `tick` every `ms` milliseconds until it is closed. Ticks never overlap. */
export function watchEvery(ms: number, watch: Watch): { close(): void } {
  const tick = singleFlight(watch.tick);
  const timer = setInterval(() => void tick(), ms).unref();
  return { close: () => clearInterval(timer) };
}
