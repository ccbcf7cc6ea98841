import type { RequestContext } from '../../domain/caller.ts';
import { changesOf } from '../../domain/changes.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { idOf } from '../../domain/marker.ts';
import type { Change } from '../../domain/plan.ts';
import { wayMembers } from '../describe.ts';
import type { AppliedObject, Ports } from '../ports.ts';
import { withPositions } from '../refuse.ts';
import type { PipelineAnswer, PipelineRequest } from '../request.ts';
import { prepare } from './document-requests.ts';
import type { PlanStep } from './document-plan.ts';

/** How far back (ms) the audit trail is asked where it is not known when the object was applied. */
const LOOK_BACK = 30 * 24 * 60 * 60 * 1000;

/**
 * What was changed in Datadog since the document was applied, field by field, and by whom where that is known. Compared is
 * with what was written last; where that is not known, with the document.
 */
export async function driftRequest(request: PipelineRequest, ports: Ports): Promise<PipelineAnswer> {
  const { plan, findings } = await prepare(request, ports);
  const applied = new Map(
    ports.applied.of(plan.application).map((one) => [`${one.kind}:${one.key}`, one] as const),
  );
  const objects: JsonObject[] = [];
  for (const step of plan.steps.flat()) {
    if (!step.wanted) continue;
    const drifted = driftOf(step, applied.get(`${step.stored}:${step.key}`));
    if (drifted)
      objects.push({ ...drifted.told, ...(await whoChanged(step, drifted, ports, request.context)) });
  }
  return {
    status: 200,
    body: {
      application: plan.application,
      ...wayMembers(request.way),
      objects,
      findings: withPositions(findings, request.body).map((f) => ({ ...f })),
      request_id: request.context.requestId,
    },
  };
}

interface Drifted {
  readonly id: string;
  readonly since: number | undefined;
  readonly told: JsonObject;
}

function driftOf(
  { planned, stored, key, wanted, live, desired }: PlanStep,
  applied: AppliedObject | undefined,
): Drifted | undefined {
  const told = { kind: planned.kind, key, pointer: wanted?.pointer ?? '' };
  if (!live) {
    if (!applied) return undefined;
    return {
      id: applied.id,
      since: applied.at,
      told: { ...told, id: applied.id, drift: 'deleted', changes: [] },
    };
  }
  // The document says what is there: taken into it, a change is none any more.
  if (planned.action === 'none') return undefined;
  const id = idOf(live);
  const known = applied?.id === id ? applied : undefined;
  const changes = changesOf(stored, known?.body ?? desired ?? {}, live).filter(
    ({ path }) => !(wanted?.unmanaged ?? []).some((left) => path === left || path.startsWith(`${left}/`)),
  );
  if (changes.length === 0) return undefined;
  return {
    id,
    since: known?.at,
    told: {
      ...told,
      id,
      drift: 'changed',
      since: known ? 'applied' : 'document',
      changes: changes.map(plain),
    },
  };
}

function plain(change: Change): Json {
  return { ...change };
}

async function whoChanged(
  { stored }: PlanStep,
  { id, since }: Drifted,
  ports: Ports,
  context: RequestContext,
): Promise<JsonObject> {
  const from = since ?? ports.clock.now() - LOOK_BACK;
  const changes = await ports.trail.changes(stored, id, from, context);
  const last = changes?.[0];
  return last ? { by: last.by, at: new Date(last.at).toISOString() } : { by: 'not known' };
}
