import { append } from '../domain/append.ts';
import type { RequestContext } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import { deadlineAfter } from '../domain/deadline.ts';
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { idOf } from '../domain/marker.ts';
import { ProblemError } from '../domain/problem.ts';
import type { AuditedChange, ObjectHistory } from '../diff/who-changed.ts';
import type { AuditTrail } from '../pipeline/ports.ts';
import type { Request } from './request.ts';

const PATH = '/api/v2/audit/events/search';
/** How long (ms) an organisation without the audit trail is not asked again. */
const LEFT_ALONE = 3_600_000;
/** Objects per query. */
const IDS_AT_ONCE = 50;
/** Changes per response, in addition to two per object; each includes the object before and after. */
const MAX_CHANGES = 10;
/** Timeout (ms) of a query. At most half of the remaining deadline is used, so that the plan is still answered. */
const TIMEOUT_MS = 5000;

/** Creates a reader of the organisation's audit trail, which names the author of a change: a person or Birddog itself. */
export function auditTrail(request: Request, clock: Clock): AuditTrail {
  let leftAloneUntil = 0;

  async function newest(
    ids: readonly string[],
    since: number,
    context: RequestContext,
  ): Promise<[id: string, ObjectHistory][]> {
    const query = `@asset.type:(monitor OR dashboard) @asset.id:(${ids.map(quoted).join(' OR ')}) @action:(created OR modified OR deleted)`;
    // The filter has no end because Datadog's clock may be ahead of ours.
    const filter = { query, from: new Date(since).toISOString() };
    const limit = MAX_CHANGES + 2 * ids.length;
    const body = { filter, sort: '-timestamp', page: { limit } };
    const answer = await request({ method: 'POST', path: PATH, route: PATH, body, readsOnly: true }, context);
    if (answer === undefined) leftAloneUntil = clock.now() + LEFT_ALONE;
    const data = isObject(answer) ? answer['data'] : undefined;
    if (!Array.isArray(data)) return [];
    const changes = data.flatMap(changeIn);
    const whole = data.length < limit;
    return ids.map((id) => [
      id,
      { changes: changes.flatMap((one) => (one.id === id ? [one.change] : [])), whole },
    ]);
  }

  async function asked(
    ids: readonly string[],
    since: number,
    context: RequestContext,
  ): Promise<[id: string, ObjectHistory][]> {
    if (clock.now() < leftAloneUntil || Number.isNaN(since)) return [];
    const { deadline: whole } = context;
    const deadline = deadlineAfter(Math.min(TIMEOUT_MS, whole.left() / 2), clock, whole.signal);
    try {
      return await newest(ids, since, { ...context, deadline });
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      // A name is pleasant to have. Where it cannot be had, it is not known.
      if (error.code === 'datadog_forbidden') leftAloneUntil = clock.now() + LEFT_ALONE;
      return [];
    } finally {
      deadline.close();
    }
  }

  return {
    async changes(ids, since, context) {
      const known: [id: string, ObjectHistory][] = [];
      for (let from = 0; from < ids.length; from += IDS_AT_ONCE)
        append(known, await asked(ids.slice(from, from + IDS_AT_ONCE), since, context));
      return new Map(known);
    },
  };
}

function changeIn(event: Json): { id: string; change: AuditedChange }[] {
  const outer = member(event, 'attributes');
  const inner = member(outer, 'attributes');
  const [asset, user] = [member(inner, 'asset'), member(inner, 'usr')];
  const by = [user['email'], user['name'], user['id']].find(
    (name) => typeof name === 'string' && name !== '',
  );
  const { timestamp } = outer;
  const at = typeof timestamp === 'string' ? Date.parse(timestamp) : Number.NaN;
  if (Number.isNaN(at)) return [];
  const { prev_value: before, new_value: after } = asset;
  const change: AuditedChange = {
    by: typeof by === 'string' ? by : undefined,
    at,
    deletes: inner['action'] === 'deleted',
    ...(isObject(before) ? { before } : {}),
    ...(isObject(after) ? { after } : {}),
  };
  return [{ id: idOf(asset), change }];
}

function member(value: Json | undefined, name: string): JsonObject {
  const inner = isObject(value) ? value[name] : undefined;
  return isObject(inner) ? inner : {};
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
