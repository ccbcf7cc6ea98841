import type { RequestContext } from '../domain/caller.ts';
import { isObject, type Json, type JsonObject, toNumber } from '../domain/json.ts';
import { idOf } from '../domain/marker.ts';
import { ProblemError } from '../domain/problem.ts';
import type { DowntimesPort } from '../preview/ports.ts';
import type { Request } from './request.ts';
import { objectAt } from './response-objects.ts';
import { failureOf } from './timeseries.ts';

const PATH = '/api/v2/downtime';
const PAGE_SIZE = 100;
/** Maximum number of pages. Organisations have few active downtimes. */
const MAX_PAGES = 20;

/** The problems of keys that may not read downtimes, and of a Datadog that does not have this API. */
const REFUSALS: readonly string[] = ['datadog_forbidden', 'datadog_refused'];

/** A downtime in force, and whether it applies to a monitor.  */
interface Downtime {
  readonly shown: JsonObject;
  readonly appliesTo: (id: string, tags: readonly Json[]) => boolean;
}

/**
 * Reads the downtimes that are in force now. Returns a function that adds those of a monitor to its `matching_downtimes`, where
 * Datadog shows only downtimes of the former API. Adds none if the keys lack the scope `monitors_downtime`.
 */
export async function readDowntimes(
  request: Request,
  context: RequestContext,
): Promise<(monitor: JsonObject) => JsonObject> {
  const downtimes = await activeDowntimes(request, context).catch((error: unknown) => {
    if (!(error instanceof ProblemError && REFUSALS.includes(error.code))) throw error;
    return [];
  });
  return (monitor) => {
    const id = idOf(monitor);
    const tags = Array.isArray(monitor['tags']) ? monitor['tags'] : [];
    const own = downtimes.flatMap(({ shown, appliesTo }) => (appliesTo(id, tags) ? [shown] : []));
    if (own.length === 0) return monitor;
    const { matching_downtimes: shown } = monitor;
    return { ...monitor, matching_downtimes: [...(Array.isArray(shown) ? shown : []), ...own] };
  };
}

async function activeDowntimes(request: Request, context: RequestContext): Promise<Downtime[]> {
  const listed = await listDowntimes(request, true, context);
  return listed.flatMap((attributes) => downtimeIn(attributes) ?? []);
}

/** Creates the port for all downtimes that Datadog lists. Requires the scope `monitors_downtime`. */
export function downtimesPort(request: Request): DowntimesPort {
  return {
    async downtimes(context) {
      try {
        return { downtimes: await listDowntimes(request, false, context) };
      } catch (error) {
        return { downtimes: [], failure: failureOf(error) };
      }
    },
  };
}

/** Returns the attributes of downtimes: only those in force now, or also others that Datadog keeps. */
async function listDowntimes(
  request: Request,
  isCurrentOnly: boolean,
  context: RequestContext,
): Promise<JsonObject[]> {
  const found: JsonObject[] = [];
  let offset = 0;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const query = {
      current_only: String(isCurrentOnly),
      'page[offset]': String(offset),
      'page[limit]': String(PAGE_SIZE),
    };
    const answer = await request({ method: 'GET', path: PATH, route: PATH, query }, context);
    const data = isObject(answer) && Array.isArray(answer['data']) ? answer['data'] : [];
    for (const one of data) found.push(objectAt(one, 'attributes'));
    offset += data.length;
    const meta = isObject(answer) && isObject(answer['meta']) ? answer['meta']['page'] : undefined;
    const total = isObject(meta) ? toNumber(meta['total_filtered_count']) : undefined;
    if (data.length === 0 || offset >= (total ?? 0)) break;
  }
  return found;
}

function downtimeIn(attributes: JsonObject): Downtime | undefined {
  if (!isObject(attributes['monitor_identifier'])) return undefined;
  const { scope, schedule, monitor_identifier: target } = attributes;
  const times = isObject(schedule) ? (schedule['current_downtime'] ?? schedule) : {};
  const end = isObject(times) && typeof times['end'] === 'string' ? Date.parse(times['end']) / 1000 : null;
  const { monitor_id: monitorId, monitor_tags: monitorTags } = target;
  const wanted = monitorId == null ? undefined : idOf({ id: monitorId });
  const required = Array.isArray(monitorTags) ? monitorTags : undefined;
  return {
    shown: { scope: scope ?? '*', end: Number.isNaN(end) ? null : end },
    appliesTo: (id, tags) =>
      wanted === undefined
        ? required?.every((tag) => tag === '*' || tags.includes(tag)) === true
        : wanted === id,
  };
}
