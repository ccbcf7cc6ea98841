import { type ExplainAnswer, explainAnswerSchema } from '../../contract/explain-schema.ts';
import { explainSchema } from '../../contract/schemas.ts';
import { momentSeconds } from '../../contract/span.ts';
import { textOf } from '../../domain/json.ts';
import { idOf, oldestFirst } from '../../domain/marker.ts';
import { ProblemError } from '../../domain/problem.ts';
import { explainMonitor } from '../../preview/explain-monitor.ts';
import { runThrottled } from '../../runtime/concurrency/throttle.ts';
import { routeMembers } from '../describe.ts';
import { notFound } from '../find-live.ts';
import { lintRequest } from '../lint.ts';
import type { Ports } from '../ports.ts';
import { refuseErrors } from '../refuse.ts';
import type { PipelineAnswer, PipelineRequest } from '../request.ts';
import { readMonitors } from './preview-of-plan.ts';

/** Explains the state of an alert or monitor in Datadog at a time. Throws `not_found`, and `invalid` for a body with errors. */
export async function explainRequest(
  request: PipelineRequest,
  ports: Ports,
): Promise<PipelineAnswer<ExplainAnswer>> {
  const { body, route, context } = request;
  if (!body) throw new ProblemError('internal', 'An explanation has no body.');
  refuseErrors(lintRequest({ ...request, body }), body);
  const { application, key, at: asked, group } = explainSchema.parse(body.value);
  const at = momentSeconds(asked);
  if (at === undefined) throw new ProblemError('bad_request', '"at" is no time: the day does not exist.');
  if (at * 1000 > ports.clock.now()) throw new ProblemError('bad_request', '"at" is in the future.');
  const own = { ...context, application };
  const [monitor] = oldestFirst(await ports.monitor.find({ application, key }, own));
  if (!monitor) throw notFound('monitor', { application, key });
  const id = idOf(monitor);
  const release = await ports.previewSlots.acquire(context.caller, context.deadline);
  try {
    const explained = await explainMonitor(
      { id, key, monitor, at, group },
      {
        ports: ports.preview,
        context: own,
        run: runThrottled,
        readMonitors: (ids) => readMonitors(ids, ports, own),
      },
    );
    return {
      status: 200,
      body: explainAnswerSchema.parse({
        application,
        ...routeMembers(route),
        key,
        id,
        title: textOf(monitor['name']),
        url: ports.monitor.url(monitor),
        asked_at: new Date(at * 1000).toISOString(),
        ...explained,
        request_id: context.requestId,
      }),
    };
  } finally {
    release();
  }
}
