import type { ListAnswer, ListedObject, MonitorStateFields, ShownObject } from '../contract/answers.ts';
import { LIST_CURSOR, PAGE_SIZE, plainState } from '../contract/query-parameters.ts';
import { readAlert } from '../alerts/read-back.ts';
import type { Clock } from '../domain/clock.ts';
import type { JsonObject } from '../domain/json.ts';
import type { ManagedKind } from '../domain/managed-fields.ts';
import { compareIds, idOf, markOf, oldestFirst, unmarked } from '../domain/marker.ts';
import { ProblemError } from '../domain/problem.ts';
import { describe, routeMembers } from './describe.ts';
import { keyOfId } from './find-live.ts';
import { memberKeys, memberMarks } from './member-keys.ts';
import type { ObjectPort, Ports } from './ports.ts';
import { monitorState, withoutGroups } from './state/monitor-state.ts';
import { type PipelineAnswer, type PipelineRequest, storedKind } from './request.ts';

/** Returns a page of an application's objects of one kind, sorted by id. With `key` or `id`: that object and its clones. */
export async function read(request: PipelineRequest, ports: Ports): Promise<PipelineAnswer<ListAnswer>> {
  const { operation, query, context } = request;
  const kind = operation.kind ?? 'monitor';
  const application = query.application ?? '';
  const port = ports[storedKind(kind)];
  if (query.id !== undefined) await keyOfId(port, application, query.id, context);
  if (query.cursor !== undefined && LIST_CURSOR.test(query.cursor))
    throw new ProblemError('bad_request', 'The cursor belongs to a list of all applications.');
  const owner = { application, ...(query.key === undefined ? {} : { key: query.key }) };
  const found = await port.findWithState(owner, context);
  const wanted = found.filter(
    (object) => (query.id === undefined || idOf(object) === query.id) && isWanted(object, kind, query),
  );
  if (wanted.length === 0 && (query.key ?? query.id) !== undefined) {
    const what = query.key === undefined ? `the id ${query.id}` : `the key "${query.key}"`;
    throw new ProblemError('not_found', `The application "${application}" has no ${kind} with ${what}.`);
  }
  const { page, next } = pageOf(wanted, query.page_size, query.cursor);
  const oldest = oldestByKey(port, found);
  const marks = await memberMarks(kind === 'alert' ? page : [], { port, known: found }, context);
  const keys = memberKeys(marks, application);
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
          ...describeListed(kind, port, object, ports.clock, keys),
        })),
      ),
      ...(next === undefined ? {} : { next_cursor: next }),
      request_id: context.requestId,
    },
  };
}

/** The list of an answer, by kind. */
export const LISTS: Readonly<
  Record<ManagedKind, (objects: ListedObject[]) => Pick<ListAnswer, `${ManagedKind}s`>>
> = {
  monitor: (monitors) => ({ monitors }),
  alert: (alerts) => ({ alerts }),
  dashboard: (dashboards) => ({ dashboards }),
};

/**
 * Returns an object of a list: its state if it is a monitor, its id and URL in Datadog, and its definition without the marker.
 * `keys` are those of the monitors that an alert combines, by `monitor:id`.
 */
export function describeListed(
  kind: ManagedKind,
  port: ObjectPort,
  object: JsonObject,
  clock: Pick<Clock, 'now'>,
  keys: ReadonlyMap<string, string>,
): ShownObject & (MonitorStateFields | object) {
  if (port.kind === 'dashboard') return describe(kind, port, object);
  return { ...monitorState(object, clock.now()), ...describe(kind, port, withoutGroups(object), keys) };
}

/** Returns whether an object matches the filters of a query, and is of this kind. */
export function isWanted(object: JsonObject, kind: ManagedKind, query: PipelineRequest['query']): boolean {
  const state = object['overall_state'];
  const states = query.state?.split(',').map(plainState);
  if (states && (typeof state !== 'string' || !states.includes(plainState(state)))) return false;
  const tags = Array.isArray(object['tags']) ? object['tags'] : [];
  if (!tagsOf(query).every((tag) => tags.includes(tag))) return false;
  if (!hasText(object, query.q)) return false;
  if (kind !== 'alert' || query.explain === 'true') return true;
  return readAlert(unmarked('monitor', withoutGroups(object))) !== undefined;
}

/** Returns the tags that a query requires. */
export function tagsOf({ tags, team }: PipelineRequest['query']): string[] {
  const required = tags?.split(',').map((tag) => tag.trim()) ?? [];
  return team === undefined ? required : [...required, `team:${team}`];
}

/** Returns whether the name or title of an object contains a text. */
export function hasText(object: JsonObject, text: string | undefined): boolean {
  return (
    text === undefined ||
    [object['name'], object['title']].some(
      (name) => typeof name === 'string' && name.toLowerCase().includes(text.toLowerCase()),
    )
  );
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
