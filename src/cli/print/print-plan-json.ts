import type { JsonObject } from '../../domain/json.ts';
import { toldFinding } from './finding-json.ts';
import type { PlanAnswer } from '../client/plan-answer.ts';
import type { Planned } from '../documents/plan-documents.ts';
import { countsOf } from './plan-summary.ts';
import { visibleJson } from './visible.ts';

/** Plans for machines. Members are added to it, none is taken away or changes what it means. */
export function plansJson(planned: readonly Planned[]): string {
  return `${visibleJson({ documents: planned.map(planJson), summary: { ...countsOf(planned.flatMap(({ plan }) => plan?.objects ?? [])) } })}\n`;
}

/** One document, and its plan or what kept it from having one. */
export function planJson({ name, document, plan, failure }: Planned): JsonObject {
  const file = document?.file.name ?? name;
  const number = document?.number;
  return {
    file,
    ...(number === undefined ? {} : { document: number }),
    ...(plan ? planMembers(plan) : { error: failure.told }),
  };
}

function planMembers({ application, route, basis, objects, findings }: PlanAnswer): JsonObject {
  return {
    application,
    route: route,
    basis,
    summary: { ...countsOf(objects) },
    objects: objects.map(({ kind, key, id, action, url, origin, changes }) => ({
      kind,
      key,
      ...(id === undefined ? {} : { id }),
      action,
      ...(url === undefined ? {} : { url }),
      ...(origin === undefined ? {} : { origin }),
      changes: changes.map((change) => ({ ...change })),
    })),
    findings: findings.map(toldFinding),
  };
}
