import type { RequestContext } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import { deadlineAfter } from '../domain/deadline.ts';
import { singleFlight } from '../runtime/concurrency/single-flight.ts';
import type { Log } from '../runtime/log.ts';
import {
  incidentKey,
  type IncidentStates,
  nextStates,
  type Notification,
  type Timeouts,
} from './incident-states.ts';
import { createNotificationQueue } from './notification-queue.ts';
import type { Receiver } from './receivers.ts';
import type { IncidentCode } from './incidents.ts';

/** A condition that becomes an incident when it lasts. */
export interface Condition {
  readonly incident: IncidentCode;
  /** The affected catalog, certificate or file; absent when the incident concerns a single part. */
  readonly about?: string;
  /** Returns the current fault, or undefined when healthy. Reads known state only; it sends no request. */
  fault(): string | undefined;
  /**
   * Refreshes the state that `fault` reads. Without it, a fault would last as long as no caller sends a request. Errors
   * are ignored.
   */
  readonly probe?: (context: RequestContext) => Promise<unknown>;
  /** Interval (ms) of probes while healthy; without it, probes run only during a fault. */
  readonly probeEveryMs?: number;
}

export interface WatchOptions extends Timeouts {
  readonly conditions: readonly Condition[];
  readonly receivers: readonly Receiver[];
  readonly clock: Clock;
  readonly log: Log;
  /** Returns the ids of a probe's requests. */
  readonly contextIds: () => Pick<RequestContext, 'requestId' | 'traceparent'>;
}

/** Checks the conditions and notifies the receivers of incidents. */
export interface Watch {
  /** Checks every condition once. Resolves when every receiver has accepted its notifications or failed. */
  tick(): Promise<void>;
  /** Returns 1 for each incident that was reported and has not ended, 0 for every other. */
  incidents(): ReadonlyMap<IncidentCode, number>;
  /** Returns the number of pending notifications by type of receiver. */
  pending(): ReadonlyMap<string, number>;
}

/** Time limit (ms) of one probe, and of one receiver. */
const TIMEOUT_MS = 8000;
const CALLER = { name: 'birddog' };
const LEVELS = { begun: 'error', lasting: 'warn', ended: 'info' } as const;

/** Returns the fault of a condition. A condition that throws is itself a fault and does not hide the others. */
function faultOf(condition: Condition): string | undefined {
  try {
    return condition.fault();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Creates a watch. It never delays a request, and logs each failure once. */
export function createWatch(options: WatchOptions): Watch {
  const { conditions, clock, log } = options;
  const queues = options.receivers.map((receiver) => createNotificationQueue(receiver, log));
  const probedAt = new Map<Condition, number>();
  let states: IncidentStates = new Map();

  async function withTimeout(work: (context: RequestContext) => Promise<unknown>): Promise<void> {
    const deadline = deadlineAfter(TIMEOUT_MS, clock);
    try {
      await work({ caller: CALLER, ...options.contextIds(), deadline });
    } catch {
      // `fault` reports what the probe found.
    } finally {
      deadline.close();
    }
  }

  async function probeIfDue(condition: Condition): Promise<void> {
    const { probe, probeEveryMs } = condition;
    if (!probe) return;
    const intervalMs = faultOf(condition) === undefined ? probeEveryMs : options.afterMs / 2;
    const dueAt = (probedAt.get(condition) ?? startedAt) + (intervalMs ?? Number.POSITIVE_INFINITY);
    if (clock.now() < dueAt) return;
    probedAt.set(condition, clock.now());
    await withTimeout(probe);
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
      await Promise.all(conditions.map(probeIfDue));
      const observations = conditions.map((condition) => ({
        incident: condition.incident,
        about: condition.about ?? '',
        detail: faultOf(condition),
      }));
      const next = nextStates(states, observations, clock.now(), options);
      states = next.states;
      next.notifications.forEach(notify);
      await Promise.all(queues.map((queue) => withTimeout((context) => queue.flush(context))));
    },
    incidents() {
      const reported = new Map(conditions.map(({ incident }) => [incident, 0]));
      for (const { incident, about = '' } of conditions)
        if (states.get(incidentKey(incident, about))?.notifiedAt !== undefined) reported.set(incident, 1);
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
