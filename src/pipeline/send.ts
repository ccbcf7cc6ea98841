import { changesOf } from '../diff/changes.ts';
import type { RequestContext } from '../domain/caller.ts';
import { AnswerLostError, DuplicateMonitorError } from '../domain/datadog-outcome.ts';
import type { JsonObject } from '../domain/json.ts';
import { idOf, isOwnedBy } from '../domain/marker.ts';
import type { PlanAction } from '../domain/plan.ts';
import { ProblemError } from '../domain/problem.ts';
import type { Intent, Lease, ObjectName, WriteAction } from '../ledger/port.ts';
import type { Attempts, Ports } from './ports.ts';
import { revisionsOf } from './record-revision.ts';
import { outcomeUnknown, settleWrite } from './settle.ts';

/** The result of a write, as a value. */
export type Sent =
  /** This request wrote the object. After a delete, `object` is undefined. */
  | { readonly outcome: 'made'; readonly object: JsonObject | undefined }
  /** The object exists already, with the desired content. */
  | { readonly outcome: 'found_equal'; readonly object: JsonObject }
  /** The object exists already, with other content. */
  | { readonly outcome: 'found_different'; readonly object: JsonObject }
  /** Datadog's duplicate check names a monitor that is not this application's object. */
  | { readonly outcome: 'duplicate'; readonly problem: ProblemError }
  /** The outcome is unknown: the write may still land. */
  | { readonly outcome: 'lost'; readonly problem: ProblemError }
  /** Nothing was written. */
  | { readonly outcome: 'refused'; readonly problem: ProblemError };

/** What a write needs besides its content. The caller holds `lease` on `name`, and has settled earlier writes. */
export interface Sending {
  readonly name: ObjectName;
  /** The name that a rename ends. Until it is settled, nothing else is written to either name. */
  readonly former?: ObjectName | undefined;
  readonly lease: Lease;
  readonly ports: Ports;
  readonly context: RequestContext;
  /** How the history records the write; undefined if it does not change the object with this name. */
  readonly recording: Recording | undefined;
  /** Whether nothing else is sent under the lease: it is released as soon as the write is settled. */
  readonly isOnly?: boolean;
}

/** What the history records of a write. `action` is that of the write by default. */
export interface Recording {
  readonly action?: PlanAction;
  /** Whether the write is part of the apply of a document or of a restore. */
  readonly isApply?: boolean;
  /** The object before the write. */
  readonly before?: JsonObject | undefined;
  /** The revision that is restored. */
  readonly restoredFrom?: number | undefined;
}

/**
 * Creates an object exactly once, even if the answer is lost (docs/decisions/0004-creates-happen-once.md). `others` are
 * the ids of objects that carry the same marker already: the one that the new object replaces, and clones.
 */
export function sendCreate(
  sending: Sending,
  body: JsonObject,
  others: readonly string[] = [],
): Promise<Sent> {
  const { name, ports, context } = sending;
  const intent = { ...intentOf(sending, 'create'), body, others };
  return send(sending, intent, (attempts) => ports[name.kind].create(body, context, attempts));
}

/** Sends `body`, the update that changes an object to `desired`. Waits for an earlier update that may still land. */
export async function sendUpdate(
  sending: Sending,
  id: string,
  body: JsonObject,
  desired: JsonObject,
): Promise<Sent> {
  const { name, ports, context } = sending;
  const intent = { ...intentOf(sending, 'update'), id, body: desired };
  const early = await waitForAcknowledged(sending, intent);
  return early ?? send(sending, intent, (attempts) => ports[name.kind].update(id, body, context, attempts));
}

/** Deletes an object. An object that is gone counts as deleted. */
export async function sendDelete(sending: Sending, id: string): Promise<Sent> {
  const { name, ports, context } = sending;
  const intent = { ...intentOf(sending, 'delete'), id };
  return send(sending, intent, async (attempts) => {
    await ports[name.kind].delete(id, context, attempts);
    return undefined;
  });
}

function intentOf({ name, former, context, recording }: Sending, action: WriteAction): Intent {
  const { kind, application, key } = name;
  const source = recording && {
    action: recording.action ?? action,
    requestId: context.requestId,
    isApply: recording.isApply === true,
    restoredFrom: recording.restoredFrom,
    ...(former ? { renamedFrom: { application: former.application, key: former.key } } : {}),
  };
  const before = recording?.before;
  return { kind, application, key, action, before, caller: context.caller.name, source };
}

/** Records the intent when it leaves, sends it, and settles it by the answer. */
async function send(
  sending: Sending,
  intent: Intent,
  call: (attempts: Attempts) => Promise<JsonObject | undefined>,
): Promise<Sent> {
  const { lease, ports, context } = sending;
  const { ledger, clock } = ports;
  const sent = { entry: '', formerEntry: '', open: 0, atMs: 0 };
  const { former } = sending;
  // Only the write under the new name is recorded in the history.
  const formerIntent = { ...intent, ...former, source: undefined };
  const settleFormer = async () => {
    if (sent.formerEntry !== '') await ledger.settle(sent.formerEntry);
  };
  const attempts: Attempts = {
    async beforeSend() {
      if (sent.entry === '') sent.entry = await ledger.begin(lease, intent);
      else await ledger.resend(lease, sent.entry, intent);
      if (former && sent.formerEntry === '') sent.formerEntry = await ledger.begin(lease, formerIntent);
      else if (former) await ledger.resend(lease, sent.formerEntry, formerIntent);
      sent.open += 1;
      sent.atMs = clock.monotonic();
    },
    notWritten() {
      sent.open -= 1;
    },
  };
  try {
    const object = await call(attempts);
    const { entry } = sent;
    lease.releaseAfter(settleFormer());
    const recorded = revisionsOf({ entry, intent, after: object }, ports);
    if (intent.action === 'update' && sent.open > 1) {
      // An earlier attempt may still land, which a later update within the same lease must see.
      context.onMayStillLand?.();
      await ledger.record(await recorded);
      await ledger.acknowledge(entry);
    } else {
      // The caller is answered meanwhile: if the process dies first, the write stays unsettled, and the settler or the next writer
      // of the object finds in Datadog that it has landed, and records it.
      const id = intent.action === 'create' && object ? idOf(object) : undefined;
      const release = sending.isOnly === true ? lease : undefined;
      lease.releaseAfter(recorded.then((revisions) => ledger.settle(entry, { id, revisions, release })));
    }
    return { outcome: 'made', object };
  } catch (error) {
    if (error instanceof AnswerLostError) {
      const sentAgoMs = clock.monotonic() - sent.atMs;
      const settled = await settleLost(sending, {
        ...intent,
        entry: sent.entry,
        attempts: sent.open,
        sentAgoMs,
      });
      if (settled.outcome !== 'lost') await settleFormer();
      return settled;
    }
    // An earlier attempt may still land where the last one was rejected or not sent.
    if (sent.open > 0) context.onMayStillLand?.();
    else if (sent.entry !== '')
      lease.releaseAfter(Promise.all([ledger.settle(sent.entry), settleFormer()]).then(() => {}));
    if (error instanceof DuplicateMonitorError) return duplicate(sending, intent, error);
    if (error instanceof ProblemError) return { outcome: 'refused', problem: error };
    throw error;
  }
}

/** Waits for the outcome of a write whose answer was lost. */
async function settleLost(
  { ports, context }: Sending,
  write: Parameters<typeof settleWrite>[0],
): Promise<Sent> {
  const settled = await settleWrite(write, ports, context);
  if (settled.outcome === 'landed') {
    const { object } = settled;
    if (!object || !write.body || changesOf(write.kind, object, write.body).length === 0)
      return { outcome: 'made', object };
    return { outcome: 'found_different', object };
  }
  if (settled.outcome === 'unknown') context.onMayStillLand?.();
  const retryAfterMs = settled.outcome === 'unknown' ? settled.retryAfterMs : 1000;
  return { outcome: 'lost', problem: outcomeUnknown(write, retryAfterMs) };
}

async function duplicate(
  { name, ports, context }: Sending,
  { action, body = {} }: Intent,
  error: DuplicateMonitorError,
): Promise<Sent> {
  const object = await ports[name.kind].get(error.id, context).catch(undefinedIfProblem);
  if (action === 'create' && object && isOwnedBy(name.kind, object, name)) {
    const equal = changesOf(name.kind, object, body).length === 0;
    return { outcome: equal ? 'found_equal' : 'found_different', object };
  }
  const problem = new ProblemError('duplicate_of_unmanaged', `${error.message} (monitor ${error.id})`, {
    members: { existing: error.id },
  });
  return { outcome: 'duplicate', problem };
}

function undefinedIfProblem(error: unknown): undefined {
  if (!(error instanceof ProblemError)) throw error;
}

/** Waits until no earlier attempt of an acknowledged update can overwrite this one. Returns the result if the deadline comes first. */
async function waitForAcknowledged(
  { name, former, ports, context }: Sending,
  intent: Intent,
): Promise<Sent | undefined> {
  const { ledger, clock, settleMs } = ports;
  const ages = (
    await Promise.all([name, ...(former ? [former] : [])].map((one) => ledger.acknowledgedAgoMs(one)))
  ).flat();
  const waitMs = settleMs - ages.reduce((min, age) => Math.min(min, age), settleMs);
  if (waitMs === 0) return undefined;
  const late = { outcome: 'lost', problem: outcomeUnknown(intent, waitMs) } as const;
  if (context.deadline.left() <= waitMs) return late;
  return clock.sleep(waitMs, context.deadline.signal).then(
    () => undefined,
    () => late,
  );
}
