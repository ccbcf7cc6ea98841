import { randomUUID } from 'node:crypto';
import { type Applied, applyUntilDone } from '../client/apply-until-done.ts';
import { answerToDocument } from '../client/birddog-failures.ts';
import type { ClientIo, ClientOptions } from '../commands/client-options.ts';
import { EXIT, type Exit } from '../exit-status.ts';
import type { FileDocument } from './documents.ts';
import { bodyOf, exitOf, findingsInFile, type Planned, planRequest, sentText } from './plan-documents.ts';
import type { Progress } from '../../contract/answer-parts.ts';
import { type PlanAnswer, planAnswer, type PlannedEntry } from '../client/plan-answer.ts';
import { countsOf, WRITES, writesIn } from '../print/plan-summary.ts';
import { doneJsonLine } from '../print/print-plan-json.ts';
import { earlyEnd, interruptedBefore } from '../print/early-end.ts';
import type { Failure } from '../print/print-failure.ts';

/** A document with its plan and the result of its apply. `applied` is absent if there were no changes or the plan failed. */
export type Outcome = Planned & {
  readonly applied?: Applied;
  /** Why the apply ended early. */
  readonly stopped?: Failure;
};

export interface ApplyOptions extends ClientOptions {
  readonly prune: boolean;
  readonly force: boolean;
  /** Maximum number of existing monitors whose alerting may change; undefined for the server's percentage. */
  readonly maxChanges: number | undefined;
  /** Whether Datadog is not asked to validate the monitors of the plan. */
  readonly offline?: boolean;
  readonly allFindings: boolean;
}

/** Timeout of a call on a terminal, short so that the progress bar moves. */
export const SHORT_CALL_MS = 10_000;

/** Applies the plans one after the other. Each call carries the plan's fingerprint, so only the plan that was shown is applied. */
export async function applyDocuments(
  planned: readonly Planned[],
  options: ApplyOptions,
  io: ClientIo,
): Promise<Outcome[]> {
  const { clock, isTerminal, progress } = io;
  const outcomes: Outcome[] = [];
  return untilInterrupted('the objects in progress', io, async (signals) => {
    for (const one of planned) {
      if (exitOf(one) !== EXIT.differences || !one.plan) {
        outcomes.push(one);
        continue;
      }
      const { name, document, plan } = one;
      if (signals.stopping.aborted) {
        outcomes.push({ ...one, stopped: interruptedBefore(name, io.paintErr) });
        continue;
      }
      const total = writesIn(countsOf(plan.objects));
      const applied = await applyUntilDone({
        ...signals,
        client: io.client,
        clock,
        requestOf: (basis) => requestOf(document, options, basis),
        requestId: randomUUID(),
        progressAfterStop: () => progressAfterStop(one, plan, options, { ...io, ...signals }),
        basis: plan.basis,
        firstMs: isTerminal.stderr ? Math.min(SHORT_CALL_MS, options.deadlineMs) : options.deadlineMs,
        maxMs: options.deadlineMs,
        ...(options.json ? { onDone: (done) => io.out(doneJsonLine(document, plan.application, done)) } : {}),
        onProgress: (done, waiting) =>
          progress.show(done, total, waiting ? 'waiting before the next attempt' : `applying ${name}`),
      });
      progress.clear();
      const findings = findingsInFile(applied.findings, document);
      const stopped = earlyEnd(applied, name, io.paintErr, sentText(name, document));
      outcomes.push({ ...one, applied: { ...applied, findings }, ...(stopped ? { stopped } : {}) });
    }
    return outcomes;
  });
}

function requestOf(document: FileDocument, { prune, force, maxChanges }: ApplyOptions, basis: string) {
  const only = document.only?.join(',');
  const max_changes = maxChanges?.toString();
  const { set } = document;
  const query = { basis, prune: flagged(prune), only, force: flagged(force), max_changes, set };
  return { path: '/apply' as const, query, body: bodyOf(document) };
}

function flagged(set: boolean): string | undefined {
  return set ? 'true' : undefined;
}

/** Waits until Birddog has stopped an apply, and compares the plan that was shown with what remains to do. */
async function progressAfterStop(
  { document }: Extract<Planned, { failure?: undefined }>,
  shown: PlanAnswer,
  { prune, deadlineMs }: ApplyOptions,
  { client, quitting }: Pick<ClientIo, 'client'> & { readonly quitting: AbortSignal },
): Promise<Progress> {
  const request = planRequest(document, { prune, deadlineMs, offline: true });
  const now = planAnswer(
    await answerToDocument(
      client.send({ ...request, query: { ...request.query, wait: 'true' }, signal: quitting }),
    ),
  );
  const name = ({ kind, key }: Pick<PlannedEntry, 'kind' | 'key'>) => `${kind} ${key}`;
  const current = new Map(
    now.objects.filter(({ action }) => action !== 'clone').map((one) => [name(one), one]),
  );
  const isDone = (one: PlannedEntry) => (current.get(name(one))?.action ?? 'none') === 'none';
  const writes = shown.objects.filter(({ action }) => WRITES.includes(action));
  return {
    done: writes.filter(isDone).map(({ kind, key, action, id = '' }) => {
      const { id: newId = id, url } = current.get(name({ kind, key })) ?? {};
      return { kind, key, action, id: newId, ...(url === undefined ? {} : { url }) };
    }),
    remaining: writes.filter((one) => !isDone(one)).map(({ kind, key, action }) => ({ kind, key, action })),
  };
}

/** Runs calls until Ctrl-C: the first aborts `stopping`, so that no further call is made, the second `quitting`. */
export async function untilInterrupted<T>(
  what: string,
  { err, progress, onInterrupt }: Pick<ClientIo, 'err' | 'progress' | 'onInterrupt'>,
  work: (signals: { readonly stopping: AbortSignal; readonly quitting: AbortSignal }) => Promise<T>,
): Promise<T> {
  const stopping = new AbortController();
  const quitting = new AbortController();
  const removeListener = onInterrupt(() => {
    progress.clear();
    if (stopping.signal.aborted) return quitting.abort();
    stopping.abort();
    err(`Stopping after ${what}. Press Ctrl-C again to quit without waiting.\n`);
  });
  try {
    return await work({ stopping: stopping.signal, quitting: quitting.signal });
  } finally {
    removeListener();
  }
}

/** Returns the exit status of one outcome. */
export function exitOfApply(outcome: Outcome): Exit {
  const { applied, stopped } = outcome;
  if (stopped) return stopped.exit;
  return applied ? EXIT.done : exitOf(outcome);
}
