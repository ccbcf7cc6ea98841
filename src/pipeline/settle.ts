import { changesOf } from '../diff/changes.ts';
import type { RequestContext } from '../domain/caller.ts';
import type { Finding } from '../domain/finding.ts';
import type { JsonObject } from '../domain/json.ts';
import { idOf } from '../domain/marker.ts';
import { ProblemError } from '../domain/problem.ts';
import {
  type Intent,
  type Lease,
  MAX_UNSETTLED,
  type ObjectName,
  type UnsettledWrite,
} from '../ledger/port.ts';
import type { Ports } from './ports.ts';
import { revisionsOf } from './record-revision.ts';

/** Polling intervals (ms) while the outcome of a write is unknown; the last one repeats. */
const POLL_INTERVALS_MS = [250, 500, 1000, 2000];
/** Reserved part (ms) of the deadline, so that the response still reaches the caller. */
const RESPONSE_RESERVE_MS = 100;

/** What became of a write whose answer was lost. */
export type Settled =
  /** It landed: the object in Datadog, undefined after a delete. */
  | { readonly outcome: 'landed'; readonly object: JsonObject | undefined }
  /** It has not landed and no longer can. */
  | { readonly outcome: 'never_landed' }
  /** The deadline came first. It can still land within `retryAfterMs`. */
  | { readonly outcome: 'unknown'; readonly retryAfterMs: number };

/**
 * Waits until the outcome of a recorded write is known, and settles it in the ledger. Polls Datadog: a create has landed when
 * an object with its marker appears, an update when the object equals its body, a delete when the object is gone. A write
 * that is not visible `ports.settleMs` after it was sent counts as never landed. More than one attempt can land one after the
 * other, so such an update is settled by time alone. The caller holds the lease of the object.
 */
export async function settleWrite(
  write: UnsettledWrite,
  ports: Ports,
  context: RequestContext,
): Promise<Settled> {
  const { clock, ledger, settleMs } = ports;
  const begun = clock.monotonic();
  for (let poll = 0; ; poll += 1) {
    const seen = await look(write, ports, context);
    const leftMs = settleMs - write.sentAgoMs - (clock.monotonic() - begun);
    const onlyByTime = write.action === 'update' && write.attempts > 1;
    if (seen?.landed === true && (!onlyByTime || leftMs <= 0)) {
      const landed = { entry: write.entry, intent: write, after: seen.object };
      await ledger.settle(write.entry, { revisions: await revisionsOf(landed, ports) });
      return { outcome: 'landed', object: seen.object };
    }
    if (leftMs <= 0 && seen) {
      await (write.action === 'create' ? ledger.expire(write.entry) : ledger.settle(write.entry));
      return { outcome: 'never_landed' };
    }
    const waitMs = Math.min(
      POLL_INTERVALS_MS[Math.min(poll, POLL_INTERVALS_MS.length - 1)] ?? 0,
      Math.max(leftMs, 1),
    );
    const unknown = { outcome: 'unknown', retryAfterMs: Math.max(leftMs, 1000) } as const;
    if (context.deadline.left() < waitMs + RESPONSE_RESERVE_MS) return unknown;
    const slept = await clock.sleep(waitMs, context.deadline.signal).then(
      () => true,
      () => false,
    );
    if (!slept) return unknown;
  }
}

/**
 * Settles what earlier requests left unsettled for some objects, before anything about them is decided.
 * Throws `outcome_unknown` if the deadline comes first. The caller holds the lease of the objects.
 */
export async function settleEarlier(
  { unsettled }: Pick<Lease, 'unsettled'>,
  ports: Ports,
  context: RequestContext,
): Promise<void> {
  for (const write of unsettled) {
    const settled = await settleWrite(write, ports, context);
    if (settled.outcome === 'unknown') throw outcomeUnknown(write, settled.retryAfterMs);
  }
}

/**
 * Settles what is unsettled of an application, or of one of its objects, before it is read without leases. Throws
 * `outcome_unknown` if the deadline comes first. Returns a warning if the ledger is unavailable: reading goes on without it.
 */
export async function settleBeforeReading(
  { application, name }: { readonly application: string; readonly name?: ObjectName },
  ports: Ports,
  context: RequestContext,
): Promise<readonly Finding[]> {
  try {
    const read = () => (name ? ports.ledger.unsettledOf([name]) : ports.ledger.unsettled(application));
    for (;;) {
      const unsettled = await read();
      await settleEarlier({ unsettled }, ports, context);
      // A full list may not be all. Writes that began meanwhile are not waited for: an apply would have some until it ends.
      if (unsettled.length < MAX_UNSETTLED) return [];
    }
  } catch (error) {
    if (!(error instanceof ProblemError) || error.code !== 'ledger_unavailable') throw error;
    return [
      {
        code: 'ledger_unavailable',
        severity: 'warning',
        message: 'The ledger is unavailable, so a write that is still in progress may be missing here.',
        pointer: '',
        hint: 'Plan again before you apply. Writes are refused until the ledger is available.',
      },
    ];
  }
}

/** Returns the problem for a write that may still land. Nothing else is written to the object meanwhile. */
export function outcomeUnknown({ action, kind, key }: Intent, retryAfterMs: number): ProblemError {
  return new ProblemError(
    'outcome_unknown',
    `Datadog did not answer the ${action} of the ${kind} "${key}", and whether it took effect is not visible yet. Birddog writes nothing else to it until that is known.`,
    { retryAfter: Math.max(1, Math.ceil(retryAfterMs / 1000)) },
  );
}

interface Look {
  readonly landed: boolean;
  readonly object: JsonObject | undefined;
}

/** Looks whether a write has landed. Returns undefined if Datadog cannot tell now. */
async function look(write: UnsettledWrite, ports: Ports, context: RequestContext): Promise<Look | undefined> {
  const port = ports[write.kind];
  const { application, key, action, id, others = [], body } = write;
  try {
    if (action === 'create') {
      const found = await port.find({ application, key }, context);
      const object = found.find((one) => !others.includes(idOf(one)));
      return { landed: object !== undefined, object };
    }
    const object = await port.get(id ?? '', context);
    if (action === 'delete') return { landed: object === undefined, object };
    // A deleted object takes no update any more.
    if (!object) return { landed: true, object };
    return { landed: body !== undefined && changesOf(write.kind, object, body).length === 0, object };
  } catch (error) {
    if (error instanceof ProblemError) return undefined;
    throw error;
  }
}
