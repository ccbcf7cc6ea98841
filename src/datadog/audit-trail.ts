import type { RequestContext } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import { deadlineAfter } from '../domain/deadline.ts';
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import type { StoredKind } from '../domain/managed-kind.ts';
import { ProblemError } from '../domain/problem.ts';
import type { AuditedChange, AuditTrail } from '../pipeline/ports.ts';
import type { Request } from './request.ts';

const PATH = '/api/v2/audit/events/search';
/** How long (ms) an organisation without the audit trail is not asked again. */
const LEFT_ALONE = 3_600_000;
/** Changes told of one object. */
const MOST_TOLD = 10;
/** The most (ms) that a plan waits for a name; never more than half of what is left, so that the answer still comes. */
const PATIENCE = 5000;

/** The organisation's audit trail: it says who changed an object, a person or Birddog itself, and is asked for nothing else. */
export function auditTrail(request: Request, clock: Clock): AuditTrail {
  let leftAloneUntil = 0;

  async function newest(
    kind: StoredKind,
    id: string,
    since: number,
    context: RequestContext,
  ): Promise<AuditedChange[] | undefined> {
    const query = `@asset.type:${kind} @asset.id:${quoted(id)} @action:(created OR modified OR deleted)`;
    // Without an end: Datadog's clock may be ahead of ours.
    const filter = { query, from: new Date(since).toISOString() };
    const body = { filter, sort: '-timestamp', page: { limit: MOST_TOLD } };
    const answer = await request({ method: 'POST', path: PATH, route: PATH, body, readsOnly: true }, context);
    if (answer === undefined) leftAloneUntil = clock.now() + LEFT_ALONE;
    const data = isObject(answer) ? answer['data'] : undefined;
    return Array.isArray(data) ? data.flatMap(changesIn) : undefined;
  }

  return {
    async changes(kind, id, since, context) {
      if (clock.now() < leftAloneUntil || Number.isNaN(since)) return undefined;
      const { deadline: whole } = context;
      const deadline = deadlineAfter(Math.min(PATIENCE, whole.left() / 2), clock, whole.signal);
      try {
        return await newest(kind, id, since, { ...context, deadline });
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error;
        // A name is pleasant to have. Where it cannot be had, it is not known.
        if (error.code === 'datadog_forbidden') leftAloneUntil = clock.now() + LEFT_ALONE;
        return undefined;
      } finally {
        deadline.close();
      }
    },
  };
}

function changesIn(event: Json): AuditedChange[] {
  const outer = member(event, 'attributes');
  const inner = member(outer, 'attributes');
  const user = member(inner, 'usr');
  const by = [user['email'], user['name'], user['id']].find(
    (name) => typeof name === 'string' && name !== '',
  );
  const at = Date.parse(String(outer['timestamp']));
  return typeof by === 'string' && !Number.isNaN(at) ? [{ by, at }] : [];
}

function member(value: Json | undefined, name: string): JsonObject {
  const inner = isObject(value) ? value[name] : undefined;
  return isObject(inner) ? inner : {};
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
