import { changesOf } from '../../diff/changes.ts';
import { idOf } from '../../domain/marker.ts';
import { type DocumentPlan, liveOf, type PlanStep, type WriteStep, writesOf } from './document-plan.ts';

/**
 * Returns whether nothing that a plan writes has changed since it was made, except objects that already equal their planned
 * result. `again` is the plan that was made again under the leases; it lists such objects as `none`.
 */
export function isAsExpected(expected: DocumentPlan, again: DocumentPlan): boolean {
  const now = new Map(again.steps.flat().map((step) => [nameOf(step), step]));
  return writesOf(expected).every((step) => {
    const current = now.get(nameOf(step));
    return isDone(step, current) || (current !== undefined && isSame(step, current));
  });
}

function nameOf(step: PlanStep): string {
  return `${step.stored}:${step.key}${step.action === 'clone' ? `#${idOf(step.live)}` : ''}`;
}

/** Returns whether an object already equals the planned result of its step. */
function isDone(step: WriteStep, current: PlanStep | undefined): boolean {
  if (step.action !== 'delete') return current?.action === 'none';
  const now = current && liveOf(current);
  return !now || idOf(now) !== idOf(step.live);
}

function isSame(expected: WriteStep, current: PlanStep): boolean {
  if (expected.action !== current.action) return false;
  const [before, now] = [liveOf(expected), liveOf(current)];
  if (!before || !now) return before === now;
  return idOf(before) === idOf(now) && changesOf(expected.stored, before, now).length === 0;
}
