import type { Progress } from '../../contract/answer-parts.ts';
import type { ApplyAnswer } from '../../contract/answers.ts';
import type { Finding } from '../../domain/finding.ts';
import type { JsonObject } from '../../domain/json.ts';
import { STORED_KINDS, type StoredKind } from '../../domain/managed-fields.ts';
import { idOf } from '../../domain/marker.ts';
import { pointerTo } from '../../domain/pointer.ts';
import { ProblemError, shuttingDown } from '../../domain/problem.ts';
import { runThrottled } from '../../runtime/concurrency/throttle.ts';
import type { Ports } from '../ports.ts';
import { answerFindings, refuseErrors, rejectedPointer } from '../refuse.ts';
import type { PipelineAnswer, PipelineRequest } from '../request.ts';
import type { Compared, Leased, Scope, WantedWrite } from '../step.ts';
import { applyPlan, type Failure, isRefusal, type Outcome } from './apply-plan.ts';
import { requireFewChanges, requireFewDeletes } from './blast-radius.ts';
import { isContinuation, stalePlanProblem } from './conflicts.ts';
import {
  type DocumentPlan,
  entryOf,
  liveOf,
  type LiveState,
  type Prepared,
  writesOf,
} from './document-plan.ts';
import { planJson, storeFingerprint } from './plan-answer.ts';
import { fingerprintSteps } from './plan-document.ts';
import { cacheObjects } from './read-live.ts';
import { isAsExpected } from './replan.ts';
import { doneObject } from './write-step.ts';

/** An apply. `expected` is the plan that was made when the request arrived. */
export interface DocumentWrite extends WantedWrite {
  readonly expected: Prepared;
}
type PlannedAgain = DocumentWrite & Leased & Compared;

/**
 * Expects a plan. Throws `invalid` if the plan has errors or replaces objects, `plan_stale` if it is not the one that the caller
 * has seen, `too_many_deletes` or `too_many_changes` if it deletes or changes too many objects.
 */
export async function expectPlan(expected: Prepared, { request, ports }: Scope): Promise<DocumentWrite> {
  const { body, context, query } = request;
  const { document, live, plan, fingerprint, findings } = expected;
  refuseErrors(findings, body);
  const { basis = fingerprint } = query;
  if (basis !== fingerprint && !isContinuation(basis, expected, ports))
    throw await stalePlanProblem(basis, expected, ports, context);
  if (query.force !== 'true') {
    refuseErrors(replacements(plan), body);
    requireFewDeletes(plan, live, ports.maxDeletePercent);
    const { max_changes: max } = query;
    requireFewChanges(plan, live, ports.maxChangePercent, max === undefined ? undefined : Number(max));
  }
  const { application } = plan;
  storeFingerprint(fingerprint, application, live, ports);
  const objects = writesOf(plan).flatMap((step) => {
    const { stored: kind, key } = step;
    const name = { kind, application, key };
    return step.action === 'rename' ? [name, { kind, ...step.from }] : [name];
  });
  return { document, expected, names: [{ application }, ...objects] };
}

/** Answers an apply that has nothing to write. */
export async function answerUnchanged(
  { expected }: DocumentWrite,
  { request, ports }: Scope,
): Promise<PipelineAnswer<ApplyAnswer>> {
  return { status: 200, body: { ...planJson(request, expected, ports), done: [], remaining: [] } };
}

/** Throws `plan_stale` before the first write if anybody else has changed an object that the plan writes. */
export async function requireExpected(write: PlannedAgain, { request, ports }: Scope): Promise<PlannedAgain> {
  const { expected, live, plan } = write;
  if (isAsExpected(expected.plan, plan)) return write;
  throw await stalePlanProblem(expected.fingerprint, { ...expected, live }, ports, request.context);
}

/** Writes the objects of the plan. */
export async function sendDocument(
  write: PlannedAgain,
  { request: { route, context }, ports }: Scope,
): Promise<PlannedAgain & { readonly outcome: Outcome }> {
  const { document, plan, live, lease } = write;
  return { ...write, outcome: await applyPlan({ document, plan, live, route, ports, context }, lease) };
}

/** Answers with the plan and the progress. Throws the problem of the first failure, with the progress. */
export async function answerApply(
  { document, expected, live, plan, outcome }: PlannedAgain & { readonly outcome: Outcome },
  { request, ports }: Scope,
): Promise<PipelineAnswer<ApplyAnswer>> {
  const after = liveAfter(live, outcome);
  // The cache replaces all objects of the application, so it is not for a selection of them.
  for (const stored of document.selection ? [] : STORED_KINDS)
    cacheObjects(stored, plan.application, after.own[stored], ports);
  const fingerprint = await runThrottled(fingerprintSteps(document, after));
  storeFingerprint(fingerprint, plan.application, after, ports);
  const progress = progressOf(outcome, ports);
  const atEnd = { ...progress, basis: fingerprint };
  if (isStopped(request) && wouldContinue(outcome)) throw stopped(outcome, atEnd, request);
  if (outcome.failures.length > 0) throw failed(outcome, atEnd, request);
  const findings = [...expected.findings, ...outcome.findings];
  const shown = { plan: expected.plan, fingerprint, findings };
  return { status: 200, body: { ...planJson(request, shown, ports), ...progress } };
}

function isStopped({ context: { stopping, gone } }: PipelineRequest): boolean {
  return stopping?.aborted === true || gone?.aborted === true;
}

function progressOf({ done, remaining }: Outcome, ports: Ports): Progress {
  return {
    done: done.map((completed) => doneObject(completed, ports)),
    remaining: remaining.map(({ step: { kind, key, action }, reason }) => ({
      kind,
      key,
      action,
      ...(reason === undefined ? {} : { reason }),
    })),
  };
}

/** Returns the state of Datadog after the writes. */
function liveAfter(live: LiveState, { done, halfReplaced }: Outcome): LiveState {
  const written = new Set(
    done.map(({ step, id }) => {
      const before = liveOf(step);
      return `${step.stored}:${before ? idOf(before) : id}`;
    }),
  );
  const after = (stored: StoredKind) => {
    const kept = live.own[stored].filter((object) => !written.has(`${stored}:${idOf(object)}`));
    const now = [...done, ...halfReplaced].flatMap(({ step, object }) =>
      object && step.stored === stored ? [object] : [],
    );
    return [...kept, ...now];
  };
  const adoptable = new Map([...live.adoptable].filter(([name]) => !written.has(name)));
  const renamable = new Map(
    [...live.renamable].map(([name, objects]) => {
      const [kind] = name.split(':');
      return [name, objects.filter((object) => !written.has(`${kind}:${idOf(object)}`))] as const;
    }),
  );
  return { ...live, adoptable, renamable, own: { monitor: after('monitor'), dashboard: after('dashboard') } };
}

/** Returns a finding for each object that Datadog cannot change in place. */
function replacements(plan: DocumentPlan): Finding[] {
  return plan.steps.flat().flatMap((step): Finding[] => {
    if (step.action !== 'replace') return [];
    const { stored, entry } = step;
    const field = stored === 'monitor' ? 'type' : 'layout_type';
    return [
      {
        code: 'replace_needed',
        severity: 'error',
        message: `Datadog cannot change the ${field} of a ${stored} in place. Replacing the ${stored} loses its id.`,
        pointer: entry.kind === 'alert' ? entry.pointer : pointerTo(entry.pointer, field),
        hint: `Pass force=true to replace it, or restore the old ${field}.`,
      },
    ];
  });
}

/** Returns whether the apply would go on: objects remain that are neither refused nor depend on one, and no failure ended it. */
function wouldContinue({ remaining, failures }: Outcome): boolean {
  return failures.every(({ error }) => isRefusal(error)) && remaining.some(({ reason }) => !reason);
}

/** Returns the problem of an apply that stopped because the process stops, or because its client is gone. */
function stopped(
  { failures, findings }: Outcome,
  progress: JsonObject,
  { body, context }: PipelineRequest,
): unknown {
  const extras = {
    findings: answerFindings([...failures.flatMap(findingsOf), ...findings], body),
    members: progress,
  };
  if (context.stopping?.aborted) {
    const detail =
      'The apply stopped because this process is stopping. Apply again with the basis of this answer.';
    return shuttingDown(detail, extras);
  }
  return new ProblemError('deadline_exceeded', CLIENT_GONE, extras);
}

const CLIENT_GONE = 'The apply stopped because its client closed the connection.';

/**
 * Returns the problem of an apply that did not write every object: that of the first refusal, or of the failure that ended the
 * apply, with the progress and one finding for each object that failed.
 */
function failed(
  { failures, findings, done, remaining }: Outcome,
  progress: JsonObject,
  { body }: PipelineRequest,
): unknown {
  const unexpected = failures.find(({ error }) => !(error instanceof ProblemError));
  if (unexpected) return unexpected.error;
  const first = failures.find(({ error }) => !isRefusal(error)) ?? failures[0];
  if (!first || !(first.error instanceof ProblemError)) return first?.error;
  const { extras } = first.error;
  const all = [...failures.flatMap(findingsOf), ...findings];
  const hint = `${counted(done.length)} written, ${remaining.length} not. Fix the findings and apply with the new basis.`;
  return new ProblemError(first.error.code, `${first.step.key}: ${first.error.message}`, {
    ...extras,
    ...(isRefusal(first.error) ? { hint } : {}),
    findings: answerFindings(all, body),
    members: { ...extras.members, ...progress },
  });
}

function counted(objects: number): string {
  return objects === 1 ? '1 object was' : `${objects} objects were`;
}

/** Returns the findings about an object that was not written: its own, or one with the message of its problem. */
function findingsOf({ step, error }: Failure): readonly Finding[] {
  if (!(error instanceof ProblemError)) return [];
  if (error.code !== 'datadog_refused' && error.extras.findings !== undefined) return error.extras.findings;
  const entry = entryOf(step);
  if (!isRefusal(error) && error.code !== 'outcome_unknown') return [];
  return [
    {
      code: error.code,
      severity: 'error',
      message: entry ? error.message : `${step.kind} ${step.key}: ${error.message}`,
      pointer: entry ? rejectedPointer(entry.kind, entry.pointer, error.message) : '',
    },
  ];
}
