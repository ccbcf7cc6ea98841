import type { Progress } from '../../contract/answer-parts.ts';
import type { ApplyAnswer, PlanAnswer } from '../../contract/answers.ts';
import type { Finding } from '../../domain/finding.ts';
import { isObject, type JsonObject } from '../../domain/json.ts';
import { idOf, isContestedBy } from '../../domain/marker.ts';
import type { PlannedObject } from '../../domain/plan.ts';
import { type Pointer, pointerTo, valueAt } from '../../domain/pointer.ts';
import { ProblemError } from '../../domain/problem.ts';
import { runThrottled } from '../../runtime/concurrency/throttle.ts';
import { policyFindings, tagPlace } from '../../domain/tag-policies.ts';
import { conflictOf, markerConflict } from '../contested.ts';
import { routeMembers } from '../describe.ts';
import { lintRequest } from '../lint.ts';
import { rejectedPointer, refuseErrors, answerFindings } from '../refuse.ts';
import type { Ports } from '../ports.ts';
import type { PipelineAnswer, PipelineRequest } from '../request.ts';
import { applyPlan, type Outcome, writesOf } from './apply-plan.ts';
import { stalePlanProblem } from './conflicts.ts';
import type { DocumentPlan, LiveState, PlanStep, Prepared } from './document-plan.ts';
import { fingerprintSteps, planningDocument } from './plan-document.ts';
import { type ReadDocument, readingDocument, type DocumentEntry } from './read-document.ts';
import { cacheEntryOf, cacheObjects, readLive } from './read-live.ts';

const STORED = ['monitor', 'dashboard'] as const;
/** Number of objects that can always be deleted without `force`, regardless of the percentage. */
const MIN_DELETE_LIMIT = 3;

/** Lints a document, reads its objects from Datadog and plans. Throws `invalid` if the body is not a document. */
export async function prepare(request: PipelineRequest, ports: Ports): Promise<Prepared> {
  const { body, context, route, query } = request;
  const value = body?.value;
  if (!body || !isObject(value)) {
    if (body) refuseErrors(lintRequest({ ...request, body }), body);
    throw new ProblemError('internal', 'Cannot plan a body that is not a document.');
  }
  const document = await runThrottled(readingDocument(value));
  const live = await readLive(document, ports, context);
  const plan = await runThrottled(planningDocument(document, live, route, query.prune === 'true'));
  const policies = await ports.policies.list(context);
  const underPolicy = writesOf(plan).flatMap((step) => policyFindingsOf(step, policies, value));
  const linted = lintRequest({ ...request, body });
  const findings = [
    ...linted,
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
  { stored, entry, desired }: PlanStep,
  policies: Parameters<typeof policyFindings>[0],
  document: JsonObject,
): Finding[] {
  if (!entry || !desired || stored !== 'monitor') return [];
  const { pointer } = entry;
  return policyFindings(policies, desired, pointer, placeOfTags(document, pointer));
}

/** Returns what applying a document would change. */
export async function planRequest(
  request: PipelineRequest,
  ports: Ports,
): Promise<PipelineAnswer<PlanAnswer>> {
  const { plan, live, findings } = await prepare(request, ports);
  storeFingerprint(plan.fingerprint, plan.application, live, ports);
  return { status: 200, body: answer(request, plan, plan.fingerprint, findings, ports) };
}

/** Applies a document to Datadog. Stops before the deadline. */
export async function applyRequest(
  request: PipelineRequest,
  ports: Ports,
): Promise<PipelineAnswer<ApplyAnswer>> {
  const { body, route, context, query } = request;
  const prepared = await prepare(request, ports);
  const { document, live, plan, findings } = prepared;
  refuseErrors(findings, body);
  if (query.basis !== undefined && query.basis !== plan.fingerprint)
    throw await stalePlanProblem(query.basis, prepared, ports, context);
  if (query.force !== 'true') {
    refuseErrors(replacements(plan), body);
    requireFewDeletes(plan, live, ports.maxDeletePercent);
  }
  const outcome = await applyPlan({ document, plan, live, route, ports, context });
  const after = liveAfter(live, outcome);
  for (const stored of STORED) cacheObjects(stored, plan.application, after.own[stored], ports);
  const fingerprint =
    outcome.done.length > 0 ? await runThrottled(fingerprintSteps(document, after)) : plan.fingerprint;
  storeFingerprint(fingerprint, plan.application, after, ports);
  const progress = progressOf(outcome, ports);
  if (outcome.failure)
    throw failed(outcome.failure, outcome.findings, { ...progress, basis: fingerprint }, request);
  const all = [...findings, ...outcome.findings];
  return { status: 200, body: { ...answer(request, plan, fingerprint, all, ports), ...progress } };
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
    objects: plan.steps
      .flat()
      .map(({ planned, stored, live }) => plannedJson(planned, live && ports[stored].url(live))),
    findings: answerFindings(findings, body),
    request_id: context.requestId,
  };
}

/** Returns a planned object as JSON. `url` is the page of the existing object. */
function plannedJson(
  { changes, ...rest }: PlannedObject,
  url: string | undefined,
): PlanAnswer['objects'][number] {
  return {
    ...rest,
    ...(url === undefined ? {} : { url }),
    changes: changes.map((change) => ({ ...change })),
  };
}

function progressOf({ done, remaining }: Outcome, ports: Ports): Progress {
  return {
    done: done.map(({ step, action, id, object }) => ({
      kind: step.planned.kind,
      key: step.key,
      id,
      action,
      ...(object ? { url: ports[step.stored].url(object) } : {}),
    })),
    remaining: remaining.map(({ planned, key }) => ({ kind: planned.kind, key, action: planned.action })),
  };
}

/** Returns the state of Datadog after the writes. */
function liveAfter(live: LiveState, { done }: Outcome): LiveState {
  const written = new Map(done.map((one) => [`${one.step.stored}:${one.step.planned.id ?? one.id}`, one]));
  const after = (stored: 'monitor' | 'dashboard') => {
    const kept = live.own[stored].filter((object) => !written.has(`${stored}:${idOf(object)}`));
    const now = done.flatMap(({ step, object }) => (object && step.stored === stored ? [object] : []));
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
  return plan.steps.flat().flatMap(({ planned, stored, entry }): Finding[] => {
    if (planned.action !== 'replace' || !entry) return [];
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
  const deletes = writesOf(plan).filter(({ planned }) => planned.action === 'delete');
  const all = own.monitor.length + own.dashboard.length;
  const max = Math.max(MIN_DELETE_LIMIT, Math.floor((all * share) / 100));
  if (deletes.length <= max) return;
  throw new ProblemError(
    'too_many_deletes',
    `${deletes.length} of the ${all} objects of ${plan.application} would be deleted; the maximum is ${max}.`,
    { members: { deletes: deletes.map(({ planned, key }) => ({ kind: planned.kind, key })) } },
  );
}

/** Returns the failure of an apply, with the progress before it. */
function failed(
  { step, error }: NonNullable<Outcome['failure']>,
  earlier: readonly Finding[],
  progress: JsonObject,
  { body }: PipelineRequest,
): unknown {
  if (!(error instanceof ProblemError)) return error;
  const { extras } = error;
  const findings =
    error.code === 'datadog_refused' && step.entry
      ? [
          {
            code: 'datadog_refused',
            severity: 'error' as const,
            message: error.message,
            pointer: rejectedPointer(step.entry.kind, step.entry.pointer, error.message),
          },
        ]
      : (extras.findings ?? []);
  return new ProblemError(error.code, `${step.key}: ${error.message}`, {
    ...extras,
    findings: answerFindings([...findings, ...earlier], body),
    members: { ...extras.members, ...progress },
  });
}
