import type { DeleteAnswer } from '../contract/answers.ts';
import { idOf } from '../domain/marker.ts';
import { ProblemError } from '../domain/problem.ts';
import { describe, routeMembers } from './describe.ts';
import { findByKey, keyOf, requireLive } from './find-live.ts';
import type { Ports } from './ports.ts';
import { type PipelineAnswer, type PipelineRequest, storedKind } from './request.ts';

/** Deletes an application's object, found by key or id, but no clone of it. The answer contains the deleted object. */
export async function remove(request: PipelineRequest, ports: Ports): Promise<PipelineAnswer<DeleteAnswer>> {
  const { operation, query, context } = request;
  const kind = operation.kind ?? 'monitor';
  const stored = storedKind(kind);
  const port = ports[stored];
  const target = { application: query.application ?? '', key: query.key, id: query.id };
  if (target.key === undefined && target.id === undefined) {
    throw new ProblemError('bad_request', `The query names no ${kind}. Add "key" or "id".`);
  }
  const key = await keyOf(port, target, context);
  return ports.lock.run(`${stored}:${target.application}/${key}`, context.deadline, async () => {
    const live = requireLive(port, await findByKey(port, target.application, key, context), target);
    const dryRun = query.dry_run === 'true';
    if (!dryRun) {
      await port.delete(idOf(live), context);
      ports.audit({
        action: 'delete',
        kind: stored,
        application: target.application,
        key,
        id: idOf(live),
      });
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
  });
}
