import type { PlanAction } from '../../domain/plan.ts';
import type { Outcome } from '../documents/apply-documents.ts';
import { NoAnswer } from '../client/birddog-failures.ts';
import { toldFinding } from './finding-json.ts';
import { planJson } from './print-plan-json.ts';
import { printFindings } from './print-text.ts';
import type { Paint } from './report.ts';
import { visible, visibleJson } from './visible.ts';

const DONE: Readonly<Record<PlanAction, string>> = {
  create: 'created',
  update: 'updated',
  replace: 'replaced',
  delete: 'deleted',
  none: 'left',
  extra: 'left',
  clone: 'left',
};
/** What the plan did not say already. */
const AFTERWARDS = new Set(['changed_meanwhile', 'still_needed']);

/** What was done, with the pages in Datadog, and what was not. */
export function printApplied(outcomes: readonly Outcome[], paint: Paint): string {
  return outcomes
    .flatMap((outcome) => {
      const { name, document, applied, stopped } = outcome;
      if (!applied || !document) return [];
      const { done, findings } = applied;
      const lines = done.map(({ action, kind, key, id, url }) => {
        const where = url ?? `id ${id}`;
        const style = action === 'delete' ? 'removed' : action === 'create' ? 'added' : 'changed';
        return `  ${paint(style, DONE[action])} ${kind} ${visible(key)} ${paint('aside', visible(where))}`;
      });
      const later = findings.filter(({ code }) => AFTERWARDS.has(code));
      const told =
        later.length === 0 ? '' : `${printFindings({ ...document.file, findings: later }, paint)}\n`;
      const end = stopped ? resumable(outcome) : '  Done.';
      return [`${[paint('place', visible(`${name}:`)), ...lines, end].join('\n')}\n${told}`];
    })
    .join('\n');
}

/** What an apply that ended early leaves. */
function resumable({ plan, applied }: Outcome): string {
  const done = applied?.done.length ?? 0;
  const left = applied?.remaining.length ?? 0;
  const total =
    plan?.objects.filter(({ action }) => !['none', 'clone', 'extra'].includes(action)).length ?? 0;
  const remaining = left > 0 ? left : Math.max(0, total - done);
  // What Birddog did without its answer being heard is not known here.
  const unheard = applied?.ended?.by === 'failure' && applied.ended.error instanceof NoAnswer;
  if (unheard)
    return `  At least ${done} done: the same command again goes on from there, and does nothing twice.`;
  return `  ${done} done, ${remaining} not: the same command again goes on from here, and does nothing twice.`;
}

/** The same for machines: plans as `birddog plan --json` gives them, with what was done and what remains. */
export function appliedJson(outcomes: readonly Outcome[]): string {
  const documents = outcomes.map((outcome) => {
    const { applied, stopped } = outcome;
    return {
      ...planJson(outcome),
      done: applied?.done.map((one) => ({ ...one })) ?? [],
      remaining: applied?.remaining.map(({ kind, key, action }) => ({ kind, key, action })) ?? [],
      ...(applied ? { findings: applied.findings.map(toldFinding) } : {}),
      ...(stopped ? { error: stopped.told } : {}),
    };
  });
  return `${visibleJson({ documents })}\n`;
}
