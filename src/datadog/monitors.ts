import type { RequestContext } from '../domain/caller.ts';
import type { JsonObject } from '../domain/json.ts';
import { compareIds, idOf, isContestedBy, isOwnedBy, markerTag, oldestFirst } from '../domain/marker.ts';
import { ProblemError } from '../domain/problem.ts';
import type { ListedPart, ObjectPort } from '../pipeline/ports.ts';
import { OutboundError } from '../runtime/outbound.ts';
import { parseObjects, parseObject } from './response-objects.ts';
import { deletionBlockers } from './can-delete.ts';
import { checkPages } from './list-pages.ts';
import { readDowntimes } from './downtimes.ts';
import { searchMonitors } from './monitor-search.ts';
import { objectPath, pageUrl } from './object-path.ts';
import { objectWrites } from './object-writes.ts';
import type { Request } from './request.ts';

const PATH = '/api/v1/monitor';
/** Datadog's maximum page size. Without paging it would send every monitor of the organisation. */
const PAGE_SIZE = 1000;
/** Makes a read include runbook links. No list includes them. */
const WITH_ASSETS = { with_assets: 'true' };
/** Makes a list include the states of all groups, and the downtimes that match. */
const WITH_STATE = { group_states: 'all', with_downtimes: 'true' };

/** Creates the port for monitors, which are found by their marker tags. */
export function monitorPort(request: Request, uiUrl: URL): ObjectPort {
  const at = (id: string) => objectPath(PATH, id);
  const get = async (id: string, context: RequestContext) =>
    parseObject(await request({ method: 'GET', ...at(id), query: WITH_ASSETS }, context));

  async function* pages(tags: string | undefined, context: RequestContext): AsyncGenerator<JsonObject[]> {
    const filter = tags === undefined ? {} : { monitor_tags: tags };
    const hasNext = checkPages(PAGE_SIZE);
    for (let page = 0; ; page += 1) {
      const query = { ...filter, page: String(page), page_size: String(PAGE_SIZE) };
      const items = parseObjects(await request({ method: 'GET', path: PATH, route: PATH, query }, context));
      const hasMore = hasNext(items);
      yield items;
      if (!hasMore) return;
    }
  }

  return {
    kind: 'monitor',
    async find(owner, context, _known, onContested) {
      const found: JsonObject[] = [];
      // Datadog ignores unknown filters, so its results are filtered again.
      for await (const page of pages(markerTag(owner), context)) {
        for (const monitor of page) {
          if (onContested && isContestedBy('monitor', monitor, owner)) onContested(monitor);
          if (isOwnedBy('monitor', monitor, owner)) found.push(monitor);
        }
      }
      return oldestFirst(found);
    },
    async findWithState(owner, context) {
      const found: JsonObject[] = [];
      for await (const { objects } of listAfter(request, [markerTag(owner)], undefined, context))
        for (const monitor of objects) if (isOwnedBy('monitor', monitor, owner)) found.push(monitor);
      return oldestFirst(found);
    },
    list: ({ tags }, after, context) => listAfter(request, tags, after, context),
    search: (filter, context) =>
      searchMonitors(request, { pageSize: PAGE_SIZE, pages, get }, filter, context),
    canDelete: (ids, context) => deletionBlockers(request, ids, context),
    get,
    ...objectWrites(request, PATH),
    url: (object) => pageUrl(undefined, `/monitors/${encodeURIComponent(idOf(object))}`, uiUrl),
  };
}

/** A tag that Datadog stores as it is, so that its filter finds it. */
const PLAIN_TAG = /^[a-z][a-z0-9_:./-]{0,198}$/;

/** Yields the monitors whose ids follow `after`, sorted by id, with the states of their groups. */
async function* listAfter(
  request: Request,
  tags: readonly string[],
  after = '0',
  context: RequestContext,
): AsyncGenerator<ListedPart> {
  const plain = tags.filter((tag) => PLAIN_TAG.test(tag));
  const filter = { ...WITH_STATE, ...(plain.length > 0 ? { monitor_tags: plain.join(',') } : {}) };
  let withDowntimes: ((monitor: JsonObject) => JsonObject) | undefined;
  const requireNew = checkPages(PAGE_SIZE);
  let last = after;
  let size = PAGE_SIZE;
  for (;;) {
    const query = { ...filter, id_offset: last, page_size: String(size) };
    let page: JsonObject[];
    try {
      page = parseObjects(await request({ method: 'GET', path: PATH, route: PATH, query }, context));
    } catch (error) {
      if (!isTooLarge(error) || size === 1) throw error;
      // Monitors can have thousands of groups.
      size = Math.ceil(size / 10);
      continue;
    }
    const objects = page
      .filter((monitor) => compareIds(idOf(monitor), last) > 0)
      .sort((a, b) => compareIds(idOf(a), idOf(b)));
    requireNew(page);
    const hasMore = page.length >= size;
    last = idOf(objects.at(-1) ?? { id: last });
    if (objects.length > 0) withDowntimes ??= await readDowntimes(request, context);
    yield { objects: withDowntimes ? objects.map(withDowntimes) : objects, notReadable: 0, last, hasMore };
    if (!hasMore) return;
  }
}

function isTooLarge(error: unknown): boolean {
  return (
    error instanceof ProblemError &&
    error.cause instanceof OutboundError &&
    error.cause.reason === 'too_large'
  );
}
