import { isObject, type Json, type JsonObject, own, sameJson } from '../../domain/json.ts';
import { idOf } from '../../domain/marker.ts';
import { ProblemError } from '../../domain/problem.ts';
import { parseMessage } from '../../language/message/parse-message.ts';
import { placedParts } from '../../language/message/walk-message.ts';
import { type DocumentPlan, liveOf, type LiveState, type PlanStep, writesOf } from './document-plan.ts';

/** Number of objects that can always be deleted without `force`, regardless of the percentage. */
const MIN_DELETE_LIMIT = 3;
/** Number of monitors that can always be changed without `force`, regardless of the percentage. */
const MIN_CHANGE_LIMIT = 5;

/** Throws `too_many_deletes` if more than `percent` of the application's objects would be deleted. */
export function requireFewDeletes(plan: DocumentPlan, { own: all }: LiveState, percent: number): void {
  const deletes = writesOf(plan).filter(({ action }) => action === 'delete');
  const total = all.monitor.length + all.dashboard.length;
  const max = Math.max(MIN_DELETE_LIMIT, Math.floor((total * percent) / 100));
  if (deletes.length <= max) return;
  throw new ProblemError(
    'too_many_deletes',
    `${deletes.length} of the ${total} objects of ${plan.application} would be deleted; the maximum is ${max}.`,
    { members: { deletes: deletes.map(({ kind, key }) => ({ kind, key })) } },
  );
}

/**
 * Throws `too_many_changes` if the query, thresholds or recipients of too many existing monitors would change: of more than
 * `percent` of them, or of more than `max` if the caller gave a number.
 */
export function requireFewChanges(plan: DocumentPlan, live: LiveState, percent: number, max?: number): void {
  const steps = plan.steps.flat().filter(({ stored }) => stored === 'monitor');
  const changed = steps.filter(changesAlerting);
  const ids = steps.flatMap((step) => {
    const object = liveOf(step);
    return object ? [idOf(object)] : [];
  });
  const total = new Set([...live.own.monitor.map(idOf), ...ids]).size;
  const allowed = max ?? Math.max(MIN_CHANGE_LIMIT, Math.floor((total * percent) / 100));
  if (changed.length <= allowed) return;
  throw new ProblemError(
    'too_many_changes',
    `The query, thresholds or recipients of ${changed.length} of the ${total} monitors of ${plan.application} would change; the maximum is ${allowed}.`,
    {
      hint: `Review the plan. To apply it, pass max_changes=${changed.length} or force=true.`,
      members: { changes: changed.map(({ kind, key }) => ({ kind, key })) },
    },
  );
}

/** Fields that decide when a monitor alerts. */
const ALERTING = /^\/(?:type|query|options\/(?:thresholds|threshold_windows))(?:\/|$)/;

/** Returns whether a step changes when an existing monitor alerts, or who is notified. */
function changesAlerting(step: PlanStep): boolean {
  if (step.action !== 'update' && step.action !== 'rename' && step.action !== 'replace') return false;
  const { live, desired, changes } = step;
  return changes.some(({ path }) => ALERTING.test(path)) || changesRecipients(live, desired);
}

/** Returns whether other recipients are notified, or under other conditions. Most changes leave the texts as they are. */
function changesRecipients(live: JsonObject, desired: JsonObject): boolean {
  const [before, after] = [textsOf(live), textsOf(desired)];
  return !sameJson(before, after) && !sameJson(before.map(recipientsIn), after.map(recipientsIn));
}

/** Returns the texts of a monitor that name recipients. */
function textsOf({ message, options }: JsonObject): Json[] {
  return [message ?? '', (isObject(options) ? own(options, 'escalation_message') : undefined) ?? ''];
}

/** Returns the recipients in a text, each with the conditions around it, in a form that can be compared. */
function recipientsIn(message: Json): string[] {
  if (typeof message !== 'string' || !message.includes('@')) return [];
  const found = placedParts(parseMessage(message).parts).flatMap(({ part, within }) => {
    if (part.kind !== 'handle') return [];
    const conditions = within.map(({ block: { name, negated, args }, otherwise }) => [
      name,
      negated === otherwise,
      args.map(({ text }) => text),
    ]);
    return [JSON.stringify([part.name, conditions])];
  });
  return [...new Set(found)].sort();
}
