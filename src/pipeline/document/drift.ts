import { largest, smallest } from '../../domain/append.ts';
import { changesOf } from '../../diff/changes.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { idOf } from '../../domain/marker.ts';
import type { Change } from '../../domain/plan.ts';
import { type Author, type ObjectHistory, whoChanged, whoDeleted } from '../../diff/who-changed.ts';
import { routeMembers } from '../describe.ts';
import type { AppliedObject, Ports } from '../ports.ts';
import { toldFindings } from '../refuse.ts';
import type { PipelineAnswer, PipelineRequest } from '../request.ts';
import { prepare } from './document-requests.ts';
import type { PlanStep } from './document-plan.ts';

/** How far back (ms) the audit trail is asked where it is not known when an object was applied. */
const LOOK_BACK = 30 * 24 * 60 * 60 * 1000;

/**
 * What was changed in Datadog since the document was applied, field by field, and by whom where that is known. Compared is
 * with what was written last; where that is not known, with the document.
 */
export async function driftRequest(request: PipelineRequest, ports: Ports): Promise<PipelineAnswer> {
  const { plan, live, findings } = await prepare(request, ports);
  const applied = new Map(
    ports.applied.of(plan.application).map((one) => [`${one.kind}:${one.key}`, one] as const),
  );
  const drifted = plan.steps
    .flat()
    .flatMap((step) => driftOf(step, applied.get(`${step.stored}:${step.key}`)) ?? [])
    // It is not deleted: it carries a second marker by now, as a finding says.
    .filter(({ step, id }) => !live.contested[step.stored].some((object) => idOf(object) === id));
  const earliest = smallest(drifted.map(({ since }) => since ?? ports.clock.now() - LOOK_BACK));
  const ids = drifted.map(({ id }) => id);
  const trail = await ports.trail.changes(ids, earliest, request.context);
  return {
    status: 200,
    body: {
      application: plan.application,
      ...routeMembers(request.route),
      objects: drifted.map((one) => told(one, trail.get(one.id))),
      findings: toldFindings(findings, request.body).map((f) => ({ ...f })),
      request_id: request.context.requestId,
    },
  };
}

/** What was changed of one object; `live` is absent where it was deleted. */
interface Drifted {
  readonly step: PlanStep;
  readonly live: JsonObject | undefined;
  readonly id: string;
  /** When it was applied (epoch ms); undefined where the document is all there is to compare with. */
  readonly since: number | undefined;
  readonly changes: readonly Change[];
}

function driftOf(step: PlanStep, applied: AppliedObject | undefined): Drifted | undefined {
  const { planned, stored, wanted, live, desired } = step;
  if (!wanted) return undefined;
  if (!live) return applied && { step, live, id: applied.id, since: applied.at, changes: [] };
  // The document says what is there: taken into it, a change is none any more.
  if (planned.action === 'none') return undefined;
  const id = idOf(live);
  const known = applied?.id === id ? applied : undefined;
  const changes = changesOf(stored, known?.body ?? desired ?? {}, live).filter(
    ({ path }) => !wanted.unmanaged.some((left) => path === left || path.startsWith(`${left}/`)),
  );
  return changes.length === 0 ? undefined : { step, live, id, since: known?.at, changes };
}

function told(drifted: Drifted, trail: ObjectHistory = { changes: [], whole: false }): JsonObject {
  const { step, live, id, since, changes } = drifted;
  const { planned, stored, key, wanted } = step;
  const history = { ...trail, changes: trail.changes.filter(({ at }) => since === undefined || at >= since) };
  const head = { kind: planned.kind, key, pointer: wanted?.pointer ?? '', id };
  if (!live) return { ...head, drift: 'deleted', changes: [], ...authorMembers([whoDeleted(history)]) };
  const authors = whoChanged(stored, changes, live, history);
  return {
    ...head,
    drift: 'changed',
    since: since === undefined ? 'document' : 'applied',
    changes: changes.map((change, at): Json => ({ ...change, ...authorMembers([authors[at]]) })),
    ...authorMembers(authors),
  };
}

/** By whom, and when the last of them did; `not known` where one of them is not. */
function authorMembers(authors: readonly (Author | undefined)[]): JsonObject {
  const by = [...new Set(authors.map((author) => author?.by ?? 'not known'))].join(', ');
  const times = authors.flatMap((author) => author?.at ?? []);
  return { by, ...(times.length > 0 ? { at: new Date(largest(times)).toISOString() } : {}) };
}
