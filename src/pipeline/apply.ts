import type { RequestContext } from '../domain/caller.ts';
import { AnswerLostError, DuplicateMonitorError } from '../domain/datadog-outcome.ts';
import type { JsonObject } from '../domain/json.ts';
import { idOf, isOwnedBy, oldestFirst } from '../domain/marker.ts';
import { ProblemError } from '../domain/problem.ts';
import type { ObjectPort, Ports, WriteUnderWay } from './ports.ts';

/** A lost create that is not to be seen this long (ms) after it was sent is taken to have never landed. */
export const SETTLE_WITHIN = 30_000;
/** Waits (ms) between looks for a create whose answer was lost; the last one repeats. */
const LOOKS = [250, 500, 1000, 2000];
/** Kept back (ms) of the deadline, so that the answer still reaches the asker. */
const TIME_TO_ANSWER = 100;

interface Create {
  readonly port: ObjectPort;
  readonly write: WriteUnderWay;
  readonly ports: Ports;
  readonly context: RequestContext;
  /** The id of an object under the same key that this one replaces. */
  readonly instead?: string;
  /** Whether the look for another process's create of the same key is left to the caller. */
  readonly looksLater?: boolean;
}

/**
 * Creates an object once, whatever happens to the answer (docs/decisions/0004-creates-happen-once.md).
 * Throws `outcome_unknown` where the deadline passes before it is known, `duplicate_of_unmanaged` where
 * Datadog's own duplicate check names a monitor that is not this application's, and what the port throws.
 * @returns the object, and whether this request made it
 */
export async function createOnce(
  create: Create,
  body: JsonObject,
): Promise<{ object: JsonObject; made: boolean }> {
  const { port, ports, write, context } = create;
  const earlier = await settleEarlier(create);
  if (earlier) return { object: earlier, made: false };
  const entry = ports.ledger.begin(write, context.caller.name, ports.clock.now());
  let object: JsonObject;
  try {
    object = await port.create(body, context);
  } catch (error) {
    if (error instanceof AnswerLostError) {
      return { object: await lookUntilSeen(create, ports.clock.now() + SETTLE_WITHIN, error), made: true };
    }
    ports.ledger.settle(entry);
    if (error instanceof DuplicateMonitorError)
      return { object: await adoptDuplicate(create, error), made: false };
    throw error;
  }
  ports.ledger.settle(entry);
  return create.looksLater ? { object, made: true } : keepOldest(create, object);
}

/** A create that an earlier request began and did not see the end of: wait until it shows, or until it is too late for it to land. */
async function settleEarlier(create: Create): Promise<JsonObject | undefined> {
  const { ports, write } = create;
  const since = ports.ledger.underWaySince(write);
  if (since === undefined) return undefined;
  const seen = await look(create, since + SETTLE_WITHIN);
  if (seen) return seen;
  ports.ledger.settleAll(write);
  return undefined;
}

async function lookUntilSeen(create: Create, until: number, lost: AnswerLostError): Promise<JsonObject> {
  const seen = await look(create, until);
  if (seen) return seen;
  create.ports.ledger.settleAll(create.write);
  throw new ProblemError(
    'outcome_unknown',
    'Datadog never answered, and no trace of the write has shown since.',
    {
      retryAfter: 1,
      cause: lost,
    },
  );
}

/**
 * Looks for the marker again and again until `until` (epoch ms); undefined where the last look, at the end of that
 * time, saw none. Throws `outcome_unknown` where the deadline comes first, or where Datadog could not be asked.
 */
async function look(create: Create, until: number): Promise<JsonObject | undefined> {
  const { port, ports, write, context, instead } = create;
  const { clock, ledger } = ports;
  for (let turn = 0; ; turn += 1) {
    const found = (
      await port.find({ application: write.application, key: write.key }, context).catch(notAsked)
    )?.filter((object) => idOf(object) !== instead);
    const left = until - clock.now();
    if (found?.[0]) {
      ledger.settleAll(write);
      return found[0];
    }
    if (left <= 0 && found) return undefined;
    const wait = Math.min(LOOKS[Math.min(turn, LOOKS.length - 1)] ?? 0, left);
    if (wait <= 0 || context.deadline.left() < wait + TIME_TO_ANSWER) throw outcomeUnknown(left);
    await clock.sleep(wait, context.deadline.signal).catch(() => {
      throw outcomeUnknown(left);
    });
  }
}

/** Whatever keeps Datadog from being asked, it says nothing of what became of the write. */
function notAsked(error: unknown): undefined {
  if (!(error instanceof ProblemError)) throw error;
}

function outcomeUnknown(settledIn: number): ProblemError {
  return new ProblemError(
    'outcome_unknown',
    'The answer to a create was lost, and the object has not shown before the deadline. Nothing is sent again until it is certain that the first one never landed.',
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

/** Another process may have created the same key at the same time: of two the oldest stays, and the younger goes only if it is ours. */
async function keepOldest(create: Create, ours: JsonObject): Promise<{ object: JsonObject; made: boolean }> {
  const { port, ports, write, context, instead } = create;
  const found = (
    await port.find({ application: write.application, key: write.key }, context).catch(noneIfFailed)
  ).filter((object) => idOf(object) !== instead);
  const [oldest = ours] = oldestFirst(found);
  if (idOf(oldest) === idOf(ours) || !found.some((o) => idOf(o) === idOf(ours)))
    return { object: ours, made: true };
  await port.delete(idOf(ours), context);
  ports.audit({ ...write, action: 'delete', id: idOf(ours) });
  return { object: oldest, made: false };
}

/** The object is made; that the look after it failed is no reason to say otherwise. */
export function noneIfFailed(error: unknown): JsonObject[] {
  if (error instanceof ProblemError) return [];
  throw error;
}

/** Sends an update. Throws `outcome_unknown` where no answer to any try came. */
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
