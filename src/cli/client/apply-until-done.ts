import { append } from '../../domain/append.ts';
import type { Clock } from '../../domain/clock.ts';
import { type BirddogClient, type Question } from './birddog-client.ts';
import { BirddogProblem, findingsIn, NoAnswer } from './birddog-failures.ts';
import type { LocatedFinding } from '../documents/lint-text.ts';
import { type DoneEntry, type Progress, progressIn } from './plan-answer.ts';

/** How far applying a document came. */
export interface Applied {
  readonly done: readonly DoneEntry[];
  readonly remaining: Progress['remaining'];
  /** Of the last answer. */
  readonly findings: readonly LocatedFinding[];
  /** Why something remains: what failed, Ctrl-C, or that Birddog got no further. */
  readonly ended:
    | { readonly by: 'failure'; readonly error: unknown }
    | { readonly by: 'interrupt' | 'standstill' }
    | undefined;
}

export interface Applying {
  readonly client: Pick<BirddogClient, 'ask'>;
  readonly clock: Clock;
  readonly body: NonNullable<Question['body']>;
  /** Of the plan that was shown: nothing is done where anything moved since. */
  readonly basis: string;
  readonly prune: boolean;
  readonly force: boolean;
  /** Milliseconds that a first call may take, and the most that any may: short calls are seen on a progress bar. */
  readonly firstMs: number;
  readonly mostMs: number;
  /** Aborted at the first Ctrl-C: no further call. */
  readonly stopping: AbortSignal;
  /** Aborted at the second: the answer is not waited for. */
  readonly leaving: AbortSignal;
  readonly onProgress: (done: number, waiting: boolean) => void;
}

/** Problems that pass by themselves; after each, Birddog is asked again with what it said to go on with. */
const PASSING = new Set([
  'rate_limited',
  'deadline_exceeded',
  'outcome_unknown',
  'datadog_unavailable',
  'datadog_failed',
  'sidecar_unavailable',
  'catalog_unavailable',
]);
/** So often in a row without anything done in between. */
const MOST_TRIES = 3;
/** How long (ms) is waited where Birddog does not say, and at most. */
const WAIT = { baseline: 2000, max: 60_000 };

/** Asks Birddog to apply a document, again and again until nothing remains. Throws nothing that Birddog or the connection is about. */
export async function applyUntilDone(applying: Applying): Promise<Applied> {
  const { clock, stopping, onProgress, firstMs, mostMs } = applying;
  const done: DoneEntry[] = [];
  let { basis } = applying;
  let remaining: Progress['remaining'] = [];
  let findings: readonly LocatedFinding[] = [];
  let deadlineMs = firstMs;
  let tries = 0;
  const end = (ended: Applied['ended']): Applied => ({ done, remaining, findings, ended });
  for (;;) {
    onProgress(done.length, false);
    const begun = clock.now();
    const call = await ask(applying, basis, deadlineMs);
    append(done, call.progress.done);
    basis = call.progress.basis ?? basis;
    if (call.progress.remaining.length > 0 || !call.error) ({ remaining } = call.progress);
    if (call.findings) ({ findings } = call);
    if (!call.error && remaining.length === 0) return end(undefined);
    tries = call.progress.done.length > 0 ? 0 : tries + 1;
    if (call.error) {
      const { error } = call;
      const passes = error instanceof BirddogProblem && PASSING.has(error.code) && tries < MOST_TRIES;
      if (!passes) return end({ by: 'failure', error });
      onProgress(done.length, true);
      await clock.sleep(Math.min(error.retryAfterMs ?? WAIT.baseline, WAIT.max), stopping).catch(() => {});
    }
    if (stopping.aborted) return end({ by: 'interrupt' });
    // It had time and did nothing: what remains will not go.
    const isStuck = tries >= MOST_TRIES || clock.now() - begun < deadlineMs / 2;
    if (!call.error && call.progress.done.length === 0 && isStuck) return end({ by: 'standstill' });
    deadlineMs = call.progress.done.length > 0 ? firstMs : mostMs;
  }
}

interface Call {
  readonly progress: Progress;
  readonly findings?: readonly LocatedFinding[];
  readonly error?: unknown;
}

/** One call, and how far it came; a problem tells that too. */
async function ask(
  { client, body, prune, force, leaving }: Applying,
  basis: string,
  deadlineMs: number,
): Promise<Call> {
  const flag = (set: boolean) => (set ? 'true' : undefined);
  try {
    const answer = await client.ask({
      method: 'POST',
      path: '/apply',
      query: { basis, prune: flag(prune), force: flag(force) },
      body,
      deadlineMs,
      signal: leaving,
    });
    return { progress: progressIn(answer), findings: findingsIn(answer) };
  } catch (error) {
    if (error instanceof BirddogProblem) return { progress: progressIn(error.body), error };
    if (error instanceof NoAnswer) return { progress: { done: [], remaining: [], basis: undefined }, error };
    throw error;
  }
}
