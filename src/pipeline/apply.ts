import type { RequestContext } from '../domain/caller.ts';
import { AnswerLostError, DuplicateMonitorError } from '../domain/datadog-outcome.ts';
import type { JsonObject } from '../domain/json.ts';
import { idOf, isOwnedBy, oldestFirst } from '../domain/marker.ts';
import { ProblemError } from '../domain/problem.ts';
import type { ObjectPort, Ports, PendingWrite } from './ports.ts';

/** A create without an answer counts as failed if its object is not visible after this time (ms). */
export const SETTLE_WITHIN_MS = 30_000;
/** Polling intervals (ms) while looking for the object of a lost create; the last one repeats. */
const POLL_INTERVALS = [250, 500, 1000, 2000];
/** Reserved part (ms) of the deadline, so that the response still reaches the caller. */
const RESPONSE_RESERVE = 100;

interface Create {
  readonly port: ObjectPort;
  readonly write: PendingWrite;
  readonly ports: Ports;
  readonly context: RequestContext;
  /** The id of the object with the same key that the new one replaces. */
  readonly replacedId?: string;
  /** True if the caller checks later for a concurrent create of the same key. */
  readonly checksLater?: boolean;
}

/**
 * Creates an object exactly once, even if the answer is lost (docs/decisions/0004-creates-happen-once.md).
 * Throws `outcome_unknown` if the deadline passes before the outcome is known, `duplicate_of_unmanaged` if Datadog's
 * duplicate check names a monitor that is not this application's, and the errors of the port.
 * @returns the object, and whether this request created it
 */
export async function createOnce(
  create: Create,
  body: JsonObject,
): Promise<{ object: JsonObject; created: boolean }> {
  const { port, ports, write, context } = create;
  const earlier = await settleEarlier(create);
  if (earlier) return { object: earlier, created: false };
  const entry = ports.ledger.begin(write, context.caller.name, ports.clock.now());
  let object: JsonObject;
  try {
    object = await port.create(body, context);
  } catch (error) {
    if (error instanceof AnswerLostError) {
      return {
        object: await pollOrThrow(create, ports.clock.now() + SETTLE_WITHIN_MS, error),
        created: true,
      };
    }
    ports.ledger.settle(entry);
    if (error instanceof DuplicateMonitorError)
      return { object: await adoptDuplicate(create, error), created: false };
    throw error;
  }
  ports.ledger.settle(entry);
  return create.checksLater ? { object, created: true } : keepOldest(create, object);
}

/** Settles a create that an earlier request left open: polls until its object appears or the create counts as failed. */
async function settleEarlier(create: Create): Promise<JsonObject | undefined> {
  const { ports, write } = create;
  const since = ports.ledger.pendingSince(write);
  if (since === undefined) return undefined;
  const found = await poll(create, since + SETTLE_WITHIN_MS);
  if (found) return found;
  ports.ledger.settleAll(write);
  return undefined;
}

async function pollOrThrow(create: Create, until: number, lost: AnswerLostError): Promise<JsonObject> {
  const found = await poll(create, until);
  if (found) return found;
  create.ports.ledger.settleAll(create.write);
  throw new ProblemError(
    'outcome_unknown',
    'Datadog did not answer the create, and the object has not appeared since.',
    {
      retryAfter: 1,
      cause: lost,
    },
  );
}

/**
 * Polls for an object with the marker until `until` (epoch ms). Returns undefined if the last poll finds none. Throws
 * `outcome_unknown` if the deadline comes first or the last poll fails.
 */
async function poll(create: Create, until: number): Promise<JsonObject | undefined> {
  const { port, ports, write, context, replacedId } = create;
  const { clock, ledger } = ports;
  for (let attempt = 0; ; attempt += 1) {
    const found = (
      await port.find({ application: write.application, key: write.key }, context).catch(ignoreProblem)
    )?.filter((object) => idOf(object) !== replacedId);
    const left = until - clock.now();
    if (found?.[0]) {
      ledger.settleAll(write);
      return found[0];
    }
    if (left <= 0 && found) return undefined;
    const wait = Math.min(POLL_INTERVALS[Math.min(attempt, POLL_INTERVALS.length - 1)] ?? 0, left);
    if (wait <= 0 || context.deadline.left() < wait + RESPONSE_RESERVE) throw outcomeUnknown(left);
    await clock.sleep(wait, context.deadline.signal).catch(() => {
      throw outcomeUnknown(left);
    });
  }
}

/** Ignores a failed lookup, because it does not show whether the write succeeded. */
function ignoreProblem(error: unknown): undefined {
  if (!(error instanceof ProblemError)) throw error;
}

function outcomeUnknown(settledIn: number): ProblemError {
  return new ProblemError(
    'outcome_unknown',
    'The answer to a create was lost, and the object did not appear before the deadline. Birddog does not repeat the create until the first one is certain to have failed.',
    { retryAfter: Math.max(1, Math.ceil(settledIn / 1000)) },
  );
}

async function adoptDuplicate(
  { port, write, context }: Create,
  duplicate: DuplicateMonitorError,
): Promise<JsonObject> {
  const object = await port.get(duplicate.id, context);
  if (object && isOwnedBy(port.kind, object, write)) return object;
  throw new ProblemError('duplicate_of_unmanaged', `${duplicate.message} (monitor ${duplicate.id})`, {
    members: { existing: duplicate.id },
  });
}

/** Resolves a concurrent create of the same key by another process: keeps the oldest object and deletes ours if it is younger. */
async function keepOldest(
  create: Create,
  ours: JsonObject,
): Promise<{ object: JsonObject; created: boolean }> {
  const { port, ports, write, context, replacedId } = create;
  const found = (
    await port.find({ application: write.application, key: write.key }, context).catch(noneIfFailed)
  ).filter((object) => idOf(object) !== replacedId);
  const [oldest = ours] = oldestFirst(found);
  if (idOf(oldest) === idOf(ours) || !found.some((o) => idOf(o) === idOf(ours)))
    return { object: ours, created: true };
  await port.delete(idOf(ours), context);
  ports.audit({ ...write, action: 'delete', id: idOf(ours) });
  return { object: oldest, created: false };
}

/** Returns an empty list for a failed lookup after a create. The create itself succeeded. */
export function noneIfFailed(error: unknown): JsonObject[] {
  if (error instanceof ProblemError) return [];
  throw error;
}

/** Sends an update. Throws `outcome_unknown` if no attempt was answered. */
export async function updateOnce(
  port: ObjectPort,
  id: string,
  body: JsonObject,
  context: RequestContext,
): Promise<JsonObject> {
  try {
    return await port.update(id, body, context);
  } catch (error) {
    if (!(error instanceof AnswerLostError)) throw error;
    throw new ProblemError('outcome_unknown', `Datadog did not answer the update of ${port.kind} ${id}.`, {
      retryAfter: 1,
      cause: error,
    });
  }
}
