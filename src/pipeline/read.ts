import type { ListAnswer, ListedObject } from '../contract/answers.ts';
import { PAGE_SIZE, plainState } from '../contract/query-parameters.ts';
import { readAlert } from '../alerts/read-back.ts';
import type { JsonObject } from '../domain/json.ts';
import type { ManagedKind } from '../domain/managed-fields.ts';
import { idOf, markOf, oldestFirst, unmarked } from '../domain/marker.ts';
import { ProblemError } from '../domain/problem.ts';
import { describe, routeMembers } from './describe.ts';
import { keyOfId } from './find-live.ts';
import type { ObjectPort, Ports } from './ports.ts';
import { type PipelineAnswer, type PipelineRequest, storedKind } from './request.ts';

/** Returns a page of an application's objects of one kind, sorted by id. With `key` or `id`: that object and its clones. */
export async function read(request: PipelineRequest, ports: Ports): Promise<PipelineAnswer<ListAnswer>> {
  const { operation, query, context } = request;
  const kind = operation.kind ?? 'monitor';
  const application = query.application ?? '';
  const port = ports[storedKind(kind)];
  if (query.id !== undefined) await keyOfId(port, application, query.id, context);
  const found = await port.find(
    { application, ...(query.key === undefined ? {} : { key: query.key }) },
    context,
  );
  const wanted = found.filter((object) => isWanted(object, kind, request));
  if (wanted.length === 0 && (query.key ?? query.id) !== undefined) {
    const what = query.key === undefined ? `the id ${query.id}` : `the key "${query.key}"`;
    throw new ProblemError('not_found', `The application "${application}" has no ${kind} with ${what}.`);
  }
  const { page, next } = pageOf(wanted, query.page_size, query.cursor);
  const oldest = oldestByKey(port, found);
  return {
    status: 200,
    body: {
      application,
      ...routeMembers(request.route),
      ...LISTS[kind](
        page.map((object) => ({
          application,
          key: markOf(port.kind, object)?.key ?? '',
          ...(oldest.has(idOf(object)) ? {} : { clone: true }),
          ...describe(kind, port, object),
        })),
      ),
      ...(next === undefined ? {} : { next_cursor: next }),
      request_id: context.requestId,
    },
  };
}

const LISTS: Readonly<Record<ManagedKind, (objects: ListedObject[]) => Pick<ListAnswer, `${ManagedKind}s`>>> =
  {
    monitor: (monitors) => ({ monitors }),
    alert: (alerts) => ({ alerts }),
    dashboard: (dashboards) => ({ dashboards }),
  };

function isWanted(object: JsonObject, kind: ManagedKind, { query }: PipelineRequest): boolean {
  if (query.id !== undefined && idOf(object) !== query.id) return false;
  const state = object['overall_state'];
  if (
    query.state !== undefined &&
    (typeof state !== 'string' || plainState(state) !== plainState(query.state))
  )
    return false;
  const tags = Array.isArray(object['tags']) ? object['tags'] : [];
  if (query.tags !== undefined && !query.tags.split(',').every((t) => tags.includes(t.trim()))) return false;
  return kind !== 'alert' || readAlert(unmarked('monitor', object)) !== undefined;
}

/** Returns the ids of the oldest object of each key. The oldest is the original, the others are clones. */
function oldestByKey(port: ObjectPort, found: readonly JsonObject[]): Set<string> {
  const oldest = new Map<string, JsonObject>();
  for (const object of oldestFirst(found)) {
    const key = markOf(port.kind, object)?.key ?? '';
    if (!oldest.has(key)) oldest.set(key, object);
  }
  return new Set([...oldest.values()].map(idOf));
}

/** Returns the page after `cursor`, the last id of the previous page. Sorts by id, so that creates and deletes between two pages shift no object. */
function pageOf(
  objects: readonly JsonObject[],
  size: string | undefined,
  cursor: string | undefined,
): { page: JsonObject[]; next?: string } {
  const limit = size === undefined ? PAGE_SIZE.default : Number(size);
  const sorted = [...objects].sort((a, b) => compareIds(idOf(a), idOf(b)));
  const rest = cursor === undefined ? sorted : sorted.filter((o) => compareIds(idOf(o), cursor) > 0);
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  return last && rest.length > limit ? { page, next: idOf(last) } : { page };
}

/** Compares numeric ids as numbers of any size, others as strings. */
function compareIds(a: string, b: string): number {
  const numeric = /^\d+$/.test(a) && /^\d+$/.test(b);
  return (numeric ? a.length - b.length : 0) || (a < b ? -1 : a > b ? 1 : 0);
}
