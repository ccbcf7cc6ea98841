import type { RequestContext } from '../domain/caller.ts';
import { isObject, type Json, type JsonObject, toNumber } from '../domain/json.ts';
import { idOf, oldestFirst } from '../domain/marker.ts';
import type { SearchFilter } from '../pipeline/ports.ts';
import { listOf, readEach } from './answered-objects.ts';
import { checkPages } from './list-pages.ts';
import type { Request } from './request.ts';

const PATH = '/api/v1/monitor/search';
/** Datadog's default is 30 and its maximum is undocumented, so `total_count` determines the last page. */
const PER_PAGE = 100;

/** Reads monitors; a page of the list has `pageSize` entries. */
export interface MonitorReads {
  readonly pageSize: number;
  /** Every monitor with all of these tags (`a:b,c:d`), or every one there is, page by page. */
  pages(tags: string | undefined, context: RequestContext): AsyncIterable<readonly JsonObject[]>;
  get(id: string, context: RequestContext): Promise<JsonObject | undefined>;
}

/**
 * Whole monitors that match. Tags are a filter of the list, which gives monitors whole. A query goes to Datadog's
 * search, which gives shortened ones and lags behind writes; those it finds are then read by whichever takes
 * fewer calls: one by one, or out of the list.
 */
export async function searchMonitors(
  request: Request,
  reads: MonitorReads,
  { query, tag }: SearchFilter,
  context: RequestContext,
): Promise<JsonObject[]> {
  const ids = query === undefined ? undefined : await idsFound(request, query, context);
  if (ids?.size === 0) return [];
  const found =
    ids && tag === undefined
      ? await wholeOf(request, reads, ids, context)
      : await listed(reads, ids, tag, context);
  return oldestFirst(found);
}

async function wholeOf(
  request: Request,
  reads: MonitorReads,
  ids: ReadonlySet<string>,
  context: RequestContext,
): Promise<JsonObject[]> {
  const singly = (wanted: readonly string[]) => readEach(wanted, (id) => reads.get(id, context));
  // To ask how many there are is a call too.
  if (ids.size <= 2) return singly([...ids]);
  const { total } = await searchPage(request, { query: '', page: '0', per_page: '1' }, context);
  if (Math.floor(total / reads.pageSize) + 1 >= ids.size) return singly([...ids]);
  const found = await listed(reads, ids, undefined, context);
  const has = new Set(found.map(idOf));
  // The list moves under those who page through it.
  return [...found, ...(await singly([...ids].filter((id) => !has.has(id))))];
}

async function listed(
  reads: MonitorReads,
  ids: ReadonlySet<string> | undefined,
  tag: string | undefined,
  context: RequestContext,
): Promise<JsonObject[]> {
  const wanted = (tag ?? '').split(',').flatMap((text) => text.trim().toLowerCase() || []);
  const found = new Map<string, JsonObject>();
  for await (const page of reads.pages(tag, context)) {
    for (const monitor of page) {
      const id = idOf(monitor);
      // A filter that Datadog did not know would hand out other monitors.
      if ((ids?.has(id) ?? true) && hasTags(monitor, wanted)) found.set(id, monitor);
    }
    if (found.size === ids?.size) break;
  }
  return [...found.values()];
}

function hasTags(monitor: JsonObject, wanted: readonly string[]): boolean {
  const tags = Array.isArray(monitor['tags']) ? monitor['tags'].map(lowerCase) : [];
  return wanted.every((tag) => tags.includes(tag));
}

function lowerCase(tag: Json): string {
  return typeof tag === 'string' ? tag.toLowerCase() : '';
}

async function idsFound(request: Request, query: string, context: RequestContext): Promise<Set<string>> {
  const ids = new Set<string>();
  let seen = 0;
  const hasNext = checkPages(PER_PAGE);
  for (let page = 0; ; page += 1) {
    const asked = { query, page: String(page), per_page: String(PER_PAGE), sort: 'name,asc' };
    const { monitors, total } = await searchPage(request, asked, context);
    for (const monitor of monitors) ids.add(idOf(monitor));
    seen += monitors.length;
    hasNext(monitors);
    if (monitors.length === 0 || seen >= total) return ids;
  }
}

/** A page of the search. Where it does not say how many there are, there may always be more. */
async function searchPage(
  request: Request,
  query: Readonly<Record<string, string>>,
  context: RequestContext,
): Promise<{ monitors: JsonObject[]; total: number }> {
  const answer = await request({ method: 'GET', path: PATH, route: PATH, query }, context);
  const monitors = listOf(isObject(answer) ? answer['monitors'] : answer);
  const metadata = isObject(answer) ? answer['metadata'] : undefined;
  const total = isObject(metadata) ? toNumber(metadata['total_count']) : undefined;
  return { monitors, total: total ?? Number.POSITIVE_INFINITY };
}
