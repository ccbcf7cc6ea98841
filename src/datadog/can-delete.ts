import type { RequestContext } from '../domain/caller.ts';
import { isObject, type Json, numberText } from '../domain/json.ts';
import type { Request } from './request.ts';

const PATH = '/api/v1/monitor/can_delete';
/** The maximum number of ids per call, which keeps the URL short. */
const MAX_IDS = 100;
/** The status of a response that lists monitors which cannot be deleted, with reasons. */
const BLOCKED_STATUS = 409;
const UNCONFIRMED = 'Datadog did not confirm that the monitor can be deleted.';

/**
 * Returns the reason why each monitor cannot be deleted, by id; no entry if it can. Monitors that no longer exist have
 * no entry. Monitors that Datadog's response does not mention cannot be deleted.
 */
export async function deletionBlockers(
  request: Request,
  ids: readonly string[],
  context: RequestContext,
): Promise<ReadonlyMap<string, string>> {
  const reasons = new Map<string, string>();
  const pending: (readonly string[])[] = [];
  for (let from = 0; from < ids.length; from += MAX_IDS) pending.push(ids.slice(from, from + MAX_IDS));
  for (let batch = pending.pop(); batch !== undefined; batch = pending.pop()) {
    const answer = await request(
      {
        method: 'GET',
        path: PATH,
        route: PATH,
        query: { monitor_ids: batch.join(',') },
        acceptedStatus: BLOCKED_STATUS,
      },
      context,
    );
    const half = Math.ceil(batch.length / 2);
    if (answer !== undefined) for (const [id, reason] of reasonsIn(answer, batch)) reasons.set(id, reason);
    // One deleted monitor makes Datadog answer 404 for the whole batch.
    else if (batch.length > 1) pending.push(batch.slice(0, half), batch.slice(half));
  }
  return reasons;
}

function reasonsIn(answer: Json, ids: readonly string[]): [id: string, reason: string][] {
  const { data = null, errors = null } = isObject(answer) ? answer : {};
  const deletableIds = isObject(data) && Array.isArray(data['ok']) ? data['ok'] : [];
  const deletable = new Set(deletableIds.map((id) => numberText(id) ?? id));
  const errorsById = isObject(errors) ? errors : {};
  return ids.flatMap((id): [string, string][] => {
    const reasons = Array.isArray(errorsById[id]) ? errorsById[id].filter((r) => typeof r === 'string') : [];
    if (reasons.length > 0) return [[id, reasons.join('; ')]];
    return deletable.has(id) ? [] : [[id, UNCONFIRMED]];
  });
}
