import { untilGone } from '../domain/caller.ts';
import { runThrottled } from '../runtime/concurrency/throttle.ts';
import {
  answerApply,
  answerUnchanged,
  expectPlan,
  requireExpected,
  sendDocument,
} from './document/document-write.ts';
import { planningDocument } from './document/plan-document.ts';
import { allEntries } from './document/read-document.ts';
import { readLive } from './document/read-live.ts';
import { readBody, reviewPlan } from './document/review-plan.ts';
import { selectedSteps, withoutOthers } from './document/selection.ts';
import { keepCurrentTexts, readRevisions, withReferrers } from './history/restored-document.ts';
import { answerDryRun, answerObject, requireWritable, sendObject } from './object-write.ts';
import { readPreviewed } from './preview/read-previewed.ts';
import { readRequest } from './read-object.ts';
import { settleBeforeReading, settleEarlier } from './settle.ts';
import {
  type Compared,
  type Leased,
  type Read,
  type Scope,
  type Settled,
  type Step,
  Steps,
  type Wanted,
  type WantedWrite,
} from './step.ts';

/** The steps in which the write of one object differs from that of a document. */
interface Form<Start, Write extends WantedWrite, Allowed, Sent, Answer> {
  /** Returns what is wanted, and what is leased for it. */
  readonly want: Step<Start, Write>;
  /** Refuses a plan that the caller does not expect. */
  readonly allow: Step<Write & Leased & Compared, Allowed>;
  /** Sends the writes of the plan to Datadog. */
  readonly send: Step<Allowed, Sent>;
  readonly answer: Step<Sent, Answer>;
}

/** Returns the steps of every write. Everything that decides it is read after the leases are taken. */
function writing<Start, Write extends WantedWrite, Allowed, Sent, Answer>(
  form: Form<Start, Write, Allowed, Sent, Answer>,
): Steps<Start, Answer> {
  return new Steps(form.want)
    .next(takeLeases)
    .next(settleLeased)
    .next(readLiveObjects)
    .next(planChanges)
    .next(form.allow)
    .next(form.send)
    .next(form.answer);
}

/** A create, update or delete of one object: a document with one entry. */
export const WRITE_OBJECT = writing({
  want: readRequest,
  allow: requireWritable,
  send: sendObject,
  answer: answerObject,
});

/** An apply, or a restore. It starts with the plan that was made when the request arrived. */
export const WRITE_DOCUMENT = writing({
  want: expectPlan,
  allow: requireExpected,
  send: sendDocument,
  answer: answerApply,
});

/** An apply whose plan writes nothing. */
export const WRITE_NOTHING = new Steps(expectPlan).next(answerUnchanged);

/** A dry run of a write of one object. Like every plan, it takes no leases. */
export const PLAN_OBJECT = new Steps(readRequest)
  .next(settleUnleased)
  .next(readLiveObjects)
  .next(planChanges)
  .next(requireWritable)
  .next(answerDryRun);

/** The plan of a document, with all findings about it. */
export const PLAN_DOCUMENT = new Steps(readBody)
  .next(waitForApply)
  .next(settleUnleased)
  .next(readLiveObjects)
  .next(planChanges)
  .next(reviewPlan);

/** The plan that a preview evaluates: of a document, or of one alert or monitor. */
export const PLAN_PREVIEW = new Steps(readPreviewed)
  .next(settleUnleased)
  .next(readLiveObjects)
  .next(planChanges)
  .next(reviewPlan);

/** The plan of a restore, whose document is read from the history. */
export const PLAN_RESTORE = new Steps(readRevisions)
  .next(readLiveObjects)
  .next(keepCurrentTexts)
  .next(planChanges)
  .next(planReferrers)
  .next(reviewPlan);

/** Takes the leases of everything that may be written, until the last step. */
async function takeLeases<Write extends WantedWrite>(
  write: Write,
  { request, ports, atEnd }: Scope,
): Promise<Write & Leased> {
  const lease = await ports.ledger.acquire(write.names, untilGone(request.context).deadline);
  atEnd(() => void lease.release());
  return { ...write, lease };
}

/** With `wait`, waits until no apply of the application is in progress. */
async function waitForApply<Known extends Wanted>(known: Known, { request, ports }: Scope): Promise<Known> {
  const { application } = known.document;
  if (request.query.wait !== 'true' || application === '') return known;
  const lease = await ports.ledger.acquire([{ application }], request.context.deadline);
  await lease.release();
  return known;
}

/** Settles earlier writes of the same objects whose outcome is unknown. */
async function settleLeased<Write extends Leased>(write: Write, { request, ports }: Scope): Promise<Write> {
  await settleEarlier(write.lease, ports, untilGone(request.context));
  return write;
}

/** Settles like `settleLeased`, before objects are read without leases. */
async function settleUnleased<Known extends Wanted>(
  known: Known,
  { request, ports }: Scope,
): Promise<Known & Settled> {
  const { application, only } = known.document;
  const name = only && { kind: only.stored, application, key: only.key };
  const about = { application, ...(name ? { name } : {}) };
  const unavailable =
    application === '' ? [] : await settleBeforeReading(about, ports, untilGone(request.context));
  const sources = allEntries(known.document).flatMap(({ renamedFrom }) =>
    renamedFrom.map((from) => from.application),
  );
  for (const source of new Set(sources))
    if (source !== application)
      await settleBeforeReading({ application: source }, ports, untilGone(request.context));
  return { ...known, unavailable };
}

/** Reads the objects from Datadog. */
async function readLiveObjects<Known extends Wanted>(
  known: Known,
  { request, ports }: Scope,
): Promise<Known & Read> {
  const live = await readLive(known.document, ports, untilGone(request.context));
  return { ...known, live: withoutOthers(live, known.document) };
}

/** Compares what is wanted with what Datadog has. */
async function planChanges<Known extends Wanted & Read>(
  known: Known,
  { request: { route } }: Scope,
): Promise<Known & Compared> {
  const { document, live } = known;
  const plan = await runThrottled(planningDocument(document, live, route));
  return { ...known, plan: selectedSteps(plan, document) };
}

/** Plans again, together with the objects that refer to what the plan replaces. */
async function planReferrers<Known extends Compared>(known: Known, scope: Scope): Promise<Known> {
  const document = withReferrers(known);
  return document ? planChanges({ ...known, document }, scope) : known;
}
