import type { PlanAction } from '../../domain/plan.ts';
import type { Outcome } from '../documents/apply-documents.ts';
import type { Applied } from '../client/apply-until-done.ts';
import { NoAnswer } from '../client/birddog-failures.ts';
import { findingJson } from './finding-json.ts';
import { planJson } from './print-plan-json.ts';
import { printFindings } from './print-text.ts';
import type { Paint } from './report.ts';
import { visible, visibleJson } from './visible.ts';

const DONE: Readonly<Record<PlanAction, string>> = {
  create: 'created',
  update: 'updated',
  replace: 'replaced',
  delete: 'deleted',
  none: 'unchanged',
  extra: 'unchanged',
  clone: 'unchanged',
};
/** Findings that only an apply reports; all others were printed with the plan. */
const APPLY_FINDINGS = new Set(['changed_meanwhile', 'still_needed']);

/** Prints what an apply did, with links to Datadog, and what remains. */
export function printApplied(outcomes: readonly Outcome[], paint: Paint): string {
  return outcomes
    .flatMap((outcome) => {
      const { name, document, applied, stopped } = outcome;
      if (!applied || !document) return [];
      const { done, findings } = applied;
      const lines = doneLines(done, paint);
      const shown = findings.filter(({ code }) => APPLY_FINDINGS.has(code));
      const report =
        shown.length === 0 ? '' : `${printFindings({ ...document.file, findings: shown }, paint)}\n`;
      const end = stopped ? remainder(outcome) : '  Done.';
      return [`${[paint('place', visible(`${name}:`)), ...lines, end].join('\n')}\n${report}`];
    })
    .join('\n');
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
  const reported = applied?.remaining.length ?? 0;
  const total =
    plan?.objects.filter(({ action }) => !['none', 'clone', 'extra'].includes(action)).length ?? 0;
  const remaining = reported > 0 ? reported : Math.max(0, total - done);
  // Without an answer, Birddog may have written more objects than were reported.
  const isUncertain = applied?.ended?.by === 'failure' && applied.ended.error instanceof NoAnswer;
  if (isUncertain)
    return `  At least ${done} done. Run the same command again to continue; nothing is done twice.`;
  return `  ${done} done, ${remaining} remaining. Run the same command again to continue; nothing is done twice.`;
}

/** Formats outcomes as JSON: the plans of `birddog plan --json`, with `done` and `remaining`. */
export function appliedJson(outcomes: readonly Outcome[]): string {
  const documents = outcomes.map((outcome) => {
    const { applied, stopped } = outcome;
    return {
      ...planJson(outcome),
      done: applied?.done.map((one) => ({ ...one })) ?? [],
      remaining: applied?.remaining.map(({ kind, key, action }) => ({ kind, key, action })) ?? [],
      ...(applied ? { findings: applied.findings.map(findingJson) } : {}),
      ...(stopped ? { error: stopped.json } : {}),
    };
  });
  return `${visibleJson({ documents })}\n`;
}
