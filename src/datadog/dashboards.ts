import { isObject, type JsonObject } from '../domain/json.ts';
import type { RequestContext } from '../domain/caller.ts';
import type { Owner } from '../domain/managed-kind.ts';
import { compareAge, idOf, isOwnedBy } from '../domain/marker.ts';
import type { ObjectPort } from '../pipeline/ports.ts';
import { listOf, objectOf, writtenOf } from './monitors.ts';
import type { Request } from './request.ts';

const PATH = '/api/v1/dashboard';
/** Datadog documents no most; its own default is a page it surely takes. */
const PAGE_SIZE = 100;
/** Dashboards read at the same time. */
const READS_AT_ONCE = 8;

/** Dashboards: they have no tags to filter by, so the list of all is read, and of it what carries the marker. */
export function dashboardPort(request: Request, uiUrl: URL): ObjectPort {
  const at = (id: string) => ({ path: `${PATH}/${encodeURIComponent(id)}`, route: `${PATH}/{id}` });
  const get = async (id: string, context: RequestContext) =>
    objectOf(await request({ method: 'GET', ...at(id) }, context));

  async function summaries(owner: Owner, context: RequestContext): Promise<JsonObject[]> {
    const found = new Map<string, JsonObject>();
    for (let start = 0; ; start += PAGE_SIZE) {
      const query = { start: String(start), count: String(PAGE_SIZE) };
      const answer = await request({ method: 'GET', path: PATH, route: PATH, query }, context);
      const items = listOf(isObject(answer) ? answer['dashboards'] : answer);
      for (const item of items) if (isOwnedBy('dashboard', item, owner)) found.set(idOf(item), item);
      if (items.length < PAGE_SIZE) return [...found.values()];
    }
  }

  return {
    kind: 'dashboard',
    async find(owner, context) {
      const ids = (await summaries(owner, context)).map(idOf);
      const whole: JsonObject[] = [];
      for (let from = 0; from < ids.length; from += READS_AT_ONCE) {
        const read = await Promise.all(ids.slice(from, from + READS_AT_ONCE).map((id) => get(id, context)));
        whole.push(...read.filter((d) => d !== undefined));
      }
      return whole.filter((d) => isOwnedBy('dashboard', d, owner)).sort(compareAge);
    },
    get,
    create: async (body, context) =>
      writtenOf(await request({ method: 'POST', path: PATH, route: PATH, body }, context)),
    update: async (id, body, context) =>
      writtenOf(await request({ method: 'PUT', ...at(id), body }, context)),
    async delete(id, context) {
      await request({ method: 'DELETE', ...at(id) }, context);
    },
    url: (object) =>
      new URL(typeof object['url'] === 'string' ? object['url'] : `/dashboard/${idOf(object)}`, uiUrl).href,
  };
}
