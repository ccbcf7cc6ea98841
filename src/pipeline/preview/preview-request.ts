import type { PreviewAnswer } from '../../contract/preview-schema.ts';
import { spanOf } from '../../contract/span.ts';
import { routeMembers } from '../describe.ts';
import type { PlanStep } from '../document/document-plan.ts';
import { requireLive } from '../find-live.ts';
import type { Ports } from '../ports.ts';
import { answerFindings, refuseErrors } from '../refuse.ts';
import type { PipelineAnswer, PipelineRequest } from '../request.ts';
import { PLAN_PREVIEW } from '../steps.ts';
import { previewOfPlan } from './preview-of-plan.ts';

/**
 * Returns what the alerts of a document, or one alert, would have done. Throws `invalid` if a finding is an error: with the
 * alerts of the valid entries.
 */
export async function previewRequest(
  request: PipelineRequest,
  ports: Ports,
): Promise<PipelineAnswer<PreviewAnswer>> {
  const span = spanOf(request.query, ports.clock.now() / 1000);
  const prepared = await PLAN_PREVIEW.run({}, request, ports);
  const { application } = prepared.document;
  const { only, entries } = prepared.document;
  // Without an entry, the request names an existing monitor by its key.
  if (only && entries.length === 0) requireLive(ports.monitor, prepared.live, { application, key: only.key });
  const isPreviewed = (step: PlanStep) => step.action !== 'extra' || entries.length === 0;
  const { preview, findings: found } = await previewOfPlan(prepared.plan, span, request, ports, isPreviewed);
  const findings = [...prepared.findings, ...found];
  const answer = { application, ...routeMembers(request.route), ...preview };
  refuseErrors(findings, request.body, answer);
  const { requestId } = request.context;
  return {
    status: 200,
    body: { ...answer, findings: answerFindings(findings, request.body), request_id: requestId },
  };
}
