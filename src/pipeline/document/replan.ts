import { changesOf } from '../../diff/changes.ts';
import { idOf } from '../../domain/marker.ts';
import { type DocumentPlan, liveOf, type PlanStep, type WriteStep, writesOf } from './document-plan.ts';
import { nameOfEntry } from './references-in-order.ts';

/**
 * Returns whether nothing that a plan writes has changed since it was made, except objects that already equal their planned
 * result. `again` is the plan that was made again under the leases; it lists such objects as `none`, and writes nothing that was
 * not planned: nobody has seen that, and it has no lease.
 */
export function isAsExpected(expected: DocumentPlan, again: DocumentPlan): boolean {
  const now = new Map(again.steps.flat().map((step) => [nameOf(step), step]));
  const planned = new Set(writesOf(expected).map(nameOf));
  return (
    writesOf(again).every((step) => planned.has(nameOf(step))) &&
    writesOf(expected).every((step) => {
      const current = now.get(nameOf(step));
      return isDone(step, current) || (current !== undefined && isSame(step, current));
    })
  );
}

function nameOf(step: PlanStep): string {
  return `${nameOfEntry(step)}${step.action === 'clone' ? `#${idOf(step.live)}` : ''}`;
}

/** Returns whether an object already equals the planned result of its step. Another object of the same key does not. */
function isDone(step: WriteStep, current: PlanStep | undefined): boolean {
  if (step.action === 'delete') return current === undefined;
  if (current?.action !== 'none') return false;
  return step.action !== 'rename' || idOf(current.live) === idOf(step.live);
}

function isSame(expected: WriteStep, current: PlanStep): boolean {
  if (expected.action !== current.action) return false;
  const [before, now] = [liveOf(expected), liveOf(current)];
  if (!before || !now) return before === now;
  return idOf(before) === idOf(now) && changesOf(expected.stored, before, now).length === 0;
}
