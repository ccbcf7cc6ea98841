import type { JsonObject } from '../../domain/json.ts';
import { findingJson } from './finding-json.ts';
import type { PlanAnswer } from '../client/plan-answer.ts';
import type { Planned } from '../documents/plan-documents.ts';
import { countsOf } from './plan-summary.ts';
import { visibleJson } from './visible.ts';

/** Formats plans as JSON. Later releases may add fields, but never remove one or change its meaning. */
export function plansJson(planned: readonly Planned[]): string {
  return `${visibleJson({ documents: planned.map(planJson), summary: { ...countsOf(planned.flatMap(({ plan }) => plan?.objects ?? [])) } })}\n`;
}

/** Returns a document with its plan or its error, as JSON. */
export function planJson({ name, document, plan, failure }: Planned): JsonObject {
  const file = document?.file.name ?? name;
  const number = document?.number;
  return {
    file,
    ...(number === undefined ? {} : { document: number }),
    ...(plan ? planFields(plan) : { error: failure.json }),
  };
}

/** Returns the fields of a plan as JSON. */
export function planFields({ application, route, basis, objects, findings, hidden }: PlanAnswer): JsonObject {
  return {
    application,
    route,
    basis,
    summary: { ...countsOf(objects) },
    objects: objects.map(({ kind, key, id, action, url, origin, changes, after }) => ({
      kind,
      key,
      ...(id === undefined ? {} : { id }),
      action,
      ...(url === undefined ? {} : { url }),
      ...(origin === undefined ? {} : { origin }),
      changes: changes.map((change) => ({ ...change })),
      ...(after === undefined ? {} : { after }),
    })),
    findings: findings.map(findingJson),
    hidden_findings: { unchanged: hidden.unchanged, infos: hidden.infos },
  };
}
