import type { PlannedObject } from '../../contract/answer-parts.ts';
import type { PlanAnswer } from '../../contract/answers.ts';
import { afterUpdate } from '../../diff/document-update.ts';
import { isObject, type JsonObject, numberText } from '../../domain/json.ts';
import { STORED_KINDS } from '../../domain/managed-fields.ts';
import { idOf } from '../../domain/marker.ts';
import { routeMembers } from '../describe.ts';
import type { Ports } from '../ports.ts';
import { answerFindings } from '../refuse.ts';
import type { PipelineRequest } from '../request.ts';
import type { UndoneChanges } from './changes-by-others.ts';
import { liveOf, type LiveState, type PlanStep, type Prepared } from './document-plan.ts';
import { plannedObjects } from './plan-document.ts';
import { cacheEntryOf } from './read-live.ts';
import { writtenName } from './renames.ts';

/** What a plan shows: `fingerprint` is that of the state which the next apply is based on. */
export type ShownPlan = Pick<Prepared, 'plan' | 'fingerprint' | 'findings'>;
/** What a plan shows of an object in addition, before it is applied. */
type Details = Partial<PlannedObject>;

/** Returns a plan as answers show it. `more` returns what is shown of an object in addition. */
export function planJson(
  { route, body, context }: PipelineRequest,
  { plan, fingerprint, findings }: ShownPlan,
  ports: Ports,
  more: (step: PlanStep) => Details = () => ({}),
): PlanAnswer {
  return {
    application: plan.application,
    ...routeMembers(route),
    basis: fingerprint,
    objects: plan.steps
      .flat()
      .map((step) => ({ ...plannedJson(step, plan.application, ports[step.stored].url), ...more(step) })),
    findings: answerFindings(findings, body),
    request_id: context.requestId,
  };
}

/** Returns the object that a step would write, and who made the changes that it would undo. */
export function detailsOf(step: PlanStep, undone: UndoneChanges | undefined): Details {
  const after = afterOf(step);
  const changes =
    'changes' in step ? step.changes.map((change, at) => ({ ...change, ...undone?.changes[at] })) : [];
  return { ...(after ? { after } : {}), ...(undone ? { ...undone.object, changes } : {}) };
}

/** Returns the object that a step would write, as Datadog would have it. */
function afterOf(step: PlanStep): JsonObject | undefined {
  if (step.action === 'create' || step.action === 'replace') return step.desired;
  return step.action === 'update' || step.action === 'rename'
    ? afterUpdate(step.stored, step.live, step.desired)
    : undefined;
}

/** Stores what a fingerprint was computed from, so that later changes can be reported. */
export function storeFingerprint(
  fingerprint: string,
  application: string,
  live: LiveState,
  ports: Ports,
): void {
  const objects = STORED_KINDS.flatMap((stored) =>
    plannedObjects(stored, live).map((object) => cacheEntryOf(stored, object)),
  );
  ports.fingerprints.store(fingerprint, application, objects, ports.clock.now());
}

/** Returns a step of a plan as answers show it. `urlOf` returns the page of an existing object. */
function plannedJson(
  step: PlanStep,
  application: string,
  urlOf: (live: JsonObject) => string,
): PlannedObject {
  const { kind, key, action } = step;
  const live = liveOf(step);
  if (!live) return { kind, key, action, changes: [] };
  return {
    kind,
    key,
    id: idOf(live),
    action,
    ...(step.action === 'rename' ? { renamed_from: writtenName(step.from, application) } : {}),
    ...('entry' in step ? {} : { origin: originOf(live) }),
    url: urlOf(live),
    changes: 'changes' in step ? step.changes.map((change) => ({ ...change })) : [],
  };
}

/** Returns when an object was created, and by whom. */
function originOf(object: JsonObject): JsonObject {
  const creator = object['creator'];
  const by = object['author_handle'] ?? (isObject(creator) ? creator['handle'] : undefined);
  const at = object['created'] ?? object['created_at'];
  return {
    ...(typeof at === 'string'
      ? { created: at }
      : numberText(at) === undefined
        ? {}
        : { created: at ?? null }),
    ...(typeof by === 'string' ? { by } : {}),
  };
}
