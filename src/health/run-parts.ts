import type { CheckedPart } from '../contract/check-report.ts';
import type { RequestContext } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import { deadlineAfter } from '../domain/deadline.ts';
import { PROBLEMS, ProblemError } from '../domain/problem.ts';

/** How long (ms) one part may take. */
export const CHECK_MS = 8000;
/** Kept back (ms) by the sidecar, so that what it has found by then arrives. */
export const ANSWER_MARGIN = 500;

/** What was found; the hint says what to do, where there is something to be done. */
export type Outcome = Pick<CheckedPart, 'state' | 'detail'> & { readonly hint?: string };
/** One thing to look at. Throwing is a failure like any other. */
export interface Part {
  readonly name: string;
  /** Finds out, under a deadline of its own. */
  look(context: RequestContext): Promise<Outcome>;
}

/**
 * Looks at all parts at the same time, each for at most `ms` milliseconds. One that fails, or never answers, hides
 * none of the others.
 */
export function runParts(
  parts: readonly Part[],
  context: RequestContext,
  clock: Clock,
  ms: number,
): Promise<CheckedPart[]> {
  return Promise.all(parts.map((part) => runPart(part, context, clock, ms)));
}

async function runPart(part: Part, context: RequestContext, clock: Clock, ms: number): Promise<CheckedPart> {
  const begun = clock.now();
  const deadline = deadlineAfter(ms, clock);
  const late = new Promise<Outcome>((resolve) => {
    const answer = { state: 'failed', detail: `It did not answer within ${ms} ms.` } as const;
    deadline.signal.addEventListener('abort', () => resolve(answer), { once: true });
  });
  const found = await Promise.race([part.look({ ...context, deadline }).catch(failure), late]);
  deadline.close();
  return { name: part.name, ms: Math.round(clock.now() - begun), hint: '', ...found };
}

/** What was thrown, for the person who reads the table. */
export function failure(error: unknown): Outcome {
  if (error instanceof ProblemError) {
    return { state: 'failed', detail: error.message, hint: error.extras.hint ?? PROBLEMS[error.code].hint };
  }
  return { state: 'failed', detail: error instanceof Error ? error.message : String(error) };
}
