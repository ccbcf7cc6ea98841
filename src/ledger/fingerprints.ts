import type { DatabaseSync } from 'node:sqlite';
import { isObject, type Json, printJson } from '../domain/json.ts';
import type { Fingerprints, CachedObject } from '../pipeline/ports.ts';
import { type Attempt, lazily, storeIn } from './cache-tables.ts';
import { LIMITS, type Limits, bytesOf, sizeLimit } from './size-limit.ts';
import { compress, decompress } from './compress.ts';

/** Opens the cache of the objects that each plan was computed from, by fingerprint. An existing entry is not compressed again. */
export function fingerprintsIn(db: DatabaseSync, attempt: Attempt, limits: Limits = LIMITS): Fingerprints {
  const sql = lazily(() => statements(db));
  const limit = sizeLimit(
    limits.bases,
    () => Number(sql().total.get()?.['bytes']),
    () => {
      const dropped = sql().evictOldest.all();
      return dropped.length > 0 ? bytesOf(dropped) : undefined;
    },
  );

  function store(basis: string, application: string, objects: readonly CachedObject[], now: number): void {
    sql().dropOld.run(now - limits.basisAge);
    if (sql().touch.run(now, basis).changes > 0) return;
    const list = objects.map(({ id, key, version, body }) => ({ id, key, version, body }));
    const bytes = compress(printJson(list));
    if (bytes.length > limits.basis) return;
    sql().put.run(basis, application, now, bytes);
    sql().dropMany.run(application, application, limits.basesOfApplication);
    limit.wrote(bytes.length);
  }

  return {
    store: (basis, application, objects, now) =>
      attempt(() => storeIn(db, () => store(basis, application, objects, now), limit.evictHalf), undefined),
    read: (basis) =>
      attempt(() => {
        const bytes = sql().read.get(basis)?.['objects'];
        return bytes === undefined ? undefined : parseObjects(decompress(bytes));
      }, undefined),
  };
}

function parseObjects(list: Json): CachedObject[] {
  if (!Array.isArray(list)) throw new TypeError('the cached objects of a fingerprint are not a list');
  return list.map((item) => {
    const { id = null, key = null, version = null, body = null } = isObject(item) ? item : {};
    if (typeof id === 'string' && typeof key === 'string' && typeof version === 'string' && isObject(body))
      return { id, key, version, body };
    throw new TypeError('a cached object of a fingerprint is invalid');
  });
}

function statements(db: DatabaseSync) {
  return {
    read: db.prepare('SELECT objects FROM bases WHERE basis = ?'),
    touch: db.prepare('UPDATE bases SET at = ? WHERE basis = ?'),
    put: db.prepare('INSERT INTO bases (basis, application, at, objects) VALUES (?, ?, ?, ?)'),
    dropOld: db.prepare('DELETE FROM bases WHERE at < ?'),
    dropMany: db.prepare(
      `DELETE FROM bases WHERE application = ? AND basis NOT IN
       (SELECT basis FROM bases WHERE application = ? ORDER BY at DESC, rowid DESC LIMIT ?)`,
    ),
    total: db.prepare('SELECT coalesce(sum(length(objects)), 0) AS bytes FROM bases'),
    evictOldest: db.prepare(
      'DELETE FROM bases WHERE basis IN (SELECT basis FROM bases ORDER BY at, rowid LIMIT 1) RETURNING length(objects) AS bytes',
    ),
  };
}
