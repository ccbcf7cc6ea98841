import type { RequestContext } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import { singleFlight } from '../runtime/concurrency/single-flight.ts';
import type { Log } from '../runtime/log.ts';
import { deadlineAfter } from '../domain/deadline.ts';
import type { IncidentLedger } from '../ledger/port.ts';
import { incidentName, type Observer } from './incident-identity.ts';
import {
  type IncidentChange,
  type IncidentState,
  type IncidentStates,
  nextStates,
} from './incident-states.ts';
import { createNotifier, type OpenIncident } from './notifier.ts';
import { type Fault, type Incident, type Probe, PROBE_TIMEOUT_MS, type ProbeRunner } from './probe.ts';
import type { Receiver } from './receivers.ts';

export interface WatchOptions {
  /** The rows with an `incident` are watched. */
  readonly probes: readonly Probe[];
  readonly runner: ProbeRunner;
  readonly receivers: readonly Receiver[];
  /** The process that watches. */
  readonly observer: Observer;
  readonly ledger: IncidentLedger;
  readonly clock: Clock;
  readonly log: Log;
  /** Interval (ms) at which a faulty part is probed. Notifications wait as long for a ledger that does not answer. */
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

/** How long (ms) an incident stays open after this process died, at least; longer if it is reported after a longer time. */
const MIN_HOLD_MS = 600_000;
/** How long (ms) the process waits, when it ends, for notifications that are being sent. */
const CLOSE_MS = 3000;
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
  const { runner, clock, log, observer, remindMs } = options;
  const watched = options.probes.flatMap(({ incident, hint }) =>
    incident ? [{ incident, hint, key: incidentName(incident, observer) }] : [],
  );
  const ofLedger = new Set(watched.flatMap(({ incident, key }) => (incident.isAboutLedger ? [key] : [])));
  let states: IncidentStates = new Map();
  const context = () => ({ caller: CALLER, ...options.contextIds() });
  const { receivers, ledger, refreshMs: graceMs } = options;
  const notifier = createNotifier({ receivers, ledger, clock, log, remindMs, graceMs, context });

  async function refreshIfDue(incident: Incident): Promise<void> {
    const { refresh, refreshEveryMs } = incident;
    if (!refresh) return;
    const intervalMs = faultOf(incident) ? options.refreshMs : refreshEveryMs;
    if (intervalMs === undefined || clock.now() < (runner.lastRunAt(refresh) ?? startedAt) + intervalMs)
      return;
    await runner.run(refresh, context(), PROBE_TIMEOUT_MS);
  }

  /** Returns the incidents that this process observes, with those that have not lasted long enough yet. */
  function openIncidents(): OpenIncident[] {
    return watched.flatMap(({ incident, key }) => {
      const state = states.get(key);
      return state ? [openIncident(incident, key, state, observer)] : [];
    });
  }

  const startedAt = clock.now();
  return {
    async tick() {
      await Promise.all(watched.map(({ incident }) => refreshIfDue(incident)));
      const observations = watched.map(({ incident, hint, key }) => {
        const fault = faultOf(incident);
        const scope = incident.scope ?? 'process';
        return { ...incident, key, scope, fault: fault && { ...fault, hint: hintOf(incident, fault, hint) } };
      });
      const next = nextStates(states, observations, clock.now(), remindMs);
      states = next.states;
      const { process, host } = observer;
      for (const change of next.changes) logChange(log, change);
      const events = next.changes.map((change) => ({
        notification: { ...change, process, host },
        isRecorded: !ofLedger.has(change.key),
      }));
      await notifier.notify(openIncidents(), events);
    },
    incidents() {
      const reported = new Map(watched.map(({ incident }) => [incident.code, 0]));
      for (const { incident, key } of watched)
        if (states.get(key)?.notifiedAt !== undefined) reported.set(incident.code, 1);
      return reported;
    },
    pending: notifier.pending,
  };
}

function logChange(log: Log, { event, incident, about, detail, since }: IncidentChange): void {
  log[LEVELS[event]]('incident', {
    state: event,
    incident,
    about,
    detail,
    since: new Date(since).toISOString(),
  });
}

function openIncident(
  { code, about = '', title, scope = 'process', isAboutLedger, notifyAfterMs }: Incident,
  name: string,
  { since, fault, notifiedAt }: IncidentState,
  { process, host }: Observer,
): OpenIncident {
  return {
    name,
    isDue: notifiedAt !== undefined,
    since,
    holdMs: Math.max(MIN_HOLD_MS, 2 * notifyAfterMs),
    report: { incident: code, about, title, detail: fault.detail, hint: fault.hint, scope, process, host },
    isRecorded: isAboutLedger !== true,
  };
}

/**
 * Runs `tick` every `ms` milliseconds until it is closed. Ticks never overlap. `close` waits a few seconds for the tick in progress:
 * another process would repeat a notification that was sent but not recorded.
 */
export function watchEvery(ms: number, watch: Watch, clock: Clock): { close(): Promise<void> } {
  const tick = singleFlight(watch.tick);
  let last: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    last = tick();
  }, ms).unref();
  return {
    async close() {
      clearInterval(timer);
      const deadline = deadlineAfter(CLOSE_MS, clock);
      const passed = new Promise<void>((resolve) => {
        deadline.signal.addEventListener('abort', () => resolve(), { once: true });
      });
      await Promise.race([last, passed]).finally(deadline.close);
    },
  };
}
