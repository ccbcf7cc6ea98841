import type { RequestContext } from '../domain/caller.ts';
import { isObject, type Json, numberText } from '../domain/json.ts';
import type { Request } from './request.ts';

const PATH = '/api/v1/monitor/can_delete';
/** Ids of one call: an address must not become too long. */
const AT_ONCE = 100;
/** Datadog lists the others that must stay, and why, under 409 (datadog-api 2.3). */
const SOME_MUST_STAY = 409;
const UNSAID = 'Datadog does not say that it may be deleted.';

/** Why monitors must stay, by id. One that has gone already need not stay; one of which nothing is said must. */
export async function reasonsToStay(
  request: Request,
  ids: readonly string[],
  context: RequestContext,
): Promise<ReadonlyMap<string, string>> {
  const reasons = new Map<string, string>();
  const left: (readonly string[])[] = [];
  for (let from = 0; from < ids.length; from += AT_ONCE) left.push(ids.slice(from, from + AT_ONCE));
  for (let some = left.pop(); some !== undefined; some = left.pop()) {
    const answer = await request(
      {
        method: 'GET',
        path: PATH,
        route: PATH,
        query: { monitor_ids: some.join(',') },
        answeredBy: SOME_MUST_STAY,
      },
      context,
    );
    const half = Math.ceil(some.length / 2);
    if (answer !== undefined) for (const [id, reason] of reasonsIn(answer, some)) reasons.set(id, reason);
    // One that has gone makes the whole call a 404.
    else if (some.length > 1) left.push(some.slice(0, half), some.slice(half));
  }
  return reasons;
}

function reasonsIn(answer: Json, ids: readonly string[]): [id: string, reason: string][] {
  const { data = null, errors = null } = isObject(answer) ? answer : {};
  const ok = isObject(data) && Array.isArray(data['ok']) ? data['ok'] : [];
  const free = new Set(ok.map((id) => numberText(id) ?? id));
  const said = isObject(errors) ? errors : {};
  return ids.flatMap((id): [string, string][] => {
    const reasons = Array.isArray(said[id]) ? said[id].filter((r) => typeof r === 'string') : [];
    if (reasons.length > 0) return [[id, reasons.join('; ')]];
    return free.has(id) ? [] : [[id, UNSAID]];
  });
}
