import { type Applied, applyUntilDone } from '../client/apply-until-done.ts';
import { EXIT, type Exit } from '../commands/command.ts';
import type { ClientOptions } from '../commands/document-options.ts';
import { failureLine } from './documents.ts';
import { bodyOf, exitOf, findingsInFile, type Planned, sentText } from './plan-documents.ts';
import { countsOf, writesIn } from '../print/plan-summary.ts';
import { type Failure, failureOf } from '../print/print-failure.ts';
import type { Working } from '../commands/run-command.ts';

/** A document with its plan, and what became of it; without `applied` where nothing was to be done, or could be. */
export type Outcome = Planned & {
  readonly applied?: Applied;
  /** What ended the apply before its end. */
  readonly stopped?: Failure;
};

export interface ApplyOptions extends ClientOptions {
  readonly prune: boolean;
  readonly force: boolean;
}

/** On a terminal, a call ends after so many ms, so that the bar moves. */
const SHORT_CALL = 10_000;

/** Applies what was planned, one document after the other, each with the basis of the plan that was shown. */
export async function applyDocuments(
  planned: readonly Planned[],
  options: ApplyOptions,
  working: Working,
): Promise<Outcome[]> {
  const { err, clock, isTerminal, progress, onInterrupt } = working;
  const stopping = new AbortController();
  const leaving = new AbortController();
  const undo = onInterrupt(() => {
    progress.clear();
    if (stopping.signal.aborted) return leaving.abort();
    stopping.abort();
    err('Stopping as soon as Birddog has answered; Ctrl-C again leaves without its answer.\n');
  });
  const outcomes: Outcome[] = [];
  try {
    for (const one of planned) {
      if (exitOf(one) !== EXIT.changes || !one.plan) {
        outcomes.push(one);
        continue;
      }
      const { name, document, plan } = one;
      if (stopping.signal.aborted) {
        outcomes.push({ ...one, stopped: ended(name, 'interrupt', 'Interrupted before it began.', working) });
        continue;
      }
      const total = writesIn(countsOf(plan.objects));
      const applied = await applyUntilDone({
        ...options,
        client: working.client,
        clock,
        body: bodyOf(document),
        basis: plan.basis,
        firstMs: isTerminal.stderr ? Math.min(SHORT_CALL, options.deadlineMs) : options.deadlineMs,
        mostMs: options.deadlineMs,
        stopping: stopping.signal,
        leaving: leaving.signal,
        onProgress: (done, waiting) =>
          progress.show(done, total, waiting ? 'waiting before it is tried again' : `applying ${name}`),
      });
      progress.clear();
      const findings = findingsInFile(applied.findings, document);
      outcomes.push({ ...one, applied: { ...applied, findings }, ...stoppedBy(applied, one, working) });
    }
  } finally {
    undo();
  }
  return outcomes;
}

function stoppedBy(
  { ended: reason, remaining }: Applied,
  { name, document }: Extract<Planned, { failure?: undefined }>,
  working: Working,
): { readonly stopped?: Failure } {
  if (!reason) return {};
  if (reason.by === 'failure')
    return { stopped: failureOf(reason.error, working.paintErr, sentText(name, document)) };
  const detail =
    reason.by === 'interrupt'
      ? 'Interrupted.'
      : `Birddog gets no further: ${remaining.map(({ action, kind, key }) => `${action} ${kind} ${key}`).join(', ')}.`;
  return { stopped: ended(name, reason.by, detail, working) };
}

function ended(name: string, code: string, detail: string, { paintErr }: Pick<Working, 'paintErr'>): Failure {
  return { said: failureLine(name, detail, paintErr), told: { code, detail } };
}

/** How an apply counts for the exit status. */
export function exitOfApply(outcome: Outcome): Exit {
  const { applied, stopped } = outcome;
  if (stopped) return EXIT.error;
  return applied ? EXIT.nothing : exitOf(outcome);
}
