import type { WriteAnswer } from '../contract/answers.ts';
import type { RequestContext } from '../domain/caller.ts';
import type { JsonObject } from '../domain/json.ts';
import { idOf } from '../domain/marker.ts';
import { ProblemError } from '../domain/problem.ts';
import type { Lease } from '../ledger/port.ts';
import { compile } from './compile.ts';
import { describe, routeMembers } from './describe.ts';
import { type Envelope, readEnvelope } from './envelope.ts';
import { keyOf } from './find-live.ts';
import { lintRequest } from './lint.ts';
import { type Planned, plan, portFor, requireEqual } from './plan.ts';
import type { Ports } from './ports.ts';
import { locateRejection, addPositions, refuseErrors, answerFindings } from './refuse.ts';
import type { PipelineAnswer, PipelineRequest } from './request.ts';
import { type Sent, sendCreate, sendUpdate } from './send.ts';
import { settleBeforeReading, settleEarlier } from './settle.ts';

/**
 * A create or update, from the body to the object in Datadog: decode, lint, compile; then, holding the lease of the key,
 * settle earlier writes, plan, send.
 */
export async function write(request: PipelineRequest, ports: Ports): Promise<PipelineAnswer<WriteAnswer>> {
  const { body, context } = request;
  if (!body) throw new ProblemError('internal', `${request.operation.path} is not a write.`);
  const warnings = lintRequest({ ...request, body });
  refuseErrors(warnings, body);
  const envelope = decode(request);
  const compiled = compile(envelope, request.route, warnings);
  const key = await keyOf(portFor(ports, compiled), compiled, context);
  const name = { kind: compiled.stored, application: compiled.application, key };
  const planObject = () => plan(compiled, key, ports, context).catch(addPositions(body));
  if (request.query.dry_run === 'true') {
    const unavailable = await settleBeforeReading({ ...name, name }, ports, context);
    const planned = await planObject();
    const findings = [...planned.findings, ...unavailable];
    return answer(request, { ...planned, findings }, ports, { object: planned.live, created: false });
  }
  const lease = await ports.ledger.acquire([name], context.deadline);
  try {
    await settleEarlier(lease, ports, context);
    const planned = await planObject();
    const done = await apply(planned, lease, ports, context).catch(locateRejection(envelope, body));
    return answer(request, planned, ports, done);
  } finally {
    void lease.release();
  }
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

async function apply(planned: Planned, lease: Lease, ports: Ports, context: RequestContext): Promise<Done> {
  const { compiled, key, body, live } = planned;
  const { stored: kind, application } = compiled;
  const { action } = planned.planned;
  if (action === 'none') return { object: live, created: false };
  const name = { kind, application, key };
  const sending = { name, lease, ports, context, recording: { before: live } };
  const sent = live
    ? await sendUpdate(sending, idOf(live), body, body)
    : await sendCreate(sending, body, planned.clones);
  const object = written(sent, planned);
  ports.audit({ action, ...name, id: idOf(object) });
  return { object, created: !live && sent.outcome === 'made' };
}

/** Returns the object in Datadog after a write. Throws the problem of any result but success. */
function written(sent: Sent, { compiled, key, body }: Planned): JsonObject {
  switch (sent.outcome) {
    case 'made':
      return sent.object ?? body;
    case 'found_equal':
      return sent.object;
    case 'found_different':
      requireEqual(compiled, key, sent.object, body);
      return sent.object;
    case 'duplicate':
    case 'lost':
    case 'refused':
      throw sent.problem;
  }
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
