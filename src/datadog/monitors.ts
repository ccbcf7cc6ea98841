import type { RequestContext } from '../domain/caller.ts';
import type { JsonObject } from '../domain/json.ts';
import { idOf, isContestedBy, isOwnedBy, markerTag, oldestFirst } from '../domain/marker.ts';
import type { ObjectPort } from '../pipeline/ports.ts';
import { parseObjects, parseObject } from './response-objects.ts';
import { deletionBlockers } from './can-delete.ts';
import { checkPages } from './list-pages.ts';
import { searchMonitors } from './monitor-search.ts';
import { objectPath, pageUrl } from './object-path.ts';
import { objectWrites } from './object-writes.ts';
import type { Request } from './request.ts';

const PATH = '/api/v1/monitor';
/** Datadog's maximum page size. Without paging it would send every monitor of the organisation. */
const PAGE_SIZE = 1000;
/** Makes a read include runbook links. No list includes them. */
const WITH_ASSETS = { with_assets: 'true' };

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
    search: (filter, context) =>
      searchMonitors(request, { pageSize: PAGE_SIZE, pages, get }, filter, context),
    canDelete: (ids, context) => deletionBlockers(request, ids, context),
    get,
    ...objectWrites(request, PATH),
    url: (object) => pageUrl(undefined, `/monitors/${encodeURIComponent(idOf(object))}`, uiUrl),
  };
}
