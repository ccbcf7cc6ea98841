import type { RequestContext } from '../../domain/caller.ts';
import type { JsonObject } from '../../domain/json.ts';
import { STORED_KINDS, type StoredKind } from '../../domain/managed-fields.ts';
import { idOf, isOwnedBy, type Mark, markOf } from '../../domain/marker.ts';
import { ProblemError } from '../../domain/problem.ts';
import { flatMapConcurrently } from '../../runtime/concurrency/flat-map-concurrently.ts';
import type { CachedObject, Ports } from '../ports.ts';
import type { LiveState } from './document-plan.ts';
import { ownObjects } from './plan-document.ts';
import { allEntries, keysWithAssets, type OneObject, type ReadDocument } from './read-document.ts';
import { fullName, fullNameOfEntry, nameOfMark } from './references-in-order.ts';

/** Maximum number of concurrent single reads. */
const MAX_CONCURRENT_READS = 8;

/**
 * Reads an application's objects, and those that its document refers to, from Datadog. Reads the pages of two lists, and
 * single objects only for dashboards that changed since they were cached, monitors with managed runbook links (lists omit
 * those) and adopted objects. Throws `list_incomplete` if a list omits existing objects.
 */
export async function readLive(
  document: ReadDocument,
  ports: Ports,
  context: RequestContext,
): Promise<LiveState> {
  if (document.only) return readOne(document, document.only, ports, context);
  const contested: Record<StoredKind, JsonObject[]> = { monitor: [], dashboard: [] };
  const [monitor, dashboard] = await Promise.all(
    STORED_KINDS.map((stored) =>
      readOwn(stored, document, ports, context, (object) => contested[stored].push(object)),
    ),
  );
  const own = { monitor: monitor ?? [], dashboard: dashboard ?? [] };
  const renamable = await readRenamable(document, ports, context);
  return {
    own,
    contested,
    adoptable: await readAdoptable(document, own, ports, context),
    renamable,
    presentNames: await readPresentNames(document, { own, renamable }, ports),
    foreign: await readReferred(document, ports, context, (other) => other !== document.application),
  };
}

/** Reads the objects with one key. Reads the runbook links only if the entry has some, because lists omit them. */
async function readOne(
  document: ReadDocument,
  { stored, key }: OneObject,
  ports: Ports,
  context: RequestContext,
): Promise<LiveState> {
  const contested: JsonObject[] = [];
  const owner = { application: document.application, key };
  const listed = await ports[stored].find(owner, context, undefined, (one) => contested.push(one));
  const oldest = listed.slice(0, 1);
  const whole = stored === 'monitor' ? await withAssets(document, oldest, ports, context) : oldest;
  const none = { monitor: [], dashboard: [] };
  return {
    own: { ...none, [stored]: [...whole, ...listed.slice(1)] },
    contested: { ...none, [stored]: contested },
    adoptable: new Map(),
    renamable: new Map(),
    presentNames: new Map(),
    // Nothing else of the application is read.
    foreign: await readReferred(document, ports, context, () => true),
  };
}

async function readOwn(
  stored: StoredKind,
  document: ReadDocument,
  ports: Ports,
  context: RequestContext,
  onContested: (object: JsonObject) => void,
): Promise<JsonObject[]> {
  const { application } = document;
  const cached = ports.objectCache.list(stored, application);
  const byId = new Map(cached.map((one) => [one.id, one]));
  const listed = await ports[stored].find({ application }, context, byId, onContested);
  await requireComplete(stored, application, cached, listed, ports, context);
  const own = stored === 'monitor' ? await withAssets(document, listed, ports, context) : listed;
  cacheObjects(stored, application, own, ports);
  return own;
}

/** Caches an application's objects. Caches only the ids of monitors, because their list is complete. */
export function cacheObjects(
  stored: StoredKind,
  application: string,
  objects: readonly JsonObject[],
  { objectCache }: Pick<Ports, 'objectCache'>,
): void {
  const entries = objects.map((object) => cacheEntryOf(stored, object));
  objectCache.replace(
    stored,
    application,
    stored === 'monitor' ? entries.map((entry) => ({ ...entry, body: {} })) : entries,
  );
}

/** Returns the cache entry of an object. */
export function cacheEntryOf(stored: StoredKind, object: JsonObject): CachedObject {
  const version = object[stored === 'dashboard' ? 'modified_at' : 'modified'];
  return {
    id: idOf(object),
    key: markOf(stored, object)?.key ?? '',
    version: typeof version === 'string' ? version : '',
    body: object,
  };
}

/** Reads each cached object that is missing from a list, because planning from an incomplete list would create duplicates. */
async function requireComplete(
  stored: StoredKind,
  application: string,
  cached: readonly CachedObject[],
  listed: readonly JsonObject[],
  ports: Ports,
  context: RequestContext,
): Promise<void> {
  const ids = new Set(listed.map(idOf));
  const missing = cached.filter(({ id }) => !ids.has(id));
  const existing = await flatMapConcurrently(missing, MAX_CONCURRENT_READS, async ({ id }) => {
    const object = await ports[stored].get(id, context);
    if (object && isOwnedBy(stored, object, { application })) return [id];
    ports.objectCache.remove(stored, id);
    return [];
  });
  if (existing.length === 0) return;
  const named = existing.slice(0, 5).join(', ');
  throw new ProblemError(
    'list_incomplete',
    `Datadog's list of ${stored}s omits ${existing.length} existing objects (${named}${existing.length > 5 ? ', ...' : ''}).`,
    { retryAfter: 30 },
  );
}

/** Reads the monitors with managed runbook links singly, because lists omit the links. */
async function withAssets(
  document: ReadDocument,
  listed: readonly JsonObject[],
  ports: Ports,
  context: RequestContext,
): Promise<JsonObject[]> {
  const { application } = document;
  const keys = keysWithAssets(document);
  const managed = listed.filter((object) => keys.has(markOf('monitor', object)?.key ?? ''));
  const read = await flatMapConcurrently(managed, MAX_CONCURRENT_READS, async (object) => {
    const whole = await ports.monitor.get(idOf(object), context);
    return whole && isOwnedBy('monitor', whole, { application }) ? [whole] : [];
  });
  const byId = new Map(read.map((object) => [idOf(object), object]));
  return listed.map((object) => byId.get(idOf(object)) ?? object);
}

async function readAdoptable(
  document: ReadDocument,
  own: LiveState['own'],
  ports: Ports,
  context: RequestContext,
): Promise<Map<string, JsonObject>> {
  const marked = ownObjects({ own });
  const toAdopt = allEntries(document).filter(
    (entry) => entry.adopt !== undefined && !marked.has(fullNameOfEntry(entry, document.application)),
  );
  const read = await flatMapConcurrently(toAdopt, MAX_CONCURRENT_READS, async ({ stored, adopt = '' }) => {
    const object = await ports[stored].get(adopt, context);
    return object ? [[`${stored}:${adopt}`, object] as const] : [];
  });
  return new Map(read);
}

/** Reads the objects of other applications that entries rename. */
async function readRenamable(
  document: ReadDocument,
  ports: Ports,
  context: RequestContext,
): Promise<Map<string, readonly JsonObject[]>> {
  const { application } = document;
  const wanted = allEntries(document).flatMap(({ stored, renamedFrom }) =>
    renamedFrom.flatMap((from) => (from.application === application ? [] : [{ stored, from }])),
  );
  const read = await flatMapConcurrently(wanted, MAX_CONCURRENT_READS, async ({ stored, from }) => {
    const found = await ports[stored].find(from, context);
    return [[nameOfMark(stored, from), found] as const];
  });
  return new Map(read);
}

/**
 * Returns where the objects are that entries would rename if they still had their former names. Only for entries whose object does
 * not exist: one that another document has renamed must not be created a second time. Empty while the ledger is unavailable.
 */
async function readPresentNames(
  { application, entries }: ReadDocument,
  { own, renamable }: Pick<LiveState, 'own' | 'renamable'>,
  { ledger }: Ports,
): Promise<Map<string, Mark>> {
  const present = new Set([
    ...ownObjects({ own }).keys(),
    ...[...renamable].flatMap(([name, objects]) => (objects.length > 0 ? [name] : [])),
  ]);
  const missing = entries.filter(
    (entry) =>
      !present.has(fullNameOfEntry(entry, application)) &&
      !entry.renamedFrom.some((from) => present.has(nameOfMark(entry.stored, from))),
  );
  const wanted = missing.flatMap(({ stored, renamedFrom }) => renamedFrom.map((from) => ({ stored, from })));
  const read = await flatMapConcurrently(wanted, MAX_CONCURRENT_READS, async ({ stored, from }) => {
    const now = await ledger.renamedTo({ kind: stored, ...from }).catch(undefinedIfUnavailable);
    return now ? [[nameOfMark(stored, from), { application: now.application, key: now.key }] as const] : [];
  });
  return new Map(read);
}

function undefinedIfUnavailable(error: unknown): undefined {
  if (!(error instanceof ProblemError) || error.code !== 'ledger_unavailable') throw error;
}

/** Returns the ids of the objects that entries refer to, in the applications that `isRead` selects. */
async function readReferred(
  { application, entries }: ReadDocument,
  ports: Ports,
  context: RequestContext,
  isRead: (application: string) => boolean,
): Promise<Map<string, string>> {
  const named = new Map(
    entries.flatMap(({ references }) =>
      references.flatMap(({ to }) => {
        if (!to) return [];
        const owner = { ...to, application: to.application ?? application };
        return isRead(owner.application) ? [[fullName(to, application), owner] as const] : [];
      }),
    ),
  );
  const read = await flatMapConcurrently(
    [...named],
    MAX_CONCURRENT_READS,
    async ([name, { kind, ...owner }]) => {
      const [oldest] = await ports[kind].find(owner, context);
      return oldest ? [[name, idOf(oldest)] as const] : [];
    },
  );
  return new Map(read);
}
