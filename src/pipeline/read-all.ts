import { createHash } from 'node:crypto';
import type { ListAnswer, ListedObject } from '../contract/answers.ts';
import { LIST_CURSOR, PAGE_SIZE, plainState } from '../contract/query-parameters.ts';
import type { JsonObject } from '../domain/json.ts';
import type { ManagedKind } from '../domain/managed-fields.ts';
import { idOf, type Mark, markOf } from '../domain/marker.ts';
import { ProblemError } from '../domain/problem.ts';
import type { Steps } from '../domain/steps.ts';
import { runThrottled } from '../runtime/concurrency/throttle.ts';
import { memberKeys, memberMarks } from './member-keys.ts';
import type { ListedPart, ObjectPort, Ports } from './ports.ts';
import { describeListed, hasText, isWanted, LISTS, tagsOf } from './read.ts';
import { type PipelineAnswer, type PipelineRequest, storedKind } from './request.ts';

/** A request for the objects of every application that its caller may read. */
export interface ReadAllRequest extends Pick<PipelineRequest, 'operation' | 'query' | 'context'> {
  /** Returns whether the caller may read an application. */
  readonly mayRead: (application: string) => boolean;
}

/** Part of the time that a request has when it begins, after which it returns what it has found. */
const MAX_TIME = 0.5;

/**
 * Returns a page of the objects of one kind of all applications that the caller may read, sorted by id. The page is shorter than
 * asked for if half of the time is over. Objects with two different markers belong to nobody and are not listed.
 */
export async function readAll(
  { operation, query, context, mayRead }: ReadAllRequest,
  ports: Pick<Ports, 'monitor' | 'dashboard' | 'clock'>,
): Promise<PipelineAnswer<ListAnswer>> {
  const { kind = 'monitor' } = operation;
  if (query.key !== undefined || query.id !== undefined)
    throw new ProblemError('bad_request', '"key" and "id" need an application.', {
      hint: 'Add ?application= with the name the application has in its document.',
    });
  const port = ports[storedKind(kind)];
  const digest = digestOf(kind, query);
  const after = query.cursor === undefined ? undefined : idIn(query.cursor, digest);
  const limit = query.page_size === undefined ? PAGE_SIZE.default : Number(query.page_size);
  const isReadable = (object: JsonObject) => {
    const mark = markOf(port.kind, object);
    return mark !== undefined && mayRead(mark.application);
  };
  const wanted = {
    tags: tagsOf(query),
    limit,
    isWanted: (summary: JsonObject) => isReadable(summary) && hasText(summary, query.q),
  };
  const enoughMs = context.deadline.left() * (1 - MAX_TIME);
  const found: JsonObject[] = [];
  let notReadable = 0;
  let next: string | undefined;
  for await (const part of port.list(wanted, after, context)) {
    notReadable += part.notReadable;
    const add = (object: JsonObject) => found.push(object);
    const steps = examine(part, {
      isWanted: (object) => isReadable(object) && isWanted(object, kind, query),
      isFull: () => found.length >= limit,
      add,
    });
    next = await runThrottled(steps);
    if (next === undefined || found.length >= limit || context.deadline.left() < enoughMs) break;
  }
  const marks = await memberMarks(kind === 'alert' ? found : [], { port, known: found }, context);
  const readable = new Map([...marks].filter(([, { application }]) => mayRead(application)));
  return {
    status: 200,
    body: {
      ...LISTS[kind](await runThrottled(entriesOf(kind, port, found, { clock: ports.clock, readable }))),
      not_readable: notReadable,
      ...(next === undefined ? {} : { next_cursor: `all.${next}.${digest}` }),
      request_id: context.requestId,
    },
  };
}

/**
 * Adds the wanted objects of a part until the page is full. Returns the id after which the list goes on: of the last object of
 * the page, or of the part if it has no other wanted object. Undefined if no more objects follow.
 */
function* examine(
  { objects, last, hasMore }: ListedPart,
  page: {
    readonly isWanted: (object: JsonObject) => boolean;
    readonly isFull: () => boolean;
    readonly add: (object: JsonObject) => void;
  },
): Steps<string | undefined> {
  let before: string | undefined;
  for (const object of objects) {
    yield;
    if (!page.isWanted(object)) continue;
    if (page.isFull()) return before;
    page.add(object);
    before = idOf(object);
  }
  return hasMore ? last : undefined;
}

/** Describes objects. `readable` has the markers of the monitors that alerts combine and that the caller may read, by id. */
function* entriesOf(
  kind: ManagedKind,
  port: ObjectPort,
  objects: readonly JsonObject[],
  { clock, readable }: Pick<Ports, 'clock'> & { readonly readable: ReadonlyMap<string, Mark> },
): Steps<ListedObject[]> {
  const entries: ListedObject[] = [];
  const keysOf = new Map<string, ReadonlyMap<string, string>>();
  for (const object of objects) {
    yield;
    const { application = '', key = '' } = markOf(port.kind, object) ?? {};
    const keys = keysOf.get(application) ?? memberKeys(readable, application);
    keysOf.set(application, keys);
    entries.push({ application, key, ...describeListed(kind, port, object, clock, keys) });
  }
  return entries;
}

/** Returns a digest of the filters of a list, to which its cursors belong. */
function digestOf(kind: ManagedKind, query: PipelineRequest['query']): string {
  const states = query.state?.split(',').map(plainState).sort();
  const filters = [
    kind,
    states ?? null,
    tagsOf(query).sort(),
    query.q?.toLowerCase() ?? null,
    query.explain ?? null,
  ];
  return createHash('sha256').update(JSON.stringify(filters)).digest('hex').slice(0, 16);
}

/** Returns the id in a cursor. Throws `bad_request` if the cursor does not belong to these filters. */
function idIn(cursor: string, digest: string): string {
  const [, id, given] = LIST_CURSOR.exec(cursor) ?? [];
  if (id === undefined || given !== digest)
    throw new ProblemError('bad_request', 'The cursor does not belong to this list.', {
      hint: 'Send the next_cursor of a page with the same path and the same filters, or start without a cursor.',
    });
  return id;
}
