import type { DatabaseSync } from 'node:sqlite';
import { isObject, type JsonObject, printJson } from '../domain/json.ts';
import type { StoredKind } from '../domain/managed-fields.ts';
import type { CachedObject, ObjectCache } from '../pipeline/ports.ts';
import { type Attempt, lazily, storeIn } from './cache-tables.ts';
import { LIMITS, type Limits, bytesOf, sizeLimit } from './size-limit.ts';
import { compress, decompress } from './compress.ts';

/** The text and bytes of an empty body, which monitors have. */
const EMPTY = { text: '{}', bytes: compress('{}') };
/** The entry for a body that is too large: only the id is cached. */
const WITHOUT_BODY = { version: '', bytes: EMPTY.bytes };

/** Opens the cache of Datadog's objects. Beyond the limit, evicts the objects of the applications that were stored first. */
export function objectCacheIn(db: DatabaseSync, attempt: Attempt, limits: Limits = LIMITS): ObjectCache {
  const sql = lazily(() => statements(db));
  const limit = sizeLimit(
    limits.known,
    () => Number(sql().total.get()?.['bytes']),
    () => {
      const bytes = bytesOf(sql().dropOldestObjects.all());
      return sql().dropOldestList.run().changes > 0 ? bytes : undefined;
    },
  );

  function replace(kind: StoredKind, application: string, objects: readonly CachedObject[]): void {
    const list = Number(sql().touch.get(kind, application)?.['id']);
    const before = new Map(
      sql()
        .versions.all(list)
        .map((row) => [String(row['id']), row]),
    );
    let capacity = Math.min(limits.known, limits.list);
    for (const { id, key, version, body } of objects) {
      const previous = before.get(id);
      before.delete(id);
      // An unchanged version keeps its entry without reading the body.
      if (version !== '' && previous?.['key'] === key && previous['version'] === version) {
        capacity -= Number(previous['bytes']);
        continue;
      }
      const text = printJson(body);
      const bytes =
        text === EMPTY.text ? EMPTY.bytes : text.length > limits.body ? undefined : compress(text);
      const stored = bytes && bytes.length <= capacity ? { version, bytes } : WITHOUT_BODY;
      sql().put.run(list, id, key, stored.version, stored.bytes);
      capacity -= stored.bytes.length;
      limit.wrote(stored.bytes.length);
    }
    for (const id of before.keys()) sql().drop.run(list, id);
  }

  return {
    list: (kind, application) =>
      attempt(
        () =>
          sql()
            .objects.all(kind, application)
            .map((row) => parseCached(row, attempt)),
        [],
      ),
    replace: (kind, application, objects) =>
      attempt(() => storeIn(db, () => replace(kind, application, objects), limit.evictHalf), undefined),
    remove: (kind, id) => attempt(() => void sql().forget.run(id, kind), undefined),
  };
}

/** Parses a row. The body is decompressed on first access, because a list of ids does not need it. */
function parseCached(row: Record<string, unknown>, attempt: Attempt): CachedObject {
  const body = lazily(() => attempt(() => parseBody(row['body']), {}));
  return {
    id: String(row['id']),
    key: String(row['key']),
    version: String(row['version']),
    get body() {
      return body();
    },
  };
}

function parseBody(bytes: unknown): JsonObject {
  const body = decompress(bytes);
  if (!isObject(body)) throw new TypeError('a cached object is invalid');
  return body;
}

function statements(db: DatabaseSync) {
  const nextSequence = '(SELECT coalesce(max(turn), 0) + 1 FROM known_lists)';
  // The list that is currently written is the newest, and is never evicted.
  const oldest =
    'SELECT id FROM known_lists WHERE turn < (SELECT max(turn) FROM known_lists) ORDER BY turn LIMIT 1';
  return {
    touch: db.prepare(
      `INSERT INTO known_lists (kind, application, turn) VALUES (?, ?, ${nextSequence})
       ON CONFLICT (kind, application) DO UPDATE SET turn = excluded.turn RETURNING id`,
    ),
    objects: db.prepare(
      `SELECT o.id, o.key, o.version, o.body FROM known_objects o JOIN known_lists l ON l.id = o.list
       WHERE l.kind = ? AND l.application = ? ORDER BY o.rowid`,
    ),
    versions: db.prepare('SELECT id, key, version, length(body) AS bytes FROM known_objects WHERE list = ?'),
    put: db.prepare(
      'INSERT OR REPLACE INTO known_objects (list, id, key, version, body) VALUES (?, ?, ?, ?, ?)',
    ),
    drop: db.prepare('DELETE FROM known_objects WHERE list = ? AND id = ?'),
    forget: db.prepare(
      'DELETE FROM known_objects WHERE id = ? AND list IN (SELECT id FROM known_lists WHERE kind = ?)',
    ),
    total: db.prepare('SELECT coalesce(sum(length(body)), 0) AS bytes FROM known_objects'),
    dropOldestObjects: db.prepare(
      `DELETE FROM known_objects WHERE list IN (${oldest}) RETURNING length(body) AS bytes`,
    ),
    dropOldestList: db.prepare(`DELETE FROM known_lists WHERE id IN (${oldest})`),
  };
}
