import { allWell, type CheckedPart, type CheckReport } from '../contract/check-report.ts';
import type { RequestContext } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import { requireTime } from '../domain/deadline.ts';
import { ProblemError } from '../domain/problem.ts';

export interface CheckOptions {
  readonly version: string;
  /** Looks at everything, in bounded time. `context` is that of whoever asked first. */
  readonly look: (context: RequestContext) => Promise<readonly CheckedPart[]>;
  /** How long (ms) what was found is given to whoever asks. */
  readonly ttlMs: number;
  readonly clock: Clock;
}

/** Looks whether all is well. Throws `deadline_exceeded` where the asker cannot wait so long. */
export type Check = (context: RequestContext) => Promise<CheckReport>;

/**
 * A check that nobody can use to load others with: whoever asks while one runs gets that one's answer, and so does
 * whoever asks within `ttlMs` after it.
 */
export function createCheck({ version, look, ttlMs, clock }: CheckOptions): Check {
  let last: { readonly report: CheckReport; readonly until: number } | undefined;
  let running: Promise<CheckReport> | undefined;

  async function run(context: RequestContext): Promise<CheckReport> {
    const checked_at = new Date(clock.now()).toISOString();
    const parts = [...(await look(context))];
    const report = { ok: allWell(parts), checked_at, version, parts };
    last = { report, until: clock.now() + ttlMs };
    return report;
  }

  return async (context) => {
    requireTime(context.deadline, DOING);
    if (last && clock.now() < last.until) return last.report;
    running ??= run(context).finally(() => (running = undefined));
    return Promise.race([running, passed(context)]);
  };
}

const DOING = 'it was looked whether all is well';

/** Fails when the deadline passes. The check itself goes on, for others and for its memory. */
function passed({ deadline }: RequestContext): Promise<never> {
  return new Promise((_, reject) => {
    const tooLate = () =>
      reject(new ProblemError('deadline_exceeded', `The deadline passed while ${DOING}.`));
    deadline.signal.addEventListener('abort', tooLate, { once: true });
  });
}
