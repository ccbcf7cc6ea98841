import type { RequestContext } from '../domain/caller.ts';
import { isObject, type JsonObject } from '../domain/json.ts';
import { compareIds, idOf, isContestedBy, isOwnedBy, oldestFirst } from '../domain/marker.ts';
import { ProblemError } from '../domain/problem.ts';
import type { CachedObject, ListedPart, ListFilter, ObjectPort, SearchFilter } from '../pipeline/ports.ts';
import { parseObjects, parseObject, readEach } from './response-objects.ts';
import { checkPages } from './list-pages.ts';
import { objectPath, pageUrl } from './object-path.ts';
import { objectWrites } from './object-writes.ts';
import type { Request } from './request.ts';

const PATH = '/api/v1/dashboard';
/** Datadog's default page size. Its maximum is undocumented. */
const PAGE_SIZE = 100;
/** Maximum number of dashboards of a list that are read before the deadline is checked again. */
const MAX_READ = 40;

/** Creates the port for dashboards. Datadog cannot filter them by marker, so the whole list is read and filtered here. */
export function dashboardPort(request: Request, uiUrl: URL): ObjectPort {
  const at = (id: string) => objectPath(PATH, id);
  const get = async (id: string, context: RequestContext) =>
    parseObject(await request({ method: 'GET', ...at(id) }, context));

  /** Returns the matching entries of the dashboard list, which lack tags, variables and widgets. */
  async function summaries(
    context: RequestContext,
    isWanted: (summary: JsonObject) => boolean,
  ): Promise<JsonObject[]> {
    const found = new Map<string, JsonObject>();
    const hasNext = checkPages(PAGE_SIZE);
    for (let start = 0; ; start += PAGE_SIZE) {
      const query = { start: String(start), count: String(PAGE_SIZE) };
      const answer = await request({ method: 'GET', path: PATH, route: PATH, query }, context);
      const items = parseObjects(isObject(answer) ? answer['dashboards'] : answer);
      for (const item of items) if (isWanted(item)) found.set(idOf(item), item);
      if (!hasNext(items)) return [...found.values()];
    }
  }

  return {
    kind: 'dashboard',
    async *list(wanted, after, context) {
      const listed = await summaries(context, wanted.isWanted);
      const ids = listed.map(idOf).sort(compareIds);
      const rest = after === undefined ? ids : ids.filter((id) => compareIds(id, after) > 0);
      yield* readParts(rest, wanted, (id) => get(id, context));
    },
    findWithState(owner, context) {
      return this.find(owner, context);
    },
    async find(owner, context, known = new Map(), onContested = undefined) {
      const isOwn = (dashboard: JsonObject) => isOwnedBy('dashboard', dashboard, owner);
      const listed = await summaries(context, (summary) => {
        if (onContested && isContestedBy('dashboard', summary, owner)) onContested(summary);
        return isOwn(summary);
      });
      const cached = listed.flatMap((summary) => {
        const body = cachedBodyOf(summary, known);
        return body && isOwn(body) ? [body] : [];
      });
      const cachedIds = new Set(cached.map(idOf));
      const changedIds = listed.map(idOf).filter((id) => !cachedIds.has(id));
      const complete = [...cached, ...(await readEach(changedIds, (id) => get(id, context)))];
      return oldestFirst(complete.filter(isOwn));
    },
    async search(filter, context) {
      const match = dashboardMatch(filter);
      const listed = await summaries(context, match.summary);
      const complete = await readEach(listed.map(idOf), (id) => get(id, context));
      return oldestFirst(complete.filter((dashboard) => match.summary(dashboard) && match.tags(dashboard)));
    },
    // Datadog never refuses to delete a dashboard because of references to it.
    canDelete: async () => new Map(),
    get,
    ...objectWrites(request, PATH),
    url: (object) => pageUrl(object['url'], `/dashboard/${encodeURIComponent(idOf(object))}`, uiUrl),
  };
}

/** Reads dashboards one by one, some at a time. Counts those that Datadog does not let Birddog read. */
async function* readParts(
  ids: readonly string[],
  { isWanted, limit }: ListFilter,
  get: (id: string) => Promise<JsonObject | undefined>,
): AsyncGenerator<ListedPart> {
  const size = Math.min(limit, MAX_READ);
  for (let from = 0; from < ids.length; from += size) {
    const part = ids.slice(from, from + size);
    let notReadable = 0;
    const objects = await readEach(part, (id) =>
      get(id).catch((error: unknown) => {
        if (!(error instanceof ProblemError && error.code === 'datadog_forbidden')) throw error;
        notReadable += 1;
        return undefined;
      }),
    );
    const sorted = objects.filter(isWanted).sort((a, b) => compareIds(idOf(a), idOf(b)));
    yield { objects: sorted, notReadable, last: part.at(-1) ?? '', hasMore: from + size < ids.length };
  }
}

/** Returns the cached body of a dashboard, or undefined if the list shows that it changed since. */
function cachedBodyOf(summary: JsonObject, known: ReadonlyMap<string, CachedObject>): JsonObject | undefined {
  const id = idOf(summary);
  const entry = known.get(id);
  if (!entry || entry.version === '' || entry.version !== summary['modified_at']) return undefined;
  const { body } = entry;
  return idOf(body) === id && body['modified_at'] === entry.version ? body : undefined;
}

/** The only tag key that Datadog allows on dashboards. */
const TAG_KEY = 'team:';
const WORD = /"([^"]*)"|[^\s"]+/g;

/** A filter for dashboards: `summary` needs only an entry of the list, `tags` needs the whole dashboard. */
export interface DashboardMatch {
  readonly summary: (dashboard: JsonObject) => boolean;
  readonly tags: (dashboard: JsonObject) => boolean;
}

/**
 * Matches dashboards in Birddog, because Datadog has no search for them. The title or the description must contain each word
 * and each tag of the query, ignoring case; quoted words form one phrase. `team:x` must be one of the tags. Operators and
 * wildcards are treated as ordinary words.
 */
function dashboardMatch({ query = '', tag = '' }: SearchFilter): DashboardMatch {
  const queried = [...query.matchAll(WORD)].map(([whole, quoted]) => quoted ?? whole);
  const terms = [...queried, ...tag.split(',')].map((word) => word.trim().toLowerCase()).filter(Boolean);
  const [tags, words] = [terms.filter(isTag), terms.filter((word) => !isTag(word))];
  return {
    summary(dashboard) {
      const searchable = `${textOf(dashboard['title'])}\n${textOf(dashboard['description'])}`;
      return words.every((word) => searchable.includes(word));
    },
    tags(dashboard) {
      const dashboardTags = Array.isArray(dashboard['tags']) ? dashboard['tags'].map(textOf) : [];
      return tags.every((required) => dashboardTags.includes(required));
    },
  };
}

function isTag(word: string): boolean {
  return word.startsWith(TAG_KEY);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.toLowerCase() : '';
}
