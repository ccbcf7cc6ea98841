import type { DeleteAnswer } from '../contract/answers.ts';
import { idOf } from '../domain/marker.ts';
import { ProblemError } from '../domain/problem.ts';
import { describe, routeMembers } from './describe.ts';
import { findByKey, keyOf, requireLive } from './find-live.ts';
import type { Ports } from './ports.ts';
import { type PipelineAnswer, type PipelineRequest, storedKind } from './request.ts';
import { sendDelete } from './send.ts';
import { settleEarlier } from './settle.ts';

/** Deletes an application's own object, found by key or id. Its clones stay. The answer shows the deleted object. */
export async function remove(request: PipelineRequest, ports: Ports): Promise<PipelineAnswer<DeleteAnswer>> {
  const { operation, query, context } = request;
  const kind = operation.kind ?? 'monitor';
  const stored = storedKind(kind);
  const port = ports[stored];
  const target = { application: query.application ?? '', key: query.key, id: query.id };
  if (target.key === undefined && target.id === undefined) {
    throw new ProblemError('bad_request', `Name the ${kind} by "key" or by "id" in the query.`);
  }
  const key = await keyOf(port, target, context);
  const name = { kind: stored, application: target.application, key };
  const lease = await ports.ledger.acquire([name], context.deadline);
  try {
    await settleEarlier(lease, ports, context);
    const live = requireLive(port, await findByKey(port, target.application, key, context), target);
    const dryRun = query.dry_run === 'true';
    if (!dryRun) {
      const recording = { before: live };
      const sent = await sendDelete({ name, lease, ports, context, recording }, idOf(live));
      if ('problem' in sent) throw sent.problem;
      ports.audit({ action: 'delete', ...name, id: idOf(live) });
    }
    return {
      status: 200,
      body: {
        application: target.application,
        key,
        ...routeMembers(request.route),
        action: 'delete',
        ...(dryRun ? { dry_run: true } : {}),
        ...describe(kind, port, live),
        findings: [],
        request_id: context.requestId,
      },
    };
  } finally {
    void lease.release();
  }
}
