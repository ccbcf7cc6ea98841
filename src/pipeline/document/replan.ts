import { changesOf } from '../../diff/changes.ts';
import { idOf } from '../../domain/marker.ts';
import type { DocumentPlan, PlanStep } from './document-plan.ts';
import { writesOf } from './apply-plan.ts';

/** A plan that was made again while holding the leases, compared with the expected one. */
export type Compared =
  /** Nothing that the plan writes has changed, except objects that already equal their planned result. */
  { readonly state: 'as_expected'; readonly already: readonly PlanStep[] } | { readonly state: 'changed' };

/**
 * Compares the plan that was made when the request arrived with the plan that was made again under the leases. `again` lists
 * an object that already equals its planned result as `none`.
 */
export function compareWithExpected(expected: DocumentPlan, again: DocumentPlan): Compared {
  const now = new Map(again.steps.flat().map((step) => [nameOf(step), step]));
  const already: PlanStep[] = [];
  for (const step of writesOf(expected)) {
    const current = now.get(nameOf(step));
    if (isDone(step, current)) {
      if (current) already.push(current);
    } else if (!current || !isSame(step, current)) return { state: 'changed' };
  }
  return { state: 'as_expected', already };
}

function nameOf({ stored, key, action, live }: PlanStep): string {
  return `${stored}:${key}${action === 'clone' ? `#${idOf(live)}` : ''}`;
}

/** Returns whether an object already equals the planned result of its step. */
function isDone(step: PlanStep, current: PlanStep | undefined): boolean {
  if (step.action === 'delete') return !current?.live || idOf(current.live) !== idOf(step.live);
  return current?.action === 'none';
}

function isSame(expected: PlanStep, current: PlanStep): boolean {
  if (expected.action !== current.action) return false;
  const [before, now] = [expected.live, current.live];
  if (!before || !now) return before === now;
  return idOf(before) === idOf(now) && changesOf(expected.stored, before, now).length === 0;
}
