import { chmodSync, closeSync, constants, existsSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/** Names of callers, applications and whole objects are in it. */
const FILE_MODE = 0o600;

/**
 * Opens a SQLite file of this process's own (`:memory:` for none). Write-ahead logging with normal sync: a row
 * survives the process being killed at any moment. It may be lost with the machine, but then so is the pod's
 * memory volume; the markers in Datadog remain.
 */
export function openDatabase(file: string): DatabaseSync {
  if (file !== ':memory:') requireFileMode(file);
  const db = new DatabaseSync(file);
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000;');
  // A large write must not leave its whole log in the volume.
  db.exec('PRAGMA journal_size_limit = 4194304;');
  return db;
}

/**
 * Makes the file readable by this process's user only, before SQLite writes to it; SQLite then makes the log and its
 * index (`-wal`, `-shm`) of the same mode. Files of an earlier start are tightened. Throws where a file is another user's.
 */
function requireFileMode(file: string): void {
  closeSync(openSync(file, constants.O_RDWR | constants.O_CREAT, FILE_MODE));
  for (const part of [file, `${file}-wal`, `${file}-shm`, `${file}-journal`])
    if (existsSync(part)) chmodSync(part, FILE_MODE);
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
