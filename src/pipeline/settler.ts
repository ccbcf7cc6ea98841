import { append } from '../domain/append.ts';
import { changesOf } from '../diff/changes.ts';
import type { Caller, RequestContext } from '../domain/caller.ts';
import { deadlineAfter, type OwnDeadline } from '../domain/deadline.ts';
import type { JsonObject } from '../domain/json.ts';
import { idOf, markOf, oldestFirst } from '../domain/marker.ts';
import { ProblemError } from '../domain/problem.ts';
import type { Lease, ObjectName, SettledCreate, UnsettledWrite } from '../ledger/port.ts';
import type { Ports } from './ports.ts';
import { sendDelete } from './send.ts';
import { settleWrite } from './settle.ts';

/** Time (ms) that one step of the settler may take. A write that is still unknown then waits for the next round. */
const STEP_MS = 10_000;
/** A create that expired is kept this many settle times, so that an object that appears even so is recognised as ours. */
const KEPT_SETTLE_TIMES = 10;
/** An object that appears this many settle times after a create, or later, does not come from it: somebody cloned the object. */
const LANDS_WITHIN_SETTLE_TIMES = 2;
/** Datadog's clock and ours may differ by this (ms). */
const CLOCK_TOLERANCE_MS = 5_000;
/** How long (ms) the settler waits for a lease that a request holds. */
const LEASE_WAIT_MS = 500;
/** The name under which the settler writes. */
export const SETTLER = 'birddog-settler';
const CALLER: Caller = { name: SETTLER };

/** What one round of the settler did. */
export interface Settlement {
  /** Writes whose outcome became known. */
  readonly settled: number;
  /** Objects that were deleted because two creates of ours made the same one. */
  readonly deleted: readonly { readonly application: string; readonly key: string; readonly id: string }[];
}

/**
 * Settles, without a request, what requests left unsettled; then verifies creates that are old enough: of two objects that
 * both came from our own creates of one key, the younger is deleted. Objects that match no create of ours are clones and
 * never touched. Skips objects on which a request holds the lease. Throws `ledger_unavailable`.
 */
export async function settleOnce(ports: Ports): Promise<Settlement> {
  let settled = 0;
  for (const write of await ports.ledger.unsettled()) {
    if (await inStep(ports, write, (lease, context) => isSettled(write, lease, ports, context))) settled += 1;
  }
  const deleted = await verifyCreates(ports);
  await ports.ledger.forgetSettled(ports.settleMs * KEPT_SETTLE_TIMES);
  return { settled, deleted };
}

async function isSettled(
  write: UnsettledWrite,
  lease: Lease,
  ports: Ports,
  context: RequestContext,
): Promise<boolean> {
  const current = lease.unsettled.find(({ entry }) => entry === write.entry);
  if (!current) return false;
  return (await settleWrite(current, ports, context)).outcome !== 'unknown';
}

type Deleted = Settlement['deleted'][number];

/** Verifies creates: reads each application's objects once, and deletes our own doubles under the lease of their key. */
async function verifyCreates(ports: Ports): Promise<Deleted[]> {
  const creates = await ports.ledger.toVerify(0);
  const groups = Map.groupBy(creates, ({ kind, application }) => `${kind}:${application}`);
  const deleted: Deleted[] = [];
  for (const group of groups.values()) {
    const [first] = group;
    if (!first || first.sentAgoMs < ports.settleMs) continue;
    const found = await foundByApplication(first, ports);
    if (!found) continue;
    const byKey = Map.groupBy(found, (object) => markOf(first.kind, object)?.key);
    for (const [key, own] of Map.groupBy(group, (create) => create.key)) {
      const objects = byKey.get(key) ?? [];
      if (doublesAmong(objects, own, ports).length > 0) append(deleted, await deleteDoubles(own, ports));
      else await settleVerified(own, ports);
    }
  }
  return deleted;
}

/** Returns an application's objects; undefined if Datadog cannot be read now. */
async function foundByApplication(
  { kind, application }: SettledCreate,
  ports: Ports,
): Promise<readonly JsonObject[] | undefined> {
  const context = contextFor(ports);
  try {
    return await ports[kind].find({ application }, context);
  } catch (error) {
    if (error instanceof ProblemError) return undefined;
    throw error;
  } finally {
    context.deadline.close();
  }
}

/** Deletes the doubles of one key, after reading its objects again under its lease. */
async function deleteDoubles(creates: readonly SettledCreate[], ports: Ports): Promise<Deleted[]> {
  const [first] = creates;
  if (!first) return [];
  const { kind, application, key } = first;
  const deleted: Deleted[] = [];
  await inStep(ports, first, async (lease, context) => {
    const objects = await ports[kind].find({ application, key }, context);
    for (const double of doublesAmong(objects, creates, ports)) {
      const id = idOf(double);
      const name = { kind, application, key };
      // The object with this name stays, so this is no revision of it.
      const sent = await sendDelete({ name, lease, ports, context, recording: undefined }, id);
      if ('problem' in sent) return;
      ports.audit({ action: 'delete', kind, application, key, id });
      deleted.push({ application, key, id });
    }
    await settleVerified(creates, ports);
  });
  return deleted;
}

/** Settles confirmed creates that are old enough. Expired ones are kept for a time. */
async function settleVerified(creates: readonly SettledCreate[], { ledger, settleMs }: Ports): Promise<void> {
  for (const { entry, id, sentAgoMs } of creates)
    if (id !== undefined && sentAgoMs >= settleMs) await ledger.settle(entry);
}

/**
 * Returns the objects that came from our creates, except the oldest of them. One create explains one object. An object that was
 * made to replace another one is no double of it: an apply that was stopped in between continues there.
 */
function doublesAmong(
  objects: readonly JsonObject[],
  creates: readonly SettledCreate[],
  ports: Ports,
): readonly JsonObject[] {
  const unexplained = new Set(creates);
  // Confirmed ids first: what is left explains the others.
  const confirmedFirst = objects.toSorted(
    (a, b) => Number(isConfirmed(b, creates)) - Number(isConfirmed(a, creates)),
  );
  const own = confirmedFirst.flatMap((object) => {
    const from = [...unexplained].filter((one) => isFrom(object, one, ports));
    const create = from.find(({ id }) => id !== undefined) ?? from[0];
    if (!create) return [];
    unexplained.delete(create);
    return [{ object, create }];
  });
  const ids = own.map(({ object }) => idOf(object));
  const { true: replacing = [], false: first = [] } = Object.groupBy(own, ({ create: { others = [] } }) =>
    others.some((id) => ids.includes(id)) ? 'true' : 'false',
  );
  return [first, replacing].flatMap((group) => oldestFirst(group.map(({ object }) => object)).slice(1));
}

function isConfirmed(object: JsonObject, creates: readonly SettledCreate[]): boolean {
  return creates.some(({ id }) => id === idOf(object));
}

/**
 * Returns whether an object came from a create of ours: Datadog confirmed its id, or it equals the body and appeared after
 * the create was sent, soon enough.
 */
function isFrom(object: JsonObject, create: SettledCreate, { clock, settleMs }: Ports): boolean {
  const { kind, id, body, others = [], sentAgoMs } = create;
  if (id !== undefined) return idOf(object) === id;
  if (!body || others.includes(idOf(object))) return false;
  const createdAt = timeOf(object);
  const sentAt = clock.now() - sentAgoMs;
  return (
    createdAt !== undefined &&
    createdAt >= sentAt - CLOCK_TOLERANCE_MS &&
    createdAt < sentAt + settleMs * LANDS_WITHIN_SETTLE_TIMES &&
    changesOf(kind, object, body).length === 0
  );
}

function timeOf(object: JsonObject): number | undefined {
  const text = object['created'] ?? object['created_at'];
  const time = typeof text === 'string' ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

function contextFor({ clock }: Ports): RequestContext & { readonly deadline: OwnDeadline } {
  const deadline = deadlineAfter(STEP_MS, clock);
  return { caller: CALLER, lane: 'background', deadline, requestId: 'settler', traceparent: '' };
}

/** Does the work under the lease of an object. Returns false if a request holds the lease or the work fails for now. */
async function inStep<T>(
  ports: Ports,
  { kind, application, key }: ObjectName,
  work: (lease: Lease, context: RequestContext) => Promise<T>,
): Promise<T | false> {
  const context = contextFor(ports);
  const wait = deadlineAfter(LEASE_WAIT_MS, ports.clock);
  try {
    const lease = await ports.ledger.acquire([{ kind, application, key }], wait);
    try {
      return await work(lease, context);
    } finally {
      await lease.release();
    }
  } catch (error) {
    if (error instanceof ProblemError && error.code !== 'ledger_unavailable') return false;
    throw error;
  } finally {
    wait.close();
    context.deadline.close();
  }
}
