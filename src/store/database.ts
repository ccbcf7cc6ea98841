import { DatabaseSync } from 'node:sqlite';

/**
 * Opens a SQLite file of this process's own (`:memory:` for none). Write-ahead logging with normal sync: a row
 * survives the process being killed at any moment. It may be lost with the machine, but then so is the pod's
 * memory volume; the markers in Datadog remain.
 */
export function openDatabase(file: string): DatabaseSync {
  const db = new DatabaseSync(file);
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000;');
  // A large write must not leave its whole log in the volume.
  db.exec('PRAGMA journal_size_limit = 4194304;');
  return db;
}

/** Does the work wholly or, where it throws, not at all. */
export function inTransaction(db: DatabaseSync, work: () => void): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    work();
    db.exec('COMMIT');
  } catch (error) {
    // A full disk ends the transaction by itself.
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}
