import type { DatabaseSync } from 'node:sqlite';
import { isObject, type JsonObject, printJson } from '../domain/json.ts';
import type { StoredKind } from '../domain/managed-fields.ts';
import type { AppliedObject, AppliedObjects } from '../pipeline/ports.ts';
import { inTransaction } from './database.ts';
import { type Attempt, lazily } from './cache-tables.ts';
import { LIMITS, type Limits, bytesOf, sizeLimit } from './size-limit.ts';
import { compress, decompress } from './compress.ts';

/** Opens the cache of the last object written for each key. Evicts the oldest entries beyond the limit. */
export function appliedObjectsIn(
  db: DatabaseSync,
  attempt: Attempt,
  limits: Limits = LIMITS,
): AppliedObjects {
  const sql = lazily(() => statements(db));
  const limit = sizeLimit(
    limits.applied,
    () => Number(sql().total.get()?.['bytes']),
    () => {
      const dropped = sql().evictOldest.all();
      return dropped.length > 0 ? bytesOf(dropped) : undefined;
    },
  );

  function store(
    kind: StoredKind,
    application: string,
    key: string,
    id: string,
    body: JsonObject,
    at: number,
  ) {
    const text = printJson(body);
    sql().dropKey.run(application, kind, key);
    sql().forget.run(kind, id);
    if (text.length > limits.body) return;
    const bytes = compress(text);
    sql().put.run(kind, id, application, key, at, bytes);
    limit.wrote(bytes.length);
  }

  return {
    store: (kind, application, key, id, body, now) =>
      attempt(() => inTransaction(db, () => store(kind, application, key, id, body, now)), undefined),
    list: (application) =>
      attempt(() => sql().all.all(application), []).flatMap((row) => attempt(() => [parseApplied(row)], [])),
    remove: (kind, id) => attempt(() => void sql().forget.run(kind, id), undefined),
  };
}

function parseApplied(row: Record<string, unknown>): AppliedObject {
  const { kind, key, id, at } = row;
  const body = decompress(row['body']);
  if (!isObject(body) || (kind !== 'monitor' && kind !== 'dashboard'))
    throw new TypeError('a cached applied object is invalid');
  return { kind, key: String(key), id: String(id), body, at: Number(at) };
}

function statements(db: DatabaseSync) {
  return {
    all: db.prepare('SELECT kind, key, id, at, body FROM applied WHERE application = ? ORDER BY rowid'),
    dropKey: db.prepare('DELETE FROM applied WHERE application = ? AND kind = ? AND key = ?'),
    forget: db.prepare('DELETE FROM applied WHERE kind = ? AND id = ?'),
    put: db.prepare('INSERT INTO applied (kind, id, application, key, at, body) VALUES (?, ?, ?, ?, ?, ?)'),
    total: db.prepare('SELECT coalesce(sum(length(body)), 0) AS bytes FROM applied'),
    evictOldest: db.prepare(
      'DELETE FROM applied WHERE rowid IN (SELECT rowid FROM applied ORDER BY at, rowid LIMIT 100) RETURNING length(body) AS bytes',
    ),
  };
}
