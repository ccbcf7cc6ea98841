import type { Progress } from '../../contract/answer-parts.ts';
import type { ApplyAnswer, PlanAnswer } from '../../contract/answers.ts';
import type { RequestContext } from '../../domain/caller.ts';
import type { Finding } from '../../domain/finding.ts';
import { isObject, type JsonObject } from '../../domain/json.ts';
import { idOf, isContestedBy } from '../../domain/marker.ts';
import { type Pointer, pointerTo, valueAt } from '../../domain/pointer.ts';
import { ProblemError, shuttingDown } from '../../domain/problem.ts';
import { runThrottled } from '../../runtime/concurrency/throttle.ts';
import { policyFindings, tagPlace } from '../../domain/tag-policies.ts';
import { conflictOf, markerConflict } from '../contested.ts';
import { routeMembers } from '../describe.ts';
import { lintRequest } from '../lint.ts';
import { rejectedPointer, refuseErrors, answerFindings } from '../refuse.ts';
import type { Lease } from '../../ledger/port.ts';
import type { Ports } from '../ports.ts';
import type { PipelineAnswer, PipelineRequest } from '../request.ts';
import { settleBeforeReading, settleEarlier } from '../settle.ts';
import { applyPlan, CONTINUE_AFTER, type Failure, type Outcome } from './apply-plan.ts';
import { isContinuation, stalePlanProblem } from './conflicts.ts';
import {
  type DocumentPlan,
  entryOf,
  liveOf,
  type LiveState,
  type PlanStep,
  type Prepared,
  writesOf,
} from './document-plan.ts';
import { plannedJson } from './planned-json.ts';
import { fingerprintSteps, planningDocument } from './plan-document.ts';
import { type ReadDocument, readingDocument, type DocumentEntry } from './read-document.ts';
import { cacheEntryOf, cacheObjects, readLive } from './read-live.ts';
import { isAsExpected } from './replan.ts';
import { validatePlan } from './validate-plan.ts';

const STORED = ['monitor', 'dashboard'] as const;
/** Number of objects that can always be deleted without `force`, regardless of the percentage. */
const MIN_DELETE_LIMIT = 3;

/** Lints a document, reads its objects from Datadog and plans. Throws `invalid` if the body is not a document. */
export async function prepare(request: PipelineRequest, ports: Ports): Promise<Prepared> {
  const { body, context } = request;
  const value = body?.value;
  if (!body || !isObject(value)) {
    if (body) refuseErrors(lintRequest({ ...request, body }), body);
    throw new ProblemError('internal', 'Cannot plan a body that is not a document.');
  }
  const document = await runThrottled(readingDocument(value));
  const { application } = document;
  const unavailable = application === '' ? [] : await settleBeforeReading({ application }, ports, context);
  const live = await readLive(document, ports, context);
  const linted = () => lintRequest({ ...request, body });
  return planFrom({ document, value, live, linted, unavailable }, request, ports);
}

/** What a plan is computed from. */
interface Sources {
  readonly document: ReadDocument;
  /** The document as parsed, for pointers. */
  readonly value: JsonObject;
  readonly live: LiveState;
  /** Findings about the document itself. */
  readonly linted: () => readonly Finding[];
  /** A warning if the ledger is unavailable. */
  readonly unavailable: readonly Finding[];
}

/** Plans a document against the state of Datadog. */
export async function planFrom(
  { document, value, live, linted: lint, unavailable }: Sources,
  { route, query, context }: PipelineRequest,
  ports: Ports,
): Promise<Prepared> {
  const plan = await runThrottled(planningDocument(document, live, route, query.prune === 'true'));
  const policies = await ports.policies.list(context);
  const underPolicy = writesOf(plan).flatMap((step) => policyFindingsOf(step, policies, value));
  const linted = lint();
  const findings = [
    ...linted,
    ...unavailable,
    ...contestedFindings(document, live, ports),
    ...plan.findings,
    ...refusedEntries(plan.refused, linted, value),
    ...underPolicy,
  ];
  return { document, live, plan, findings };
}

/** Returns the findings about objects with two different markers, located at the entry of the same key if there is one. */
function contestedFindings({ application, entries }: ReadDocument, live: LiveState, ports: Ports): Finding[] {
  return STORED.flatMap((stored) =>
    live.contested[stored].flatMap((object) => {
      const sentence = conflictOf(stored, object, ports[stored].url(object));
      const entry = entries.find(
        (one) => one.stored === stored && isContestedBy(stored, object, { application, key: one.key }),
      );
      return sentence === undefined ? [] : [markerConflict(sentence, entry?.pointer ?? '')];
    }),
  );
}

/** Returns the findings about refused entries, except those that lint already reported, with pointers into the document. */
function refusedEntries(
  refused: DocumentPlan['refused'],
  linted: readonly Finding[],
  document: JsonObject,
): Finding[] {
  const reported = new Set(linted.map(({ code, pointer }) => `${code} ${pointer}`));
  const findings: Finding[] = [];
  for (const { entry, findings: refusals } of refused) {
    for (const finding of refusals) {
      const pointer = pointerInDocument(document, entry, finding.pointer);
      const name = `${finding.code} ${pointer}`;
      if (!reported.has(name)) findings.push({ ...finding, pointer });
      reported.add(name);
    }
  }
  return findings;
}

/** Returns the pointer into the document for a pointer into a planned object. */
function pointerInDocument(
  document: JsonObject,
  { pointer, object }: DocumentEntry,
  within: Pointer,
): Pointer {
  const value = valueAt(object, within);
  if (typeof value !== 'string' || !within.startsWith('/tags/')) return `${pointer}${within}`;
  return placeOfTags(document, pointer)(value) ?? pointer;
}

function placeOfTags(document: JsonObject, entry: Pointer): ReturnType<typeof tagPlace> {
  return tagPlace(document, entry, valueAt(document, pointerTo(entry, 'tags')));
}

function policyFindingsOf(
  step: PlanStep,
  policies: Parameters<typeof policyFindings>[0],
  document: JsonObject,
): Finding[] {
  if (!('entry' in step) || step.stored !== 'monitor') return [];
  const { pointer } = step.entry;
  return policyFindings(policies, step.desired, pointer, placeOfTags(document, pointer));
}

/** Returns what applying a document would change. */
export async function planRequest(
  request: PipelineRequest,
  ports: Ports,
): Promise<PipelineAnswer<PlanAnswer>> {
  const prepared = await prepare(request, ports);
  const { plan, findings } = prepared;
  // What lint already rejects, Datadog rejects too.
  const asks = request.query.validate !== 'false' && !findings.some(({ severity }) => severity === 'error');
  const validated =
    asks && ports.validator ? await validatePlan(plan, ports.validator, ports, request.context) : [];
  const all = { ...prepared, findings: [...findings, ...validated] };
  return { status: 200, body: planAnswer(request, all, ports) };
}

/** Returns the answer with a plan, and stores what it was computed from. */
export function planAnswer(
  request: PipelineRequest,
  { plan, live, findings }: Prepared,
  ports: Ports,
): PlanAnswer {
  storeFingerprint(plan.fingerprint, plan.application, live, ports);
  return answer(request, plan, plan.fingerprint, findings, ports);
}

/**
 * Applies a document to Datadog. Stops before the deadline. Plans when the request arrives; then takes the leases, plans
 * again, and stops with `plan_stale` before the first write if anybody else has changed an object that the plan writes.
 */
export async function applyRequest(
  request: PipelineRequest,
  ports: Ports,
): Promise<PipelineAnswer<ApplyAnswer>> {
  return applyPrepared(request, await prepare(request, ports), ports);
}

/** Applies a plan that was made for this request. */
export async function applyPrepared(
  request: PipelineRequest,
  prepared: Prepared,
  ports: Ports,
): Promise<PipelineAnswer<ApplyAnswer>> {
  const { body, context, query } = request;
  const { live, plan, findings } = prepared;
  refuseErrors(findings, body);
  const { basis = plan.fingerprint } = query;
  if (basis !== plan.fingerprint && !isContinuation(basis, prepared, ports))
    throw await stalePlanProblem(basis, prepared, ports, context);
  if (query.force !== 'true') {
    refuseErrors(replacements(plan), body);
    requireFewDeletes(plan, live, ports.maxDeletePercent);
  }
  storeFingerprint(plan.fingerprint, plan.application, live, ports);
  const { application } = plan;
  const names = writesOf(plan).map(({ stored: kind, key }) => ({ kind, application, key }));
  if (names.length === 0) {
    const nothing = { done: [], remaining: [] };
    return { status: 200, body: { ...answer(request, plan, plan.fingerprint, findings, ports), ...nothing } };
  }
  const lease = await ports.ledger.acquire([{ application }, ...names], context.deadline);
  try {
    await settleEarlier(lease, ports, context);
    return await applyUnderLease(request, prepared, lease, ports);
  } finally {
    void lease.release();
  }
}

async function applyUnderLease(
  request: PipelineRequest,
  expected: Prepared,
  lease: Lease,
  ports: Ports,
): Promise<PipelineAnswer<ApplyAnswer>> {
  const { route, query } = request;
  const { document, findings } = expected;
  const context: RequestContext = { ...request.context, lane: 'apply' };
  const live = await readLive(document, ports, context);
  const plan = await runThrottled(planningDocument(document, live, route, query.prune === 'true'));
  if (!isAsExpected(expected.plan, plan))
    throw await stalePlanProblem(expected.plan.fingerprint, { ...expected, live, plan }, ports, context);
  const outcome = await applyPlan({ document, plan, live, route, ports, context }, lease);
  const after = liveAfter(live, outcome);
  for (const stored of STORED) cacheObjects(stored, plan.application, after.own[stored], ports);
  const fingerprint =
    outcome.done.length + outcome.halfReplaced.length > 0
      ? await runThrottled(fingerprintSteps(document, after))
      : plan.fingerprint;
  storeFingerprint(fingerprint, plan.application, after, ports);
  const progress = progressOf(outcome, ports);
  const atEnd = { ...progress, basis: fingerprint };
  if (context.stopping?.aborted && wouldContinue(outcome)) throw stopped(outcome, atEnd, request);
  if (outcome.failures.length > 0) throw failed(outcome, atEnd, request);
  const all = [...findings, ...outcome.findings];
  return { status: 200, body: { ...answer(request, expected.plan, fingerprint, all, ports), ...progress } };
}

function answer(
  { route, body, context }: PipelineRequest,
  plan: DocumentPlan,
  fingerprint: string,
  findings: readonly Finding[],
  ports: Ports,
): PlanAnswer {
  return {
    application: plan.application,
    ...routeMembers(route),
    basis: fingerprint,
    objects: plan.steps.flat().map((step) => plannedJson(step, ports[step.stored].url)),
    findings: answerFindings(findings, body),
    request_id: context.requestId,
  };
}

function progressOf({ done, remaining }: Outcome, ports: Ports): Progress {
  return {
    done: done.map(({ step: { kind, stored, key, action }, id, object }) => ({
      kind,
      key,
      id,
      action,
      ...(object ? { url: ports[stored].url(object) } : {}),
    })),
    remaining: remaining.map(({ kind, key, action }) => ({ kind, key, action })),
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
  const after = (stored: 'monitor' | 'dashboard') => {
    const kept = live.own[stored].filter((object) => !written.has(`${stored}:${idOf(object)}`));
    const now = [...done, ...halfReplaced].flatMap(({ step, object }) =>
      object && step.stored === stored ? [object] : [],
    );
    return [...kept, ...now];
  };
  const adoptable = new Map([...live.adoptable].filter(([name]) => !written.has(name)));
  return { ...live, adoptable, own: { monitor: after('monitor'), dashboard: after('dashboard') } };
}

function storeFingerprint(fingerprint: string, application: string, { own }: LiveState, ports: Ports): void {
  const objects = STORED.flatMap((stored) => own[stored].map((object) => cacheEntryOf(stored, object)));
  ports.fingerprints.store(fingerprint, application, objects, ports.clock.now());
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

/** Throws `too_many_deletes` if more than `share` percent of the application's objects would be deleted. */
function requireFewDeletes(plan: DocumentPlan, { own }: LiveState, share: number): void {
  const deletes = writesOf(plan).filter(({ action }) => action === 'delete');
  const all = own.monitor.length + own.dashboard.length;
  const max = Math.max(MIN_DELETE_LIMIT, Math.floor((all * share) / 100));
  if (deletes.length <= max) return;
  throw new ProblemError(
    'too_many_deletes',
    `${deletes.length} of the ${all} objects of ${plan.application} would be deleted; the maximum is ${max}.`,
    { members: { deletes: deletes.map(({ kind, key }) => ({ kind, key })) } },
  );
}

/** Returns whether objects remain that did not fail, and no failure stopped the apply. */
function wouldContinue({ remaining, failures }: Outcome): boolean {
  const failedSteps = new Set(failures.map(({ step }) => step));
  const goesOn = failures.every(
    ({ error }) => error instanceof ProblemError && CONTINUE_AFTER.includes(error.code),
  );
  return goesOn && remaining.some((step) => !failedSteps.has(step));
}

/** Returns the problem of an apply that stopped because the process stops. */
function stopped({ failures, findings }: Outcome, progress: JsonObject, { body }: PipelineRequest): unknown {
  const detail =
    'The apply stopped because this process is stopping. Apply again with the basis of this answer.';
  const all = [...failures.flatMap(findingsOf), ...findings];
  return shuttingDown(detail, { findings: answerFindings(all, body), members: progress });
}

/**
 * Returns the problem of an apply that did not write every object: that of the first failure, with the progress and one
 * finding for each object that failed.
 */
function failed({ failures, findings }: Outcome, progress: JsonObject, { body }: PipelineRequest): unknown {
  const [first] = failures;
  const unexpected = failures.find(({ error }) => !(error instanceof ProblemError));
  if (unexpected) return unexpected.error;
  if (!first || !(first.error instanceof ProblemError)) return first?.error;
  const { extras } = first.error;
  const all = [...failures.flatMap(findingsOf), ...findings];
  return new ProblemError(first.error.code, `${first.step.key}: ${first.error.message}`, {
    ...extras,
    findings: answerFindings(all, body),
    members: { ...extras.members, ...progress },
  });
}

/** Returns the findings about an object that was not written: its own, or one with the message of its problem. */
function findingsOf({ step, error }: Failure): readonly Finding[] {
  if (!(error instanceof ProblemError)) return [];
  if (error.code !== 'datadog_refused' && error.extras.findings !== undefined) return error.extras.findings;
  const entry = entryOf(step);
  if (!entry || !CONTINUE_AFTER.includes(error.code)) return [];
  return [
    {
      code: error.code,
      severity: 'error',
      message: error.message,
      pointer: rejectedPointer(entry.kind, entry.pointer, error.message),
    },
  ];
}
