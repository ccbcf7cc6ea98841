import type { ApplyAnswer, PlanAnswer } from '../../contract/answers.ts';
import { spanOf } from '../../contract/span.ts';
import type { Ports } from '../ports.ts';
import { previewOfPlan } from '../preview/preview-of-plan.ts';
import type { PipelineAnswer, PipelineRequest } from '../request.ts';
import { WRITE_NOTHING, PLAN_DOCUMENT, WRITE_DOCUMENT } from '../steps.ts';
import { changesByOthers } from './changes-by-others.ts';
import { isWrite, type Prepared, writesOf } from './document-plan.ts';
import { refuseErrors } from '../refuse.ts';
import { detailsOf, planJson, storeFingerprint } from './plan-answer.ts';
import { validatePlan } from './validate-plan.ts';

/**
 * Returns what applying a document would change. Throws `invalid` if a finding is an error: with the objects of the valid
 * entries, but nothing that an apply could be based on.
 */
export async function planRequest(
  request: PipelineRequest,
  ports: Ports,
): Promise<PipelineAnswer<PlanAnswer>> {
  const prepared = await PLAN_DOCUMENT.run({}, request, ports);
  const { plan, findings } = prepared;
  // What lint already rejects, Datadog rejects too.
  const asks = request.query.validate !== 'false' && !findings.some(({ severity }) => severity === 'error');
  const validated =
    asks && ports.validator ? await validatePlan(plan, ports.validator, ports, request.context) : [];
  const { preview: lengthOfSpan } = request.query;
  const previewed =
    lengthOfSpan === undefined
      ? undefined
      : await previewOfPlan(
          plan,
          spanOf({ span: lengthOfSpan }, ports.clock.now() / 1000),
          request,
          ports,
          isWrite,
        );
  const all = { ...prepared, findings: [...findings, ...validated, ...(previewed?.findings ?? [])] };
  return { status: 200, body: await planAnswer(request, all, ports, previewed?.preview) };
}

/** Returns the answer with a plan, and stores what it was computed from. Throws `invalid` if a finding is an error. */
export async function planAnswer(
  request: PipelineRequest,
  prepared: Prepared,
  ports: Ports,
  preview?: PlanAnswer['preview'],
): Promise<PlanAnswer> {
  const { plan, live, fingerprint, findings } = prepared;
  const undone = await changesByOthers(plan, ports, request.context);
  const answer = planJson(request, prepared, ports, (step) =>
    detailsOf(step, isWrite(step) ? undone.get(step) : undefined),
  );
  const { basis: _, findings: __, request_id: ___, ...rest } = answer;
  const withPreview = preview ? { preview } : {};
  refuseErrors(findings, request.body, { ...rest, ...withPreview });
  storeFingerprint(fingerprint, plan.application, live, ports);
  return { ...answer, ...withPreview };
}

/**
 * Applies a document to Datadog. Stops before the deadline. Plans when the request arrives; then takes the leases, plans
 * again, and stops with `plan_stale` before the first write if anybody else has changed an object that the plan writes.
 */
export async function applyRequest(
  request: PipelineRequest,
  ports: Ports,
): Promise<PipelineAnswer<ApplyAnswer>> {
  return applyPrepared(request, await PLAN_DOCUMENT.run({}, request, ports), ports);
}

/** Applies a plan that was made for this request. */
export async function applyPrepared(
  request: PipelineRequest,
  prepared: Prepared,
  ports: Ports,
): Promise<PipelineAnswer<ApplyAnswer>> {
  const steps = writesOf(prepared.plan).length === 0 ? WRITE_NOTHING : WRITE_DOCUMENT;
  return steps.run(prepared, { ...request, context: { ...request.context, lane: 'apply' } }, ports);
}
