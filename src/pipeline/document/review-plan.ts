import type { Finding } from '../../domain/finding.ts';
import { isObject, type JsonObject } from '../../domain/json.ts';
import { type Pointer, pointerTo, valueAt } from '../../domain/pointer.ts';
import { ProblemError } from '../../domain/problem.ts';
import { policyFindings, tagPlace } from '../../domain/tag-policies.ts';
import { unknownRecipients } from '../../lint/recipients/unknown-recipients.ts';
import { runThrottled } from '../../runtime/concurrency/throttle.ts';
import { contestedFindings } from '../contested.ts';
import { lintRequest } from '../lint.ts';
import { refuseErrors } from '../refuse.ts';
import type { Compared, Scope, Settled, Wanted } from '../step.ts';
import { type DocumentPlan, type PlanStep, type Prepared, writesOf } from './document-plan.ts';
import { fingerprintSteps } from './plan-document.ts';
import { type DocumentEntry, readingDocument } from './read-document.ts';
import { select, selectedFindings } from './selection.ts';

/** A document with its text as parsed, for pointers. */
export interface WrittenDocument extends Wanted {
  readonly value: JsonObject;
  /** Returns the findings about the document itself. */
  readonly linted: () => readonly Finding[];
}

/** Reads the document in the body. Throws `invalid` if the body is not a document. */
export async function readBody(_known: object, { request }: Scope): Promise<WrittenDocument> {
  const { body } = request;
  const value = body?.value;
  if (!body || !isObject(value)) {
    if (body) refuseErrors(lintRequest({ ...request, body }), body);
    throw new ProblemError('internal', 'Cannot plan a body that is not a document.');
  }
  const whole = await runThrottled(readingDocument(value));
  const { only, prune } = request.query;
  const document = only === undefined ? whole : select(whole, value, only);
  return {
    document: { ...document, prune: prune === 'true' },
    value,
    linted: () => lintRequest({ ...request, body }),
  };
}

/** Adds the fingerprint of a plan, and all findings about it. */
export async function reviewPlan(
  { document, value, linted: lint, unavailable, live, plan }: WrittenDocument & Settled & Compared,
  { request, ports }: Scope,
): Promise<Prepared> {
  const fingerprint = await runThrottled(fingerprintSteps(document, live));
  const policies = await ports.policies.list(request.context);
  const underPolicy = writesOf(plan).flatMap((step) => policyFindingsOf(step, policies, value));
  const linted = lint();
  const recipients = await ports.recipients?.known(request.context);
  const unknown = recipients ? await runThrottled(unknownRecipients(value, recipients)) : [];
  const findings = [
    ...linted,
    ...unknown,
    ...unavailable,
    ...contestedFindings(document, live, ports),
    ...plan.findings,
    ...refusedEntries(plan.refused, linted, value),
    ...underPolicy,
  ];
  return { document, live, plan, fingerprint, findings: selectedFindings(findings, document) };
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
