import type { RequestContext } from '../domain/caller.ts';
import { isObject, type JsonObject } from '../domain/json.ts';
import { idOf, isContestedBy, isOwnedBy, oldestFirst } from '../domain/marker.ts';
import type { KnownObject, ObjectPort } from '../pipeline/ports.ts';
import { listOf, objectOf, readEach, writtenOf } from './answered-objects.ts';
import { dashboardMatch } from './dashboard-match.ts';
import { checkPages } from './list-pages.ts';
import { objectPath, pageUrl } from './object-path.ts';
import type { Request } from './request.ts';

const PATH = '/api/v1/dashboard';
/** Datadog documents no most; its own default is a page it surely takes. */
const PAGE_SIZE = 100;

/** Dashboards: they have no tags to filter by, so the list of all is read, and of it what carries the marker. */
export function dashboardPort(request: Request, uiUrl: URL): ObjectPort {
  const at = (id: string) => objectPath(PATH, id);
  const get = async (id: string, context: RequestContext) =>
    objectOf(await request({ method: 'GET', ...at(id) }, context));

  /** Of the list of all, what `isWanted`: everything but tags, variables and widgets is in it. */
  async function summaries(
    context: RequestContext,
    isWanted: (summary: JsonObject) => boolean,
  ): Promise<JsonObject[]> {
    const found = new Map<string, JsonObject>();
    const hasNext = checkPages(PAGE_SIZE);
    for (let start = 0; ; start += PAGE_SIZE) {
      const query = { start: String(start), count: String(PAGE_SIZE) };
      const answer = await request({ method: 'GET', path: PATH, route: PATH, query }, context);
      const items = listOf(isObject(answer) ? answer['dashboards'] : answer);
      for (const item of items) if (isWanted(item)) found.set(idOf(item), item);
      if (!hasNext(items)) return [...found.values()];
    }
  }

  return {
    kind: 'dashboard',
    async find(owner, context, known = new Map(), onContested = undefined) {
      const isOwn = (dashboard: JsonObject) => isOwnedBy('dashboard', dashboard, owner);
      const listed = await summaries(context, (summary) => {
        if (onContested && isContestedBy('dashboard', summary, owner)) onContested(summary);
        return isOwn(summary);
      });
      const unmoved = listed.flatMap((summary) => {
        const body = bodyKnownFor(summary, known);
        return body && isOwn(body) ? [body] : [];
      });
      const taken = new Set(unmoved.map(idOf));
      const moved = listed.map(idOf).filter((id) => !taken.has(id));
      const whole = [...unmoved, ...(await readEach(moved, (id) => get(id, context)))];
      return oldestFirst(whole.filter(isOwn));
    },
    async search(filter, context) {
      const match = dashboardMatch(filter);
      const listed = await summaries(context, match.summary);
      const whole = await readEach(listed.map(idOf), (id) => get(id, context));
      return oldestFirst(whole.filter((dashboard) => match.summary(dashboard) && match.tags(dashboard)));
    },
    // Nothing of Datadog's refuses the delete of a dashboard for what refers to it.
    canDelete: async () => new Map(),
    get,
    create: async (body, context) =>
      writtenOf(await request({ method: 'POST', path: PATH, route: PATH, body }, context)),
    update: async (id, body, context) =>
      writtenOf(await request({ method: 'PUT', ...at(id), body }, context)),
    async delete(id, context) {
      await request({ method: 'DELETE', ...at(id) }, context);
    },
    url: (object) => pageUrl(object['url'], `/dashboard/${encodeURIComponent(idOf(object))}`, uiUrl),
  };
}

/** The body that is known of a dashboard, where the list says that it has not moved since. */
function bodyKnownFor(summary: JsonObject, known: ReadonlyMap<string, KnownObject>): JsonObject | undefined {
  const id = idOf(summary);
  const seen = known.get(id);
  if (!seen || seen.version === '' || seen.version !== summary['modified_at']) return undefined;
  const { body } = seen;
  return idOf(body) === id && body['modified_at'] === seen.version ? body : undefined;
}
