import type { CheckedPart } from '../contract/check-report.ts';
import type { RequestContext } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import { deadlineAfter } from '../domain/deadline.ts';
import { PROBLEMS, ProblemError } from '../domain/problem.ts';

/** Time limit (ms) of one probe. */
export const PROBE_TIMEOUT_MS = 8000;
/** Time (ms) that the sidecar reserves to send its report before the deadline. */
export const ANSWER_MARGIN_MS = 500;

/** The result of a probe. The hint says how to fix a fault. */
export type Outcome = Pick<CheckedPart, 'state' | 'detail'> & { readonly hint?: string };
/** A part whose health is probed. A probe that throws counts as failed. */
export interface Part {
  readonly name: string;
  /** Probes the part within the deadline of the context. */
  probe(context: RequestContext): Promise<Outcome>;
}

/** Probes all parts concurrently, each for at most `ms` milliseconds. A failing or hanging part does not hide the others. */
export function runParts(
  parts: readonly Part[],
  context: RequestContext,
  clock: Clock,
  ms: number,
): Promise<CheckedPart[]> {
  return Promise.all(parts.map((part) => runPart(part, context, clock, ms)));
}

async function runPart(part: Part, context: RequestContext, clock: Clock, ms: number): Promise<CheckedPart> {
  const startedAt = clock.now();
  const deadline = deadlineAfter(ms, clock);
  const timeout = new Promise<Outcome>((resolve) => {
    const answer = { state: 'failed', detail: `No answer within ${ms} ms.` } as const;
    deadline.signal.addEventListener('abort', () => resolve(answer), { once: true });
  });
  const outcome = await Promise.race([part.probe({ ...context, deadline }).catch(failure), timeout]);
  deadline.close();
  return { name: part.name, ms: Math.round(clock.now() - startedAt), hint: '', ...outcome };
}

/** Describes a thrown error as a failed outcome. */
export function failure(error: unknown): Outcome {
  if (error instanceof ProblemError) {
    return { state: 'failed', detail: error.message, hint: error.extras.hint ?? PROBLEMS[error.code].hint };
  }
  return { state: 'failed', detail: error instanceof Error ? error.message : String(error) };
}
