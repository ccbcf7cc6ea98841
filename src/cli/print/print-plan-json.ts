import type { Json, JsonObject } from '../../domain/json.ts';
import type { DoneObject } from '../../domain/plan.ts';
import type { FileDocument } from '../documents/documents.ts';
import { findingJson } from './finding-json.ts';
import type { PlanAnswer, PlannedEntry } from '../client/plan-answer.ts';
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
export function planFields(plan: PlanAnswer): JsonObject {
  const { application, route, basis, objects, findings, hidden, preview } = plan;
  return {
    application,
    route,
    ...(basis === '' ? {} : { basis }),
    summary: { ...countsOf(objects) },
    objects: objects.map(plannedJson),
    ...(preview ? { preview } : {}),
    findings: findings.map(findingJson),
    hidden_findings: { unchanged: hidden.unchanged, infos: hidden.infos },
  };
}

/** Returns an object of a plan as JSON, with the fields that it has. */
function plannedJson({ kind, key, id, action, changes, ...more }: PlannedEntry): JsonObject {
  const { renamed_from, url, origin, changed_by, changed_at, after } = more;
  const optional = { renamed_from, url, origin, changed_by, changed_at };
  return {
    kind,
    key,
    ...(id === undefined ? {} : { id }),
    action,
    ...definedFields(optional),
    changes: changes.map((change) => ({ ...change })),
    ...definedFields({ after }),
  };
}

function definedFields(fields: Readonly<Record<string, Json | undefined>>): JsonObject {
  const given = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return Object.fromEntries(given);
}

/** Formats an object that is done as one line of JSON. */
export function doneJsonLine({ file, number }: FileDocument, application: string, done: DoneObject): string {
  const document = number === undefined ? {} : { document: number };
  return `${visibleJson({ done: { file: file.name, ...document, application, ...done } }, 0)}\n`;
}
