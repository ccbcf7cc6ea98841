import { chmodSync, closeSync, constants, existsSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/** The file contains names of callers and applications, and complete objects. */
const FILE_MODE = 0o600;

/**
 * Opens the SQLite file of this process; `:memory:` opens a database without a file. Uses write-ahead logging with normal
 * sync: a row survives if the process is killed. It can be lost if the machine fails, but then the pod's memory volume is
 * lost as well; the markers in Datadog remain. A statement that another process blocks fails at once instead of blocking the
 * event loop. Through this connection the file grows to at most `maxBytes`. Throws if the file cannot be opened.
 */
export function openDatabase(file: string, maxBytes: number): DatabaseSync {
  if (file !== ':memory:') requireFileMode(file);
  const db = new DatabaseSync(file, { timeout: 0 });
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
  // A large write must not leave its whole log in the volume.
  db.exec('PRAGMA journal_size_limit = 4194304;');
  const pageBytes = Number(db.prepare('PRAGMA page_size').get()?.['page_size']);
  db.exec(`PRAGMA max_page_count = ${Math.floor(maxBytes / pageBytes)};`);
  return db;
}

/**
 * Sets the mode of the file to 0600 before SQLite writes to it; SQLite creates the log and its index (`-wal`, `-shm`) with
 * the same mode. Also corrects files of an earlier start. Throws if a file belongs to another user.
 */
function requireFileMode(file: string): void {
  closeSync(openSync(file, constants.O_RDWR | constants.O_CREAT, FILE_MODE));
  for (const part of [file, `${file}-wal`, `${file}-shm`, `${file}-journal`])
    if (existsSync(part)) chmodSync(part, FILE_MODE);
}

/** Runs the work in a transaction, which is rolled back if it throws. `exec` executes a statement; it may keep it prepared. */
export function inTransaction<T>(
  db: DatabaseSync,
  work: () => T,
  exec: (sql: string) => void = (sql) => db.exec(sql),
): T {
  exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    exec('COMMIT');
    return result;
  } catch (error) {
    // A full disk ends the transaction by itself.
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}
