import { append } from '../../domain/append.ts';
import type { Clock } from '../../domain/clock.ts';
import { type BirddogClient, type BirddogRequest } from './birddog-client.ts';
import { applyAnswerSchema } from '../../contract/answers.ts';
import type { Progress as ApplyProgress } from '../../contract/answer-parts.ts';
import { BirddogProblem, located, NoAnswer, parsedAnswer } from './birddog-failures.ts';
import type { LocatedFinding } from '../documents/lint-text.ts';

type DoneEntry = ApplyProgress['done'][number];

/** Progress of one call. `basis` is the fingerprint for the next call. */
interface Progress extends ApplyProgress {
  readonly basis: string | undefined;
}

/** Progress of the apply of a document. */
export interface Applied {
  readonly done: readonly DoneEntry[];
  readonly remaining: Progress['remaining'];
  /** Findings of the last answer. */
  readonly findings: readonly LocatedFinding[];
  /** Why something remains: a failure, Ctrl-C, or no further progress. */
  readonly ended:
    | { readonly by: 'failure'; readonly error: unknown }
    | { readonly by: 'interrupt' | 'standstill' }
    | undefined;
}

export interface Applying {
  readonly client: Pick<BirddogClient, 'send'>;
  readonly clock: Clock;
  /** Returns the request that applies the plan with this fingerprint. */
  readonly requestOf: (basis: string) => Pick<BirddogRequest, 'path' | 'query' | 'body'>;
  /** The id of all calls: the history then knows them as one apply. */
  readonly requestId: string;
  /** Fingerprint of the plan that was shown. Birddog writes nothing if anything changed since. */
  readonly basis: string;
  /** Timeout of the first call. Short calls keep the progress bar moving. */
  readonly firstMs: number;
  /** Maximum timeout of a call. */
  readonly maxMs: number;
  /** Aborted at the first Ctrl-C: make no further call. */
  readonly stopping: AbortSignal;
  /**
   * Returns the progress of a call that was interrupted, once Birddog has stopped. If given, the first Ctrl-C cancels the call;
   * otherwise its answer is waited for.
   */
  readonly progressAfterStop?: () => Promise<ApplyProgress>;
  /** Aborted at the second Ctrl-C: wait for nothing. */
  readonly quitting: AbortSignal;
  readonly onProgress: (done: number, waiting: boolean) => void;
  /** Called once for each object that is done. */
  readonly onDone?: (object: DoneEntry) => void;
}

/** Problems after which the call is retried, with the fingerprint from the answer. */
const RETRIABLE = new Set([
  'rate_limited',
  'deadline_exceeded',
  'outcome_unknown',
  'shutting_down',
  'datadog_unavailable',
  'datadog_failed',
  'sidecar_unavailable',
  'catalog_unavailable',
]);
/** Maximum number of consecutive calls without progress. */
const MAX_ATTEMPTS = 3;
/** The same for a replica that shuts down: it may still be chosen until load balancers know. */
const MAX_SHUTTING_DOWN = 20;
/** Delay before a retry if the answer has no Retry-After, and its maximum. */
const RETRY_DELAY = { defaultMs: 2000, maxMs: 60_000 };

/** Applies a document in repeated calls until nothing remains. Returns failures of Birddog or of the connection in `ended`. */
export async function applyUntilDone(applying: Applying): Promise<Applied> {
  const { clock, stopping, onProgress, firstMs, maxMs } = applying;
  const done: DoneEntry[] = [];
  let { basis } = applying;
  let remaining: Progress['remaining'] = [];
  let findings: readonly LocatedFinding[] = [];
  let deadlineMs = firstMs;
  let attempts = 0;
  const end = (ended: Applied['ended']): Applied => ({ done, remaining, findings, ended });
  const reported = new Set<string>();
  const report = (entry: DoneEntry) => {
    const name = `${entry.kind} ${entry.key}`;
    if (reported.has(name)) return;
    reported.add(name);
    applying.onDone?.(entry);
    onProgress(reported.size, false);
  };
  for (;;) {
    onProgress(done.length, false);
    const startedAt = clock.now();
    const call = await callApply(applying, basis, deadlineMs, report);
    call.progress.done.forEach(report);
    append(done, call.progress.done);
    if (call.error instanceof NoAnswer && stopping.aborted && applying.progressAfterStop)
      return stoppedApply(applying.progressAfterStop, end, report);
    basis = call.progress.basis ?? basis;
    if (call.progress.remaining.length > 0 || !call.error) ({ remaining } = call.progress);
    if (call.findings) ({ findings } = call);
    if (!call.error && remaining.length === 0) return end(undefined);
    attempts = call.progress.done.length > 0 ? 0 : attempts + 1;
    if (call.error && !goesOn(call)) {
      const { error } = call;
      const isRetriable = error instanceof BirddogProblem && RETRIABLE.has(error.code);
      if (!isRetriable || attempts >= maxAttempts(error.code)) return end({ by: 'failure', error });
      onProgress(done.length, true);
      await clock
        .sleep(Math.min(error.retryAfterMs ?? RETRY_DELAY.defaultMs, RETRY_DELAY.maxMs), stopping)
        .catch(() => {});
    }
    if (stopping.aborted) return end({ by: 'interrupt' });
    // A call that had time but did nothing will not succeed later either.
    const isStuck = attempts >= MAX_ATTEMPTS || clock.now() - startedAt < deadlineMs / 2;
    if (!call.error && call.progress.done.length === 0 && isStuck) return end({ by: 'standstill' });
    deadlineMs = call.progress.done.length > 0 ? firstMs : maxMs;
  }
}

/** Returns the result of an apply whose call was cancelled. */
async function stoppedApply(
  progressAfterStop: () => Promise<ApplyProgress>,
  end: (ended: Applied['ended']) => Applied,
  report: (entry: DoneEntry) => void,
): Promise<Applied> {
  try {
    const progress = await progressAfterStop();
    progress.done.forEach(report);
    return { ...end({ by: 'interrupt' }), ...progress };
  } catch (error) {
    if (!(error instanceof BirddogProblem || error instanceof NoAnswer)) throw error;
    return end({ by: 'failure', error });
  }
}

/** Returns whether a call had a refusal, and made progress until its deadline: the next call continues with other objects. */
function goesOn({ progress: { done, remaining }, error }: Call): boolean {
  const refused = remaining.some(({ reason }) => reason === 'refused');
  const isEnded = error instanceof BirddogProblem && RETRIABLE.has(error.code);
  return !isEnded && refused && done.length > 0 && remaining.some(({ reason }) => !reason);
}

function maxAttempts(code: string): number {
  return code === 'shutting_down' ? MAX_SHUTTING_DOWN : MAX_ATTEMPTS;
}

interface Call {
  readonly progress: Progress;
  readonly findings?: readonly LocatedFinding[];
  readonly error?: unknown;
}

/**
 * Makes one call and returns its progress. A problem reports its progress too; without it, as of a process that died, the objects
 * that were streamed before are done.
 */
async function callApply(
  { client, requestOf, requestId, stopping, quitting, progressAfterStop }: Applying,
  basis: string,
  deadlineMs: number,
  onDone: (entry: DoneEntry) => void,
): Promise<Call> {
  const streamed: DoneEntry[] = [];
  try {
    const answer = await client.send({
      ...requestOf(basis),
      method: 'POST',
      requestId,
      deadlineMs,
      onDone(entry) {
        streamed.push(entry);
        onDone(entry);
      },
      signal: progressAfterStop ? stopping : quitting,
    });
    const progress = parsedAnswer(applyAnswerSchema, answer);
    return { progress, findings: located(progress.findings) };
  } catch (error) {
    if (error instanceof BirddogProblem) {
      const { done = streamed, remaining = [], basis: next } = error.progress;
      return { progress: { done, remaining, basis: next }, error };
    }
    if (error instanceof NoAnswer)
      return { progress: { done: streamed, remaining: [], basis: undefined }, error };
    throw error;
  }
}
