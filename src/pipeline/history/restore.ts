import type { ApplyAnswer, PlanAnswer } from '../../contract/answers.ts';
import { type Restore, restoreSchema } from '../../contract/schemas.ts';
import type { Finding } from '../../domain/finding.ts';
import { ProblemError } from '../../domain/problem.ts';
import { documentPartOf } from '../document/conflicts.ts';
import { applyPrepared, planAnswer } from '../document/document-requests.ts';
import { lintRequest } from '../lint.ts';
import type { Ports } from '../ports.ts';
import { refuseErrors } from '../refuse.ts';
import type { PipelineAnswer, PipelineRequest } from '../request.ts';
import { PLAN_RESTORE } from '../steps.ts';

/**
 * Restores a revision of an object, or the states before the last apply. Without `basis` returns the plan; with it applies that
 * plan, as `/apply` does.
 */
export async function restoreRequest(
  request: PipelineRequest,
  ports: Ports,
): Promise<PipelineAnswer<PlanAnswer | ApplyAnswer>> {
  const { operation, context, route, query } = request;
  const restore = restoreIn(request);
  const { application, basis } = restore;
  const prepared = await PLAN_RESTORE.run(restore, request, ports);
  const steps = prepared.plan.steps
    .map((list) => list.filter(({ action }) => action !== 'extra' && action !== 'clone'))
    .filter((list) => list.length > 0);
  const plan = {
    ...prepared,
    plan: { ...prepared.plan, steps },
    findings: prepared.findings.map(withAdvice),
  };
  // Findings point into the restored objects, not into the body.
  const { force = 'false', max_changes } = query;
  const asked = {
    operation,
    route,
    context,
    query: {
      force,
      ...(max_changes === undefined ? {} : { max_changes }),
      ...(basis === undefined ? {} : { basis }),
    },
  };
  if (basis === undefined) {
    refuseErrors(plan.findings, undefined);
    return { status: 200, body: await planAnswer(asked, plan, ports) };
  }
  if (documentPartOf(basis) !== documentPartOf(prepared.fingerprint))
    throw new ProblemError(
      'plan_stale',
      'What the plan restores has changed since: another apply was made, or the object was written.',
      { members: { moved: [{ document: application }] } },
    );
  return applyPrepared(asked, plan, ports);
}

/** Adds a hint to the finding about a reference to an object that does not exist. */
function withAdvice(finding: Finding): Finding {
  if (finding.code !== 'dangling_reference') return finding;
  return {
    ...finding,
    hint: 'Restore the object that it refers to first; GET /history lists its revisions.',
  };
}

/** Returns the body. Throws `invalid` with all findings. */
function restoreIn(request: PipelineRequest): Restore {
  const { body } = request;
  if (!body) throw new ProblemError('internal', 'A restore has no body.');
  refuseErrors(lintRequest({ ...request, body }), body);
  return restoreSchema.parse(body.value);
}
