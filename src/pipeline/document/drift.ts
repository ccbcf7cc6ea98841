import { smallest } from '../../domain/append.ts';
import type { DriftAnswer, DriftedObject } from '../../contract/answers.ts';
import { changesOf } from '../../diff/changes.ts';
import type { JsonObject } from '../../domain/json.ts';
import { idOf } from '../../domain/marker.ts';
import type { Change } from '../../domain/plan.ts';
import { ProblemError } from '../../domain/problem.ts';
import { namedAuthors, type ObjectHistory, whoChanged, whoDeleted } from '../../diff/who-changed.ts';
import { routeMembers } from '../describe.ts';
import type { Decoded } from '../../format/decoded.ts';
import type { Revision } from '../../ledger/port.ts';
import type { Ports } from '../ports.ts';
import { answerFindings, refuseErrors } from '../refuse.ts';
import type { PipelineAnswer, PipelineRequest } from '../request.ts';
import { PLAN_DOCUMENT } from '../steps.ts';
import { changesSince } from './changes-by-others.ts';
import { liveOf, type PlanStep } from './document-plan.ts';

/** How far back (ms) the audit trail is searched if the time of the last apply is unknown. */
const LOOKBACK_MS = 30 * 24 * 60 * 60 * 1000;

/**
 * Returns what changed in Datadog since the document was applied, field by field, with the author if known. Compares with
 * the last write, or with the document if the last write is unknown. Throws `invalid`, with the objects of the valid entries, if
 * a finding is an error.
 */
export async function driftRequest(
  request: PipelineRequest,
  ports: Ports,
): Promise<PipelineAnswer<DriftAnswer>> {
  const { plan, live, findings } = await PLAN_DOCUMENT.run({}, request, ports);
  const revisions = await lastWritten(plan.application, ports);
  const applied = new Map(revisions.map((one) => [`${one.kind}:${one.key}`, one] as const));
  const drifted = plan.steps
    .flat()
    .flatMap((step) => driftOf(step, applied.get(`${step.stored}:${step.key}`)) ?? [])
    // An object that got a second marker is not deleted; a finding reports it.
    .filter(({ step, id }) => !live.contested[step.stored].some((object) => idOf(object) === id));
  const earliest = smallest(drifted.map(({ since }) => since ?? ports.clock.now() - LOOKBACK_MS));
  const ids = drifted.map(({ id }) => id);
  const trail = await ports.auditTrail.changes(ids, earliest, request.context);
  const found = {
    application: plan.application,
    ...routeMembers(request.route),
    objects: drifted.map((one) => driftJson(one, request.body, trail.get(one.id))),
  };
  refuseErrors(findings, request.body, found);
  const { requestId: request_id } = request.context;
  return { status: 200, body: { ...found, findings: answerFindings(findings, request.body), request_id } };
}

/** Returns the newest revision of each object; none while the ledger is unavailable, which a finding reports. */
async function lastWritten(application: string, { ledger }: Ports): Promise<readonly Revision[]> {
  return ledger.newestRevisions(application).catch((error: unknown) => {
    if (error instanceof ProblemError && error.code === 'ledger_unavailable') return [];
    throw error;
  });
}

/** The drift of one object; `live` is absent if it was deleted. */
interface Drifted {
  readonly step: Extract<PlanStep, { readonly entry: unknown }>;
  readonly live: JsonObject | undefined;
  readonly id: string;
  /** When it was applied (epoch ms); undefined if it is compared with the document. */
  readonly since: number | undefined;
  readonly changes: readonly Change[];
}

function driftOf(step: PlanStep, applied: Revision | undefined): Drifted | undefined {
  if (!('entry' in step)) return undefined;
  const { stored, entry, desired } = step;
  const live = liveOf(step);
  if (!live) return applied && { step, live, id: applied.id, since: applied.atMs, changes: [] };
  // Drift that the document already contains is no longer reported.
  if (step.action === 'none') return undefined;
  const id = idOf(live);
  const known = applied?.id === id ? applied : undefined;
  const since = known?.body ? changesSince(stored, known, live) : changesOf(stored, desired, live);
  const changes = since.filter(
    ({ path }) => !entry.unmanaged.some((field) => path === field || path.startsWith(`${field}/`)),
  );
  return changes.length === 0 ? undefined : { step, live, id, since: known?.atMs, changes };
}

function driftJson(
  drifted: Drifted,
  body: Decoded | undefined,
  trail: ObjectHistory = { changes: [], complete: false },
): DriftedObject {
  const { step, live, id, since, changes } = drifted;
  const { kind, stored, key, entry } = step;
  const history = { ...trail, changes: trail.changes.filter(({ at }) => since === undefined || at >= since) };
  const { pointer } = body?.origins?.of(entry.pointer) ?? entry;
  const head = { kind, key, pointer, id };
  if (!live) return { ...head, drift: 'deleted', changes: [], ...namedAuthors([whoDeleted(history)]) };
  const authors = whoChanged(stored, changes, live, history);
  return {
    ...head,
    drift: 'changed',
    since: since === undefined ? 'document' : 'applied',
    changes: changes.map((change, at) => ({ ...change, ...namedAuthors([authors[at]]) })),
    ...namedAuthors(authors),
  };
}
