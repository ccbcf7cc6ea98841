import { append } from '../domain/append.ts';
import type { RequestContext } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import { deadlineAfter } from '../domain/deadline.ts';
import { isObject, type Json } from '../domain/json.ts';
import { idOf } from '../domain/marker.ts';
import { ProblemError } from '../domain/problem.ts';
import type { AuditedChange, ObjectHistory } from '../diff/who-changed.ts';
import type { AuditTrail } from '../pipeline/ports.ts';
import type { Request } from './request.ts';
import { objectAt } from './response-objects.ts';

const PATH = '/api/v2/audit/events/search';
/** How long (ms) the audit trail is not queried again after Datadog denied access or had no such endpoint. */
const UNAVAILABLE_MS = 3_600_000;
/** Objects per query. */
const MAX_IDS = 50;
/** Changes per response, in addition to two per object; each includes the object before and after. */
const MAX_CHANGES = 10;
/** Timeout (ms) of a query. At most half of the remaining deadline is used, so that the plan is still answered. */
const TIMEOUT_MS = 5000;

/** Creates a reader of the organisation's audit trail, which names the author of a change: a person or Birddog itself. */
export function auditTrail(request: Request, clock: Clock): AuditTrail {
  let unavailableUntil = 0;

  async function fetchChanges(
    ids: readonly string[],
    since: number,
    context: RequestContext,
  ): Promise<[id: string, ObjectHistory][]> {
    const query = `@asset.type:(monitor OR dashboard) @asset.id:(${ids.map(quoted).join(' OR ')}) @action:(created OR modified OR deleted)`;
    // The filter has no end because Datadog's clock may be ahead of ours.
    const filter = { query, from: new Date(since).toISOString() };
    const limit = MAX_CHANGES + 2 * ids.length;
    const body = { filter, sort: '-timestamp', page: { limit } };
    const answer = await request({ method: 'POST', path: PATH, route: PATH, body, readOnly: true }, context);
    if (answer === undefined) unavailableUntil = clock.now() + UNAVAILABLE_MS;
    const data = isObject(answer) ? answer['data'] : undefined;
    if (!Array.isArray(data)) return [];
    const changes = data.flatMap(parseEvent);
    const complete = data.length < limit;
    return ids.map((id) => [
      id,
      { changes: changes.flatMap((one) => (one.id === id ? [one.change] : [])), complete },
    ]);
  }

  async function changesOrNone(
    ids: readonly string[],
    since: number,
    context: RequestContext,
  ): Promise<[id: string, ObjectHistory][]> {
    if (clock.now() < unavailableUntil || Number.isNaN(since)) return [];
    const { deadline: whole } = context;
    const deadline = deadlineAfter(Math.min(TIMEOUT_MS, whole.left() / 2), clock, whole.signal);
    try {
      return await fetchChanges(ids, since, { ...context, deadline });
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      // The author of a change is optional information, so a failure does not fail the request.
      if (error.code === 'datadog_forbidden') unavailableUntil = clock.now() + UNAVAILABLE_MS;
      return [];
    } finally {
      deadline.close();
    }
  }

  return {
    async changes(ids, since, context) {
      const found: [id: string, ObjectHistory][] = [];
      for (let from = 0; from < ids.length; from += MAX_IDS)
        append(found, await changesOrNone(ids.slice(from, from + MAX_IDS), since, context));
      return new Map(found);
    },
  };
}

function parseEvent(event: Json): { id: string; change: AuditedChange }[] {
  const eventAttributes = objectAt(event, 'attributes');
  const value = objectAt(eventAttributes, 'attributes');
  const [asset, user] = [objectAt(value, 'asset'), objectAt(value, 'usr')];
  const by = [user['email'], user['name'], user['id']].find(
    (name) => typeof name === 'string' && name !== '',
  );
  const { timestamp } = eventAttributes;
  const at = typeof timestamp === 'string' ? Date.parse(timestamp) : Number.NaN;
  if (Number.isNaN(at)) return [];
  const { prev_value: before, new_value: after } = asset;
  const change: AuditedChange = {
    by: typeof by === 'string' ? by : undefined,
    at,
    deletes: value['action'] === 'deleted',
    ...(isObject(before) ? { before } : {}),
    ...(isObject(after) ? { after } : {}),
  };
  return [{ id: idOf(asset), change }];
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
