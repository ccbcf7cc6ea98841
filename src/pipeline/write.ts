import type { WriteAnswer } from '../contract/answers.ts';
import type { RequestContext } from '../domain/caller.ts';
import type { JsonObject } from '../domain/json.ts';
import { idOf } from '../domain/marker.ts';
import { ProblemError } from '../domain/problem.ts';
import { createOnce, updateOnce } from './apply.ts';
import { compile } from './compile.ts';
import { describe, routeMembers } from './describe.ts';
import { type Envelope, readEnvelope } from './envelope.ts';
import { keyOf } from './find-live.ts';
import { lintRequest } from './lint.ts';
import { type Planned, plan, portFor, requireEqual } from './plan.ts';
import type { Ports } from './ports.ts';
import { locateRejection, addPositions, refuseErrors, answerFindings } from './refuse.ts';
import type { PipelineAnswer, PipelineRequest } from './request.ts';

/** Serves a create or update: lints and compiles the object, then plans and applies it under the lock of its key. */
export async function write(request: PipelineRequest, ports: Ports): Promise<PipelineAnswer<WriteAnswer>> {
  const { body } = request;
  if (!body) throw new ProblemError('internal', `${request.operation.path} is not a write.`);
  const warnings = lintRequest({ ...request, body });
  refuseErrors(warnings, body);
  const envelope = decode(request);
  const compiled = compile(envelope, request.route, warnings);
  const key = await keyOf(portFor(ports, compiled), compiled, request.context);
  const name = `${compiled.stored}:${compiled.application}/${key}`;
  return ports.lock.run(name, request.context.deadline, async () => {
    const planned = await plan(compiled, key, ports, request.context).catch(addPositions(request.body));
    const dryRun = request.query.dry_run === 'true';
    const done = dryRun
      ? { object: planned.live, created: false }
      : await apply(planned, ports, request.context).catch(locateRejection(envelope, request.body));
    return answer(request, planned, ports, done);
  });
}

function decode({ operation, body, query }: PipelineRequest): Envelope {
  if (!body || !operation.kind || (operation.verb !== 'create' && operation.verb !== 'update')) {
    throw new ProblemError('internal', `${operation.path} is not a write.`);
  }
  return readEnvelope(operation.verb, operation.kind, body.value, query);
}

interface Done {
  readonly object: JsonObject | undefined;
  readonly created: boolean;
}

async function apply(planned: Planned, ports: Ports, context: RequestContext): Promise<Done> {
  const { compiled, key, body, live } = planned;
  const port = portFor(ports, compiled);
  const { stored: kind, application } = compiled;
  if (planned.planned.action === 'none') return { object: live, created: false };
  const done =
    live === undefined
      ? await createOnce({ port, ports, context, write: { kind, application, key } }, body)
      : { object: await updateOnce(port, idOf(live), body, context), created: false };
  // An object that another request or a person created meanwhile may differ from the requested one.
  if (live === undefined && !done.created) requireEqual(compiled, key, done.object, body);
  ports.audit({
    action: planned.planned.action,
    kind,
    application,
    key,
    id: idOf(done.object),
  });
  return done;
}

function answer(
  request: PipelineRequest,
  planned: Planned,
  ports: Ports,
  done: Done,
): PipelineAnswer<WriteAnswer> {
  const { compiled, key } = planned;
  const { changes, action } = planned.planned;
  return {
    status: done.created ? 201 : 200,
    body: {
      application: compiled.application,
      key,
      ...routeMembers(request.route),
      action,
      changes: changes.map((c) => ({ ...c })),
      ...(request.query.dry_run === 'true' ? { dry_run: true } : {}),
      ...(done.object ? describe(compiled.kind, portFor(ports, compiled), done.object) : {}),
      findings: answerFindings([...compiled.findings, ...planned.findings], request.body),
      request_id: request.context.requestId,
    },
  };
}
