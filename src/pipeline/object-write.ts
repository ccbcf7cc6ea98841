import type { DeleteAnswer, WriteAnswer } from '../contract/answers.ts';
import { changesOf } from '../diff/changes.ts';
import type { Finding } from '../domain/finding.ts';
import type { JsonObject } from '../domain/json.ts';
import { idOf } from '../domain/marker.ts';
import type { Change } from '../domain/plan.ts';
import { pointerTo } from '../domain/pointer.ts';
import { ProblemError } from '../domain/problem.ts';
import { contestedFindings } from './contested.ts';
import { describe, routeMembers } from './describe.ts';
import {
  type CreateStep,
  type DeleteStep,
  isWrite,
  liveOf,
  type NoneStep,
  type ReplaceStep,
  type UpdateStep,
} from './document/document-plan.ts';
import { fullName } from './document/references-in-order.ts';
import { requireLive } from './find-live.ts';
import type { ObjectWrite } from './read-object.ts';
import { answerFindings, locateRejection, refuseErrors } from './refuse.ts';
import type { PipelineAnswer } from './request.ts';
import { type Sending, type Sent, sendCreate, sendDelete, sendUpdate } from './send.ts';
import type { Compared, Leased, Scope, Settled } from './step.ts';

/** What a write of one object can plan. */
type ObjectStep = CreateStep | UpdateStep | NoneStep | DeleteStep;
interface Allowed {
  readonly step: ObjectStep;
}
/** The object in Datadog after the write; before it, for a delete. */
interface Written {
  readonly object: JsonObject;
  /** Whether this request created it. */
  readonly created: boolean;
}

/**
 * Returns the step of the plan. Throws `key_conflict` for a create whose key belongs to a different object, `not_found` or
 * `not_managed` for an update or delete of what the application does not have, and `invalid` for an update that Datadog cannot
 * make in place, or an object that would carry a second marker.
 */
export async function requireWritable<Write extends ObjectWrite & Compared>(
  write: Write,
  { request: { body }, ports }: Scope,
): Promise<Write & Allowed> {
  const { document, target, live, plan } = write;
  const { application, entries } = document;
  const [entry] = entries;
  const port = ports[target.stored];
  if (entry?.verb !== 'create') requireLive(port, live, { application, ...target });
  const refused = plan.refused.flatMap(({ findings }) => findings);
  const at = (finding: Finding) => ({ ...finding, pointer: `${entry?.pointer ?? ''}${finding.pointer}` });
  refuseErrors([...refused.map(at), ...plan.findings], body);
  const [step] = plan.steps.flat();
  if (!step || step.action === 'rename' || (!isWrite(step) && step.action !== 'none'))
    throw new ProblemError('internal', 'The plan of one object does not contain it.');
  if (entry?.verb === 'create' && (step.action === 'update' || step.action === 'replace'))
    throw keyConflict(step, application, step.live, step.changes);
  if (step.action === 'replace') throw replaceNeeded(step, body);
  return { ...write, step };
}

/** Returns the problem for a create whose key belongs to a different object. */
function keyConflict(
  { kind, stored, key }: CreateStep | UpdateStep | ReplaceStep,
  application: string,
  live: JsonObject,
  changes: readonly Change[],
): ProblemError {
  const shown = changes.slice(0, 5).map(({ path }) => path);
  const more = changes.length - shown.length;
  const fields = `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  const object = {
    kind,
    key,
    id: idOf(live),
    action: 'update',
    changes: changes.map((change) => ({ ...change })),
  };
  return new ProblemError('key_conflict', `The ${stored} with the key "${key}" differs in ${fields}.`, {
    members: { plan: { application, objects: [object] } },
  });
}

/** Returns the problem for an update of a field that Datadog cannot change in place. */
function replaceNeeded(
  { kind, stored, entry: { pointer } }: ReplaceStep,
  body: Scope['request']['body'],
): ProblemError {
  const field = stored === 'monitor' ? 'type' : 'layout_type';
  const message = `Datadog cannot change the ${field} of a ${stored} in place.`;
  const place = kind === 'alert' ? pointer : pointerTo(pointer, field);
  return new ProblemError('invalid', message, {
    hint: `Delete the ${stored} and create it again (its id is lost), or keep the old ${field}.`,
    findings: answerFindings([{ code: 'replace_needed', severity: 'error', message, pointer: place }], body),
  });
}

/**
 * Sends the write. Its plan was made immediately before, so the object is not read again. Throws the problem of any result
 * but success.
 */
export async function sendObject(
  write: ObjectWrite & Leased & Compared & Allowed,
  { request, ports }: Scope,
): Promise<ObjectWrite & Compared & Allowed & Written> {
  const { lease, step, live, document } = write;
  if (step.action === 'none') return { ...write, object: step.live, created: false };
  const { action, stored: kind, key } = step;
  const name = { kind, application: document.application, key };
  const recording = { before: liveOf(step) };
  const sending = { name, lease, ports, context: request.context, recording, isOnly: true };
  const [entry] = document.entries;
  const sent = await sendStep(sending, step, live.contested[kind].map(idOf));
  if ('problem' in sent) {
    if (entry) locateRejection(entry, request.body)(sent.problem);
    throw sent.problem;
  }
  const object = step.action === 'delete' ? step.live : (sent.object ?? step.desired);
  if (sent.outcome === 'found_different' && step.action !== 'delete')
    throw keyConflict(step, name.application, object, changesOf(kind, object, step.desired));
  ports.audit({ action, ...name, id: idOf(object) });
  return { ...write, object, created: action === 'create' && sent.outcome === 'made' };
}

/** `others` are the ids of objects with the same marker and a second one, which belong to nobody. */
function sendStep(
  sending: Sending,
  step: CreateStep | UpdateStep | DeleteStep,
  others: readonly string[],
): Promise<Sent> {
  if (step.action === 'create') return sendCreate(sending, step.desired, others);
  const id = idOf(step.live);
  return step.action === 'update'
    ? sendUpdate(sending, id, step.desired, step.desired)
    : sendDelete(sending, id);
}

/** Answers with the object after the write. */
export async function answerObject(
  write: ObjectWrite & Compared & Allowed & Written,
  scope: Scope,
): Promise<PipelineAnswer<WriteAnswer | DeleteAnswer>> {
  return { status: write.created ? 201 : 200, body: objectJson(write, write.object, scope) };
}

/** Answers with what would change, and the current object. */
export async function answerDryRun(
  write: ObjectWrite & Settled & Compared & Allowed,
  scope: Scope,
): Promise<PipelineAnswer<WriteAnswer | DeleteAnswer>> {
  return { status: 200, body: objectJson(write, liveOf(write.step), scope, write.unavailable) };
}

/** Returns the keys of the monitors that an alert combines, as it names them, by `monitor:id`. */
function keysOfReferences(
  { application, entries }: ObjectWrite['document'],
  { foreign }: Compared['live'],
): ReadonlyMap<string, string> {
  const placed = entries.flatMap(({ references }) => references);
  return new Map(
    placed.flatMap(({ to, text }) => {
      const id = to && foreign.get(fullName(to, application));
      return id === undefined ? [] : [[`monitor:${id}`, text] as const];
    }),
  );
}

function objectJson(
  { kind, target, document, step, live, plan, linted }: ObjectWrite & Compared & Allowed,
  object: JsonObject | undefined,
  { request, ports }: Scope,
  unavailable?: readonly Finding[],
): WriteAnswer | DeleteAnswer {
  const { route, body, context } = request;
  const keys = keysOfReferences(document, live);
  const shownBy = (one: JsonObject) => describe(kind, ports[target.stored], one, keys);
  const head = { application: document.application, key: target.key, ...routeMembers(route) };
  const dry = unavailable ? ({ dry_run: true } as const) : {};
  const warnings = unavailable ?? [];
  const request_id = context.requestId;
  if (step.action === 'delete') {
    const findings = answerFindings(warnings, body);
    return { ...head, action: step.action, ...dry, ...shownBy(step.live), findings, request_id };
  }
  const changes = step.action === 'update' ? step.changes.map((change) => ({ ...change })) : [];
  const about = [...linted, ...plan.findings, ...contestedFindings(document, live, ports), ...warnings];
  return {
    ...head,
    action: step.action,
    changes,
    ...dry,
    ...(object ? shownBy(object) : {}),
    findings: answerFindings(about, body),
    request_id,
  };
}
