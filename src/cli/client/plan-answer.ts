import { type PlanAnswer as AnsweredPlan, planAnswerSchema } from '../../contract/answers.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { LocatedFinding } from '../documents/lint-text.ts';
import { type HiddenFindings, NONE_HIDDEN } from '../documents/shown-findings.ts';
import { located, parsedAnswer } from './birddog-failures.ts';

/** One object of a plan, with the URL of its page in Datadog if it exists. */
export type PlannedEntry = AnsweredPlan['objects'][number];

/** The plan of a document, with findings at their lines in the text that was sent. */
export interface PlanAnswer extends Pick<AnsweredPlan, 'application' | 'route' | 'preview'> {
  /** Empty if the document has errors, so that the plan cannot be applied. */
  readonly basis: string;
  readonly objects: readonly PlannedEntry[];
  readonly findings: readonly LocatedFinding[];
  /** The number of findings that are not printed. */
  readonly hidden: HiddenFindings;
}

const partialPlanSchema = planAnswerSchema.omit({ basis: true });

/** Parses the answer of `/plan`, also that of a document with errors. Throws NoAnswer for an unknown format. */
export function planAnswer(body: JsonObject): PlanAnswer {
  const isPartial = body['code'] === 'invalid';
  const { findings, ...plan } = isPartial
    ? { ...parsedAnswer(partialPlanSchema, body), basis: '' }
    : parsedAnswer(planAnswerSchema, body);
  return { ...plan, findings: located(findings), hidden: NONE_HIDDEN };
}
