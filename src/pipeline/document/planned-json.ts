import type { PlannedObject } from '../../contract/answer-parts.ts';
import { isObject, type JsonObject, numberText } from '../../domain/json.ts';
import { idOf } from '../../domain/marker.ts';
import { liveOf, type PlanStep } from './document-plan.ts';

/** Returns a step of a plan as answers show it. `urlOf` returns the page of an existing object. */
export function plannedJson(step: PlanStep, urlOf: (live: JsonObject) => string): PlannedObject {
  const { kind, key, action } = step;
  const live = liveOf(step);
  if (!live) return { kind, key, action, changes: [] };
  return {
    kind,
    key,
    id: idOf(live),
    action,
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
