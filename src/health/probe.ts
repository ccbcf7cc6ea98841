import type { CheckedPart } from '../contract/check-report.ts';
import type { RequestContext } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import { deadlineAfter } from '../domain/deadline.ts';
import { PROBLEMS, ProblemError } from '../domain/problem.ts';
import { singleFlight } from '../runtime/concurrency/single-flight.ts';
import type { IncidentScope } from './incident-identity.ts';
import type { ProbeMetric } from './probe-metrics.ts';

/** Time limit (ms) of one probe. */
export const PROBE_TIMEOUT_MS = 8000;
/** Time (ms) after its deadline in which a probe can still report its own timeout. */
const GRACE_MS = 250;

/** A fault in one sentence, and how to fix it if the hint of the probe is not specific enough. */
export interface Fault {
  readonly detail: string;
  readonly hint?: string;
}

/** The result of a probe. A fault without a hint gets the hint of the probe. */
export interface Outcome extends Fault {
  readonly state: CheckedPart['state'];
  /** What a probed process reports about its own parts. */
  readonly parts?: readonly CheckedPart[];
}

/** Probes a part within the deadline of the context. A rejection counts as failed. */
export type RunProbe = (context: RequestContext) => Promise<Outcome>;

/**
 * One part of the system: `/check`, the incidents and the metrics of the part all come from this row. A row without `probe`
 * is not in `/check`, and one without `incident` notifies nobody.
 */
export interface Probe {
  /** Unique. With `probe`, the name of the part in `/check`. */
  readonly name: string;
  readonly probe?: RunProbe;
  /** An earlier part that must be ok. Otherwise `/check` skips this one, with `detail`. */
  readonly requires?: { readonly name: string; readonly detail: string };
  /** How to fix a fault, for `/check` and for notifications. */
  readonly hint?: string;
  readonly incident?: Incident;
  readonly metrics?: readonly ProbeMetric[];
}

/** A fault that operators are notified of when it lasts. */
export interface Incident {
  /** Label in `birddog_incident` and row in docs/runbook.md. Several rows can share a code. */
  readonly code: string;
  readonly title: string;
  /** The affected catalog, certificate or file, if several rows share the code. */
  readonly about?: string;
  /** What the fault means for callers, in one sentence. */
  readonly effect?: string;
  /** Which processes have the incident in common, so that one of them notifies; default `process`. */
  readonly scope?: IncidentScope;
  /** Whether it means that the ledger is unavailable: every process notifies by itself. */
  readonly isAboutLedger?: true;
  /** How long (ms) the fault lasts before operators are notified. The same delay applies to recovery. */
  readonly notifyAfterMs: number;
  /** Returns the fault as far as it is known; undefined when healthy. Sends no request. */
  fault(): Fault | undefined;
  /** Updates what `fault` reads while the fault lasts. Without it, a fault would last as long as no caller sends a request. */
  readonly refresh?: RunProbe;
  /** Interval (ms) of `refresh` while healthy. Without it, `refresh` runs only during a fault. */
  readonly refreshEveryMs?: number;
}

/** What a process gives to the tables of probes. */
export interface ProbeDeps {
  /** Returns the current time (epoch ms). */
  readonly now: () => number;
  /** BIRDDOG_INCIDENT_AFTER_MS. */
  readonly afterMs: number;
}

/** Returns the outcome of a healthy part. */
export const healthy = (detail: string): Outcome => ({ state: 'ok', detail });

/** Returns the outcome of a part whose fault is known. */
export const outcomeOf = (fault: Fault | undefined, detail: string): Outcome =>
  fault ? { state: 'failed', ...fault } : healthy(detail);

/** Describes a thrown error as a failed outcome. */
export function failure(error: unknown): Outcome {
  if (error instanceof ProblemError)
    return { state: 'failed', detail: error.message, hint: error.extras.hint ?? PROBLEMS[error.code].hint };
  return { state: 'failed', detail: error instanceof Error ? error.message : String(error), hint: '' };
}

/** Runs probes for `/check` and for the incident watch, so that neither repeats what the other has just done. */
export interface ProbeRunner {
  /**
   * Runs a probe for at most `ms` milliseconds, or joins the current run of the same function. Never rejects. The deadlines of
   * callers do not apply, because several callers can share one run.
   */
  run(probe: RunProbe, context: Omit<RequestContext, 'deadline'>, ms: number): Promise<Outcome>;
  /** Returns when the last run of a probe began (epoch ms); undefined before the first. */
  lastRunAt(probe: RunProbe): number | undefined;
}

/** Creates a runner without past runs. */
export function createProbeRunner(clock: Clock): ProbeRunner {
  const startedAt = new Map<RunProbe, number>();
  const flights = new Map<RunProbe, ProbeRunner['run']>();

  async function start(probe: RunProbe, context: Omit<RequestContext, 'deadline'>, ms: number) {
    const deadline = deadlineAfter(ms, clock);
    startedAt.set(probe, clock.now());
    const outcome = probe({ ...context, deadline }).catch(failure);
    return withinMs(outcome, ms, clock).finally(deadline.close);
  }

  return {
    run(probe, context, ms) {
      const flight = flights.get(probe) ?? singleFlight(start);
      flights.set(probe, flight);
      return withinMs(flight(probe, context, ms), ms, clock);
    },
    lastRunAt: (probe) => startedAt.get(probe),
  };
}

/** Returns the outcome, or a failed one when the time and the grace period have passed. */
async function withinMs(outcome: Promise<Outcome>, ms: number, clock: Clock): Promise<Outcome> {
  const end = deadlineAfter(ms + GRACE_MS, clock);
  const timeout = new Promise<Outcome>((resolve) => {
    const answer = { state: 'failed', detail: `No answer within ${ms} ms.`, hint: '' } as const;
    end.signal.addEventListener('abort', () => resolve(answer), { once: true });
  });
  try {
    return await Promise.race([outcome, timeout]);
  } finally {
    end.close();
  }
}
