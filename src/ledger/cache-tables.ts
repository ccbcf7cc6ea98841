import type { DatabaseSync } from 'node:sqlite';

/**
 * The version of the cache tables, stored as `user_version` of the file; 0 is a file with the ledger only. A file of any
 * other version loses its caches, which are filled again. The ledger entries stay.
 */
const VERSION = 2;
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
  CREATE TABLE applied (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    application TEXT NOT NULL,
    key TEXT NOT NULL,
    at INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (kind, id)
  ) STRICT;
  CREATE INDEX applied_by_key ON applied (application, kind, key);
  PRAGMA user_version = ${VERSION};
`;
const TABLES = ['known_lists', 'known_objects', 'bases', 'applied'];

/** Makes the tables of what is merely a hint, where the file does not have them yet. Within a transaction. */
export function makeHintTables(db: DatabaseSync): void {
  if (db.prepare('PRAGMA user_version').get()?.['user_version'] === VERSION) return;
  db.exec(TABLES.map((table) => `DROP TABLE IF EXISTS ${table};`).join(''));
  db.exec(SCHEMA);
}

/** Does what may fail without harm: a hint is not there, or not kept, and nobody else notices. */
export type Attempt = <T>(work: () => T, otherwise: T) => T;

/** Tells the first failure and swallows the others: a store that is full or damaged stays so. */
export function attempts(failed: (error: unknown) => void): Attempt {
  let told = false;
  return (work, otherwise) => {
    try {
      return work();
    } catch (error) {
      if (!told) failed(error);
      told = true;
      return otherwise;
    }
  };
}

/** Made when it is first needed, so that what cannot be made fails where it is used; a failure is tried again. */
export function lazily<T>(make: () => T): () => T {
  let made: { readonly it: T } | undefined;
  return () => (made ??= { it: make() }).it;
}
