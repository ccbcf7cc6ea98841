import type { DatabaseSync } from 'node:sqlite';
import { inTransaction } from './database.ts';

/**
 * The version of the cache tables, stored as `user_version` of the file; 0 is a file with the ledger only. A file of any
 * other version loses its caches, which are filled again. The ledger entries stay.
 */
const VERSION = 3;
const SCHEMA = `
  CREATE TABLE known_lists (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    application TEXT NOT NULL,
    turn INTEGER NOT NULL,
    UNIQUE (kind, application)
  ) STRICT;
  CREATE TABLE known_objects (
    list INTEGER NOT NULL,
    id TEXT NOT NULL,
    key TEXT NOT NULL,
    version TEXT NOT NULL,
    body BLOB NOT NULL,
    UNIQUE (list, id)
  ) STRICT;
  CREATE INDEX known_objects_by_id ON known_objects (id);
  CREATE TABLE bases (
    basis TEXT PRIMARY KEY,
    application TEXT NOT NULL,
    at INTEGER NOT NULL,
    objects BLOB NOT NULL
  ) STRICT;
  PRAGMA user_version = ${VERSION};
`;
/** Includes a table of former versions. */
const TABLES = ['known_lists', 'known_objects', 'bases', 'applied'];

/** Creates the cache tables if the file does not have them at this version. Call within a transaction. */
export function createCacheTables(db: DatabaseSync): void {
  if (db.prepare('PRAGMA user_version').get()?.['user_version'] === VERSION) return;
  db.exec(TABLES.map((table) => `DROP TABLE IF EXISTS ${table};`).join(''));
  db.exec(SCHEMA);
}

/** The result code of SQLite when a file has reached its maximum size or its volume is full. */
const FULL = 13;

/** Stores in a transaction. If the file is full, evicts from the cache, and stores again. */
export function storeIn(db: DatabaseSync, store: () => void, evict: () => void): void {
  try {
    inTransaction(db, store);
  } catch (error) {
    if (!(error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === FULL))
      throw error;
    inTransaction(db, evict);
    inTransaction(db, store);
  }
}

/** Runs an operation on a cache. Returns `otherwise` if it fails, because a cache failure must not fail a request. */
export type Attempt = <T>(work: () => T, otherwise: T) => T;

/** Creates an `Attempt` that reports only the first failure, because a full or damaged file keeps failing. */
export function attempts(failed: (error: unknown) => void): Attempt {
  let reported = false;
  return (work, otherwise) => {
    try {
      return work();
    } catch (error) {
      if (!reported) failed(error);
      reported = true;
      return otherwise;
    }
  };
}

/** Returns a getter that creates a value on first use. A failure is thrown there, and the next call tries again. */
export function lazily<T>(make: () => T): () => T {
  let created: { readonly it: T } | undefined;
  return () => (created ??= { it: make() }).it;
}
