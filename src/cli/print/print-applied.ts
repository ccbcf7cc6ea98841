import type { PlanAction } from '../../domain/plan.ts';
import type { ProcessIo } from '../command.ts';
import type { Outcome } from '../documents/apply-documents.ts';
import type { Applied } from '../client/apply-until-done.ts';
import { NoAnswer } from '../client/birddog-failures.ts';
import type { Failure } from './print-failure.ts';
import { findingJson } from './finding-json.ts';
import { planJson } from './print-plan-json.ts';
import { printFindings } from './print-text.ts';
import { countsOf, writesIn } from './plan-summary.ts';
import type { Paint } from './report.ts';
import { visible, visibleJson } from './visible.ts';

const DONE: Readonly<Record<PlanAction, string>> = {
  create: 'created',
  update: 'updated',
  rename: 'renamed',
  replace: 'replaced',
  delete: 'deleted',
  none: 'unchanged',
  extra: 'unchanged',
  clone: 'unchanged',
};
/** Findings that only an apply reports; all others were printed with the plan. */
const APPLY_FINDINGS = new Set(['changed_meanwhile', 'still_needed']);

/** Shows what an apply did: all documents as JSON, or each with its failure. */
export function showApplied(
  outcomes: readonly Outcome[],
  json: boolean,
  { out, err, paint }: Pick<ProcessIo, 'out' | 'err' | 'paint'>,
): void {
  if (json) out(appliedJson(outcomes));
  for (const outcome of outcomes) {
    if (!json) out(printApplied(outcome, paint));
    if (outcome.stopped) err(outcome.stopped.text);
    if (!json) out(endOfApply(outcome));
  }
}

/** Prints what the apply of one document did, with links to Datadog, and the findings of the apply. */
function printApplied({ name, document, applied }: Outcome, paint: Paint): string {
  if (!applied || !document) return '';
  const { done, findings } = applied;
  const shown = findings.filter(({ code }) => APPLY_FINDINGS.has(code));
  const report = shown.length === 0 ? '' : `${printFindings({ ...document.file, findings: shown }, paint)}\n`;
  return `\n${[paint('place', visible(`${name}:`)), ...doneLines(done, paint)].join('\n')}\n${report}`;
}

/** Returns the last line about the apply of a document: how many objects are done, and what remains. */
function endOfApply(outcome: Outcome): string {
  if (!outcome.applied) return '';
  return `${outcome.stopped ? remainder(outcome) : '  Done.'}\n`;
}

/** Returns a line for each object that was written. */
export function doneLines(done: Applied['done'], paint: Paint): string[] {
  return done.map(({ action, kind, key, id, url }) => {
    const where = url ?? `id ${id}`;
    const style = action === 'delete' ? 'removed' : action === 'create' ? 'added' : 'changed';
    return `  ${paint(style, DONE[action])} ${kind} ${visible(key)} ${paint('aside', visible(where))}`;
  });
}

/** Describes what remains after an apply that ended early. */
function remainder({ plan, applied }: Outcome): string {
  const done = applied?.done.length ?? 0;
  const again = 'Run the same command again to continue; nothing is done twice.';
  // Without an answer, Birddog may have written more objects than were reported.
  if (applied?.ended?.by === 'failure' && applied.ended.error instanceof NoAnswer)
    return `  At least ${done} done. ${again}`;
  const reported = applied?.remaining.length ?? 0;
  const remaining = reported > 0 ? reported : Math.max(0, writesIn(countsOf(plan?.objects ?? [])) - done);
  const refused = applied?.remaining.filter(({ reason }) => reason === 'refused').length ?? 0;
  if (refused === 0) return `  ${done} done, ${remaining} remaining. ${again}`;
  const waiting = remaining > refused ? `, ${remaining - refused} remaining` : '';
  return `  ${done} done, ${refused} refused${waiting}. Fix the errors and run the same command again; nothing is done twice.`;
}

/** Formats outcomes as one line of JSON: the plans of `birddog plan --json`, with `done` and `remaining`. */
export function appliedJson(outcomes: readonly Outcome[]): string {
  const documents = outcomes.map((outcome) => {
    const { applied, stopped } = outcome;
    return {
      ...planJson(outcome),
      done: applied?.done.map((one) => ({ ...one })) ?? [],
      remaining: applied?.remaining.map((one) => ({ ...one })) ?? [],
      ...(applied ? { findings: applied.findings.map(findingJson) } : {}),
      ...(stopped ? { error: stopped.json } : {}),
    };
  });
  return `${visibleJson({ documents }, 0)}\n`;
}

/** Formats why an apply of no document began. */
export function failedJson({ json }: Failure): string {
  return `${visibleJson({ documents: [], error: json })}\n`;
}
