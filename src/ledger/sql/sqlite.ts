import { chmodSync, closeSync, constants, existsSync, openSync, readFileSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Clock } from '../../domain/clock.ts';
import {
  type Database,
  DatabaseError,
  type Dialect,
  type Row,
  type SqlValue,
  type Statement,
} from './database.ts';

/** Names of callers, applications and whole objects are in the file. */
const FILE_MODE = 0o600;
/** Extended result codes of a statement that another connection blocks: SQLITE_BUSY and SQLITE_LOCKED. */
const BLOCKED = [5, 6];
/** Milliseconds between attempts of a blocked statement, and in total. */
const RETRY = { intervalMs: 10, totalMs: 5_000 };
const MAX_PREPARED = 100;
const BOOT_ID = '/proc/sys/kernel/random/boot_id';

const DIALECT: Dialect = { name: 'sqlite', now: 'now_ms()', relaxed: '1 AS relaxed', bytes: 'BLOB' };

/** What the driver needs besides the file; replaced in tests. */
export interface SqliteOptions {
  readonly clock: Pick<Clock, 'sleep' | 'monotonic'>;
}

/**
 * Opens a SQLite file of this process (`:memory:` for none). Write-ahead logging with normal sync: a row survives the process
 * being killed at any moment. It may be lost with the machine, but then so is the pod's memory volume; the markers in Datadog
 * remain. Statements never block the event loop: the busy timeout is 0, and a blocked statement is retried from JavaScript.
 * Throws if the file cannot be opened.
 */
export function openSqlite(file: string, { clock }: SqliteOptions): Database {
  if (file !== ':memory:') requireFileMode(file);
  const db = new DatabaseSync(file, { timeout: 0 });
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
  // A large write must not leave its whole log in the volume.
  db.exec('PRAGMA journal_size_limit = 4194304;');
  db.function('now_ms', () => Math.trunc(clock.monotonic()));
  const prepared = new Map<string, StatementSync>();
  const run = ({ text, values }: Statement): readonly Row[] => {
    let statement = prepared.get(text);
    if (!statement) {
      statement = db.prepare(text.replaceAll(/\$(\d{1,5})/g, '?$1'));
      if (prepared.size < MAX_PREPARED) prepared.set(text, statement);
    }
    return statement.all(...(values as SqlValue[]));
  };
  const size = db.prepare(
    'SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()',
  );
  return {
    dialect: DIALECT,
    query: (statement) => unblocked(clock, () => run(statement)),
    transaction: (statements) => unblocked(clock, () => inTransaction(db, () => statements.map(run))),
    bytes: () => Number(size.get()?.['bytes']),
    close: async () => db.close(),
  };
}
/** Executes the work, again and again while another connection blocks it. */
async function unblocked<T>(clock: Pick<Clock, 'sleep'>, work: () => T): Promise<T> {
  for (let waitedMs = 0; ; waitedMs += RETRY.intervalMs) {
    try {
      return work();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (!isBlocked(error) || waitedMs >= RETRY.totalMs) throw new DatabaseError(message, error);
    }
    await clock.sleep(RETRY.intervalMs);
  }
}

function isBlocked(error: unknown): boolean {
  if (!(error instanceof Error) || !('errcode' in error)) return false;
  return BLOCKED.includes(Number(error.errcode) & 0xff);
}

/** Executes the work in one transaction, which is rolled back where it throws. */
function inTransaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    // A full disk ends the transaction by itself.
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

/**
 * Makes the file readable by this process's user only, before SQLite writes to it; SQLite then creates the log and its
 * index (`-wal`, `-shm`) with the same mode. Tightens files of an earlier start. Throws if a file belongs to another user.
 */
function requireFileMode(file: string): void {
  closeSync(openSync(file, constants.O_RDWR | constants.O_CREAT, FILE_MODE));
  for (const part of [file, `${file}-wal`, `${file}-shm`, `${file}-journal`])
    if (existsSync(part)) chmodSync(part, FILE_MODE);
}

/** Identifies the machine's boot, after which the monotonic clock starts again. */
export function bootId(): string {
  return existsSync(BOOT_ID) ? readFileSync(BOOT_ID, 'utf8').trim() : 'unknown';
}
