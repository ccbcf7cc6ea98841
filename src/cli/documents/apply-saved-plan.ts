import type { ClientIo } from '../commands/client-options.ts';
import { EXIT, type Exit, worst } from '../exit-status.ts';
import { countsOf, writesIn } from '../print/plan-summary.ts';
import { showApplied } from '../print/print-applied.ts';
import { printPlans } from '../print/print-plan.ts';
import { printFindings } from '../print/print-text.ts';
import { applyDocuments, type ApplyOptions, exitOfApply, type Outcome } from './apply-documents.ts';
import { failureLine } from './documents.ts';
import { exitOf, planDocuments, type Planned } from './plan-documents.ts';
import type { PlannedDocument, SavedPlan } from './saved-plan.ts';
import { changedSteps, staleFailure } from './stale-plan.ts';

/**
 * Applies a saved plan without asking: exactly what was reviewed, or nothing. Plans its documents again first and compares, so
 * that nothing is written if any document would be applied differently. Birddog then compares once more, by the fingerprint.
 */
export async function applySavedPlan(
  saved: SavedPlan,
  given: Omit<ApplyOptions, 'prune' | 'force'>,
  io: ClientIo,
): Promise<Exit> {
  const { out, paint } = io;
  const { name, createdAt, version, prune, force, planned } = saved;
  const options = { ...given, prune, force };
  if (!options.json)
    out(`${name}: saved at ${createdAt} by birddog ${version}\n\n${printPlans(planned, paint)}`);
  const again = await planDocuments(planned, { ...options, offline: true }, io);
  const checked = planned.map((one, at) => withFailure(one, again[at], saved, io));
  const stopped = checked.some((one) => one.stopped);
  const outcomes = stopped
    ? checked.map((one) => notApplied(one, io))
    : await applyDocuments(checked, options, io);
  if (!options.json && !stopped && isAlreadyDone(saved, checked)) out(DONE_BEFORE);
  showApplied(outcomes, options.json, io);
  return worst(outcomes.map(exitOfApply));
}

const DONE_BEFORE = '\nNothing left to do: everything in this plan is done.\n';

/** Returns whether a plan had something to write, and all of it was written before. */
function isAlreadyDone({ planned }: SavedPlan, checked: readonly Planned[]): boolean {
  return planned.some(hasWrites) && !checked.some(hasWrites);
}

function hasWrites({ plan }: Planned): boolean {
  return plan !== undefined && writesIn(countsOf(plan.objects)) > 0;
}

/** Returns what remains to be done of a saved plan, or why it must not be applied. */
function withFailure(
  saved: PlannedDocument,
  now: Planned | undefined,
  { createdAt }: SavedPlan,
  { paintErr }: ClientIo,
): Outcome {
  if (!now?.plan) return { ...saved, ...(now ? { stopped: now.failure } : {}) };
  const errors = now.plan.findings.filter(({ severity }) => severity === 'error');
  if (exitOf(now) === EXIT.failed) {
    const text = `${printFindings({ ...saved.document.file, findings: errors }, paintErr)}\n`;
    return { ...saved, stopped: { text, json: { code: 'invalid' }, exit: EXIT.failed } };
  }
  const steps = changedSteps(saved.plan, now.plan);
  if (steps.length > 0) return { ...saved, stopped: staleFailure(saved.name, createdAt, steps, paintErr) };
  // With the fingerprint of the saved plan, Birddog refuses what the plans do not show.
  return { ...saved, plan: { ...now.plan, basis: saved.plan.basis, findings: [] } };
}

/** Says of a document that it was not applied because of another one. */
function notApplied(outcome: Outcome, { paintErr }: ClientIo): Outcome {
  if (outcome.stopped) return outcome;
  const detail = 'Not applied, because another document of the plan cannot be applied.';
  const text = failureLine(outcome.name, detail, paintErr);
  return { ...outcome, stopped: { text, json: { code: 'not_applied', detail }, exit: EXIT.failed } };
}
