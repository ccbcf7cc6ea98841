import type { RequestContext } from '../domain/caller.ts';
import { isObject, type Json, type JsonObject, toNumber } from '../domain/json.ts';
import { idOf } from '../domain/marker.ts';
import type { State } from '../evaluate/states.ts';
import type { Failure, RealTransition, TransitionsPort } from '../preview/ports.ts';
import type { Request } from './request.ts';
import { objectAt } from './response-objects.ts';
import { failureOf } from './timeseries.ts';

const PATH = '/api/v2/events/search';
/** Monitors per search. */
const MAX_IDS = 50;
/** Datadog's maximum of events per page, and ours of pages for each search. */
const [PAGE_SIZE, MAX_PAGES] = [1000, 20];
/** States as Datadog writes them. Others, such as Skipped, have no counterpart. */
const STATES: ReadonlyMap<string, State> = new Map<string, State>([
  ['OK', 'ok'],
  ['No Data', 'no_data'],
  ['Warn', 'warn'],
  ['Alert', 'alert'],
]);

interface Found {
  readonly id: string;
  readonly transition: RealTransition;
}

/** Creates the port for the transitions that Datadog recorded as events. Requires the scope `events_read`. */
export function transitionsPort(request: Request): TransitionsPort {
  /** Adds the transitions of some monitors. Returns why some are missing. */
  async function search(
    filter: JsonObject,
    found: Found[],
    context: RequestContext,
  ): Promise<Failure | undefined> {
    let cursor: string | undefined;
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const part: JsonObject = { limit: PAGE_SIZE, ...(cursor === undefined ? {} : { cursor }) };
      const body = { filter, sort: 'timestamp', page: part };
      try {
        const answer = await request(
          { method: 'POST', path: PATH, route: PATH, body, readOnly: true },
          context,
        );
        const data = isObject(answer) ? answer['data'] : undefined;
        if (!Array.isArray(data))
          return { reason: 'unavailable', detail: 'Datadog sent an unexpected answer.' };
        for (const event of data) {
          const one = readEvent(event);
          if (one) found.push(one);
        }
        const after = objectAt(objectAt(answer, 'meta'), 'page')['after'];
        if (data.length < PAGE_SIZE || typeof after !== 'string') return undefined;
        cursor = after;
      } catch (error) {
        return failureOf(error);
      }
    }
    return { reason: 'too_large', detail: `There are more than ${MAX_PAGES * PAGE_SIZE} transitions.` };
  }

  return {
    async transitions(ids, { from, to }, context) {
      const found: Found[] = [];
      let failure: Failure | undefined;
      for (let at = 0; at < ids.length && failure === undefined; at += MAX_IDS) {
        const query = `source:alert @monitor.id:(${ids.slice(at, at + MAX_IDS).join(' OR ')})`;
        failure = await search({ query, from: isoOf(from), to: isoOf(to) }, found, context);
      }
      const within = found.filter(({ transition: { at } }) => at >= from && at < to);
      within.sort((a, b) => a.transition.at - b.transition.at);
      const transitions = new Map(ids.map((id): [string, RealTransition[]] => [id, []]));
      for (const { id, transition } of within) transitions.get(id)?.push(transition);
      return { transitions, ...(failure ? { failure } : {}) };
    },
  };
}

/** Reads an event of a monitor; undefined if it is not a transition between known states. */
function readEvent(event: Json): Found | undefined {
  const outer = objectAt(event, 'attributes');
  const inner = objectAt(outer, 'attributes');
  const monitor = objectAt(inner, 'monitor');
  const { source_state: source, destination_state: destination } = objectAt(monitor, 'transition');
  const [from, to] = [source, destination].map((name) =>
    typeof name === 'string' ? STATES.get(name) : undefined,
  );
  const { group_key: key, result_ts: evaluated } = objectAt(monitor, 'result');
  const at = toNumber(evaluated) ?? secondsOf(inner['timestamp']) ?? secondsOf(outer['timestamp']);
  if (from === undefined || to === undefined || at === undefined) return undefined;
  const group = typeof key === 'string' && key !== '' ? key : '*';
  return { id: idOf(monitor), transition: { at, group, from, to } };
}

/** Returns a time in UNIX seconds from milliseconds or ISO 8601. */
function secondsOf(time: Json | undefined): number | undefined {
  const ms = typeof time === 'string' ? Date.parse(time) : toNumber(time);
  return ms === undefined || Number.isNaN(ms) ? undefined : Math.floor(ms / 1000);
}

function isoOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
