import { changesOf } from '../../diff/changes.ts';
import { isObject, type Json, type JsonObject, printJson } from '../../domain/json.ts';
import type { Change, PlanAction } from '../../domain/plan.ts';
import { type Reference, resolved } from '../../domain/references.ts';
import { sortedByName } from '../../pipeline/document/plan-document.ts';
import { redacted } from '../../pipeline/record-revision.ts';
import { storedKind } from '../../pipeline/request.ts';
import type { PlanAnswer, PlannedEntry } from '../client/plan-answer.ts';
import { EXIT } from '../exit-status.ts';
import { changeLines } from '../print/print-change.ts';
import { WRITES } from '../print/plan-summary.ts';
import type { Failure } from '../print/print-failure.ts';
import type { Paint } from '../print/report.ts';
import { visible } from '../print/visible.ts';
import { failureLine } from './documents.ts';

/** An object for which a new plan would do something else than a saved plan. An action is undefined if the object is in one only. */
export interface ChangedStep {
  readonly kind: PlannedEntry['kind'];
  readonly key: string;
  readonly planned: PlanAction | undefined;
  readonly now: PlanAction | undefined;
  /** What the new plan would change and the saved plan does not. */
  readonly changes: readonly Change[];
}

const isWritten = (entry: PlannedEntry | undefined) => entry !== undefined && WRITES.includes(entry.action);

/**
 * Returns what a new plan of the same document would write differently. An object that was written as planned is no difference, nor
 * is its id where the saved plan has a reference to it.
 */
export function changedSteps(saved: PlanAnswer, now: PlanAnswer): ChangedStep[] {
  const current = byName(now.objects.map((one) => mapped(one, (value) => redacted(value).object)));
  const idFor = ({ kind, key, application = saved.application }: Reference) => {
    const found = application === saved.application ? current.get(`${kind} ${key}`) : undefined;
    return found && HAS_ID.includes(found.action) ? found.id : undefined;
  };
  const planned = byName(saved.objects.map((one) => mapped(one, (value) => resolved(value, idFor))));
  return [...new Set([...planned.keys(), ...current.keys()])].flatMap((name): ChangedStep[] => {
    const [before, after] = [planned.get(name), current.get(name)];
    const entry = after ?? before;
    if (!entry || (!isWritten(before) && !isWritten(after)) || isDone(before, after)) return [];
    if (before && after && isSame(before, after)) return [];
    const changes = newChanges(before, after);
    return [{ kind: entry.kind, key: entry.key, planned: before?.action, now: after?.action, changes }];
  });
}

/** Actions of objects whose id others can refer to. */
const HAS_ID: readonly PlanAction[] = ['none', 'update', 'rename'];

function byName(objects: readonly PlannedEntry[]): ReadonlyMap<string, PlannedEntry> {
  return new Map(
    objects.map((one) => [
      `${storedKind(one.kind)} ${one.key}${one.action === 'clone' ? ` ${one.id}` : ''}`,
      one,
    ]),
  );
}

/** Maps the values of an object of a plan: the written object, and the old and new values of its changes. */
function mapped(entry: PlannedEntry, map: (value: JsonObject) => JsonObject): PlannedEntry {
  const { changes, after } = entry;
  const put = (value: Json) => map({ value })['value'] ?? null;
  return {
    ...entry,
    changes: changes.map(({ from, to, ...change }) => ({
      ...change,
      ...(from === undefined ? {} : { from: put(from) }),
      ...(to === undefined ? {} : { to: put(to) }),
    })),
    ...(after === undefined ? {} : { after: map(after) }),
  };
}

/** Returns whether a planned write has been made already. */
function isDone(before: PlannedEntry | undefined, after: PlannedEntry | undefined): boolean {
  if (!before || !isWritten(before)) return false;
  return before.action === 'delete' ? after === undefined : after?.action === 'none';
}

function isSame(before: PlannedEntry, after: PlannedEntry): boolean {
  return (
    before.kind === after.kind &&
    before.action === after.action &&
    before.id === after.id &&
    before.changes.length === after.changes.length &&
    newChanges(before, after).length === 0
  );
}

/** Returns the changes of the new plan that the saved plan does not have, or else how the written objects differ. */
function newChanges(before: PlannedEntry | undefined, after: PlannedEntry | undefined): readonly Change[] {
  const known = new Set(before?.changes.map(textOf));
  const added = after?.changes.filter((change) => !known.has(textOf(change))) ?? [];
  if (added.length > 0 || before?.action !== after?.action) return added;
  const [from, to] = [before?.after, after?.after];
  return isObject(from) && isObject(to) && after ? changesOf(storedKind(after.kind), from, to) : [];
}

function textOf({ path, from, to, moved_from }: Change): string {
  const fields: JsonObject = {
    path,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(moved_from === undefined ? {} : { moved_from }),
  };
  return printJson(sortedByName(fields));
}

/** Maximum number of objects that the text of a failure describes. */
const MAX_DESCRIBED = 50;

/** Returns why a saved plan of a document is not applied: what has changed since, by object. */
export function staleFailure(
  name: string,
  createdAt: string,
  steps: readonly ChangedStep[],
  paint: Paint,
): Failure {
  const detail = `The document's plan of ${createdAt} no longer holds. Nothing was written.`;
  const described = steps
    .slice(0, MAX_DESCRIBED)
    .flatMap((step) => [
      `  ${step.kind} ${visible(step.key)}: ${PHRASES[step.planned ?? 'absent']} then, ${PHRASES[step.now ?? 'absent']} now`,
      ...step.changes.flatMap((change) => changeLines(change, paint, '      ')),
    ]);
  const more = steps.length - MAX_DESCRIBED;
  const lines = [
    ...described,
    ...(more > 0 ? [`  … ${more} more objects`] : []),
    '  hint: Plan again, and review the new plan.',
  ];
  return {
    text: `${failureLine(name, detail, paint)}${lines.join('\n')}\n`,
    json: {
      code: 'plan_stale',
      detail,
      moved: steps.map(({ kind, key, planned, now, changes }) => ({
        kind,
        key,
        planned: planned ?? null,
        now: now ?? null,
        changes: changes.map((change) => ({ ...change })),
      })),
    },
    exit: EXIT.failed,
  };
}

const PHRASES: Readonly<Record<PlanAction | 'absent', string>> = {
  create: 'to create',
  update: 'to update',
  rename: 'to rename',
  replace: 'to replace',
  delete: 'to delete',
  none: 'unchanged',
  extra: 'not in the document',
  clone: 'a clone',
  absent: 'not there',
};
