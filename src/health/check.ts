import { allWell, type CheckedPart, type CheckReport } from '../contract/check-report.ts';
import type { RequestContext } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import { requireTime } from '../domain/deadline.ts';
import { ProblemError } from '../domain/problem.ts';
import { singleFlight } from '../runtime/concurrency/single-flight.ts';
import type { Outcome, Probe, ProbeRunner, RunProbe } from './probe.ts';

export interface CheckOptions {
  readonly version: string;
  /** The rows with a `probe` become parts of the report, in this order. */
  readonly probes: readonly Probe[];
  readonly runner: ProbeRunner;
  /** Returns the time limit (ms) of all probes. The context belongs to the first caller. */
  readonly timeoutMs: (context: RequestContext) => number;
  /** How long (ms) a report is cached. */
  readonly ttlMs: number;
  readonly clock: Clock;
}

/** Returns the health of every part. Throws `deadline_exceeded` when the deadline of the caller passes first. */
export type Check = (context: RequestContext) => Promise<CheckReport>;

/** Creates a check that shares one run among concurrent callers and caches its report for `ttlMs`, so that callers cannot load the upstreams. */
export function createCheck(options: CheckOptions): Check {
  const { version, ttlMs, clock } = options;
  let last: { readonly report: CheckReport; readonly until: number } | undefined;

  const run = singleFlight(async (context: RequestContext) => {
    const checked_at = new Date(clock.now()).toISOString();
    const parts = await checkParts(options, context);
    const report = { ok: allWell(parts), checked_at, version, parts };
    last = { report, until: clock.now() + ttlMs };
    return report;
  });

  return async (context) => {
    requireTime(context.deadline, DOING);
    if (last && clock.now() < last.until) return last.report;
    return Promise.race([run(context), rejectAtDeadline(context)]);
  };
}

/** Probes all parts concurrently. A failing or hanging part does not hide the others. */
async function checkParts(options: CheckOptions, context: RequestContext): Promise<CheckedPart[]> {
  const { runner, clock } = options;
  const ms = options.timeoutMs(context);
  const startedAt = clock.now();
  const elapsed = () => Math.round(clock.now() - startedAt);
  const outcomes = new Map<string, Promise<Outcome>>();

  async function outcomeOf({ requires }: Probe, probe: RunProbe): Promise<Outcome> {
    const required = requires && (await outcomes.get(requires.name));
    if (requires && required?.state !== 'ok') return { state: 'skipped', detail: requires.detail };
    return runner.run(probe, context, Math.max(1, ms - elapsed()));
  }

  const checked = options.probes.map(async (row) => {
    if (!row.probe) return [];
    const outcome = outcomeOf(row, row.probe);
    outcomes.set(row.name, outcome);
    return partsOf(row, await outcome, elapsed());
  });
  return (await Promise.all(checked)).flat();
}

function partsOf({ name, hint: rowHint = '' }: Probe, outcome: Outcome, ms: number): CheckedPart[] {
  const { state, detail, parts = [] } = outcome;
  const hint = outcome.hint ?? (state === 'ok' || state === 'skipped' ? '' : rowHint);
  return [{ name, state, ms, detail, hint }, ...parts];
}

const DOING = 'the health of all parts was checked';

/** Rejects when the deadline passes. The check continues for other callers and fills the cache. */
function rejectAtDeadline({ deadline }: RequestContext): Promise<never> {
  return new Promise((_, reject) => {
    const onAbort = () =>
      reject(new ProblemError('deadline_exceeded', `The deadline passed while ${DOING}.`));
    deadline.signal.addEventListener('abort', onAbort, { once: true });
  });
}
