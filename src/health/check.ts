import { allWell, type CheckedPart, type CheckReport } from '../contract/check-report.ts';
import type { RequestContext } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import { requireTime } from '../domain/deadline.ts';
import { ProblemError } from '../domain/problem.ts';
import { singleFlight } from '../runtime/concurrency/single-flight.ts';

export interface CheckOptions {
  readonly version: string;
  /** Probes all parts in bounded time. `context` belongs to the first caller. */
  readonly probe: (context: RequestContext) => Promise<readonly CheckedPart[]>;
  /** How long (ms) a report is cached. */
  readonly ttlMs: number;
  readonly clock: Clock;
}

/** Returns the health of every part. Throws `deadline_exceeded` when the deadline of the caller passes first. */
export type Check = (context: RequestContext) => Promise<CheckReport>;

/** Creates a check that shares one run among concurrent callers and caches its report for `ttlMs`, so that callers cannot load the upstreams. */
export function createCheck({ version, probe, ttlMs, clock }: CheckOptions): Check {
  let last: { readonly report: CheckReport; readonly until: number } | undefined;

  const run = singleFlight(async (context: RequestContext) => {
    const checked_at = new Date(clock.now()).toISOString();
    const parts = [...(await probe(context))];
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

const DOING = 'the health of all parts was checked';

/** Rejects when the deadline passes. The check continues for other callers and fills the cache. */
function rejectAtDeadline({ deadline }: RequestContext): Promise<never> {
  return new Promise((_, reject) => {
    const onAbort = () =>
      reject(new ProblemError('deadline_exceeded', `The deadline passed while ${DOING}.`));
    deadline.signal.addEventListener('abort', onAbort, { once: true });
  });
}
