import type { RequestContext } from '../domain/caller.ts';
import { isObject, type Json, type JsonObject, toNumber } from '../domain/json.ts';
import { idOf, oldestFirst } from '../domain/marker.ts';
import type { SearchFilter } from '../pipeline/ports.ts';
import { parseObjects, readEach } from './response-objects.ts';
import { checkPages } from './list-pages.ts';
import type { Request } from './request.ts';

const PATH = '/api/v1/monitor/search';
/** Datadog's default is 30 and its maximum is undocumented, so `total_count` determines the last page. */
const PER_PAGE = 100;

/** Reads monitors by id or from the paged list. */
export interface MonitorReader {
  readonly pageSize: number;
  /** Yields pages of the monitors that have all of these tags (`a:b,c:d`), or of all monitors. */
  pages(tags: string | undefined, context: RequestContext): AsyncIterable<readonly JsonObject[]>;
  get(id: string, context: RequestContext): Promise<JsonObject | undefined>;
}

/**
 * Returns the complete monitors that match a filter, oldest first. Tags are a filter of the list, whose monitors are
 * complete. A query uses Datadog's search, whose results are abbreviated and lag behind writes; the monitors found are
 * then read one by one or from the list, whichever takes fewer calls.
 */
export async function searchMonitors(
  request: Request,
  reader: MonitorReader,
  { query, tag }: SearchFilter,
  context: RequestContext,
): Promise<JsonObject[]> {
  const ids = query === undefined ? undefined : await searchIds(request, query, context);
  if (ids?.size === 0) return [];
  const found =
    ids && tag === undefined
      ? await readMonitors(request, reader, ids, context)
      : await filterList(reader, ids, tag, context);
  return oldestFirst(found);
}

async function readMonitors(
  request: Request,
  reader: MonitorReader,
  ids: ReadonlySet<string>,
  context: RequestContext,
): Promise<JsonObject[]> {
  const readOneByOne = (wanted: readonly string[]) => readEach(wanted, (id) => reader.get(id, context));
  // Counting all monitors takes a call as well.
  if (ids.size <= 2) return readOneByOne([...ids]);
  const { total } = await searchPage(request, { query: '', page: '0', per_page: '1' }, context);
  if (Math.floor(total / reader.pageSize) + 1 >= ids.size) return readOneByOne([...ids]);
  const found = await filterList(reader, ids, undefined, context);
  const foundIds = new Set(found.map(idOf));
  // Monitors may move between pages while the list is read.
  return [...found, ...(await readOneByOne([...ids].filter((id) => !foundIds.has(id))))];
}

async function filterList(
  reader: MonitorReader,
  ids: ReadonlySet<string> | undefined,
  tag: string | undefined,
  context: RequestContext,
): Promise<JsonObject[]> {
  const required = (tag ?? '').split(',').flatMap((text) => text.trim().toLowerCase() || []);
  const found = new Map<string, JsonObject>();
  for await (const page of reader.pages(tag, context)) {
    for (const monitor of page) {
      const id = idOf(monitor);
      // Datadog ignores unknown filters, so its results are filtered again.
      if ((ids?.has(id) ?? true) && hasTags(monitor, required)) found.set(id, monitor);
    }
    if (found.size === ids?.size) break;
  }
  return [...found.values()];
}

function hasTags(monitor: JsonObject, required: readonly string[]): boolean {
  const tags = Array.isArray(monitor['tags']) ? monitor['tags'].map(lowerCase) : [];
  return required.every((tag) => tags.includes(tag));
}

function lowerCase(tag: Json): string {
  return typeof tag === 'string' ? tag.toLowerCase() : '';
}

async function searchIds(request: Request, query: string, context: RequestContext): Promise<Set<string>> {
  const ids = new Set<string>();
  let seen = 0;
  const hasNext = checkPages(PER_PAGE);
  for (let page = 0; ; page += 1) {
    const parameters = { query, page: String(page), per_page: String(PER_PAGE), sort: 'name,asc' };
    const { monitors, total } = await searchPage(request, parameters, context);
    for (const monitor of monitors) ids.add(idOf(monitor));
    seen += monitors.length;
    hasNext(monitors);
    if (monitors.length === 0 || seen >= total) return ids;
  }
}

/** Returns a page of search results, and the total count; infinite if the response has no total. */
async function searchPage(
  request: Request,
  query: Readonly<Record<string, string>>,
  context: RequestContext,
): Promise<{ monitors: JsonObject[]; total: number }> {
  const answer = await request({ method: 'GET', path: PATH, route: PATH, query }, context);
  const monitors = parseObjects(isObject(answer) ? answer['monitors'] : answer);
  const metadata = isObject(answer) ? answer['metadata'] : undefined;
  const total = isObject(metadata) ? toNumber(metadata['total_count']) : undefined;
  return { monitors, total: total ?? Number.POSITIVE_INFINITY };
}
