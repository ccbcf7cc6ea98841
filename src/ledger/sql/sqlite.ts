import { largest, smallest } from '../../domain/append.ts';
import { existsSync, readFileSync } from 'node:fs';
import type { StatementSync } from 'node:sqlite';
import type { Clock } from '../../domain/clock.ts';
import { inTransaction, openDatabase } from '../database.ts';
import { fileBytes, SQLITE_BYTES } from '../size-limit.ts';
import { type Database, DatabaseError, type Dialect, type Row, type Statement } from './database.ts';

/** Extended result codes of a statement that another connection blocks: SQLITE_BUSY and SQLITE_LOCKED. */
const BLOCKED = [5, 6];
/** Milliseconds between attempts of a blocked statement, and in total. */
const RETRY = { intervalMs: 10, totalMs: 5_000 };
const MAX_PREPARED = 100;
const BOOT_ID = '/proc/sys/kernel/random/boot_id';

const DIALECT: Dialect = {
  name: 'sqlite',
  now: 'now_ms()',
  time: 'time_ms()',
  relaxed: '1 AS relaxed',
  bytes: 'BLOB',
  lock: undefined,
};

/**
 * Opens a SQLite file of this process (`:memory:` for none). Statements never block the event loop: a blocked one is retried
 * from JavaScript. Throws if the file cannot be opened.
 */
export function openSqlite(
  file: string,
  {
    clock,
    maxBytes = fileBytes(SQLITE_BYTES).file,
  }: { readonly clock: Pick<Clock, 'sleep' | 'monotonic' | 'now'>; readonly maxBytes?: number },
): Database {
  const db = openDatabase(file, maxBytes);
  db.function('now_ms', () => Math.trunc(clock.monotonic()));
  // As PostgreSQL names them; in SQLite they are `min` and `max`, which PostgreSQL has only as aggregates.
  db.function('least', { varargs: true }, (...numbers) => smallest(numbers.map(Number)));
  db.function('greatest', { varargs: true }, (...numbers) => largest(numbers.map(Number)));
  db.function('time_ms', () => Math.trunc(clock.now()));
  const prepared = new Map<string, StatementSync>();
  const run = ({ text, values }: Statement): readonly Row[] => {
    let statement = prepared.get(text);
    if (!statement) {
      statement = db.prepare(text.replaceAll(/\$(\d{1,5})/g, '?$1'));
      if (prepared.size < MAX_PREPARED) prepared.set(text, statement);
    }
    return statement.all(...values);
  };
  const exec = (text: string) => void run({ text, values: [] });
  const runAlone: Database['query'] = (statement) => unblocked(clock, () => run(statement));
  const runTogether = (statements: readonly Statement[]) =>
    inTransaction(db, () => statements.map(run), exec);
  const size = db.prepare(
    'SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()',
  );
  return {
    dialect: DIALECT,
    query: file === ':memory:' ? runAlone : inGroups(runAlone, runTogether),
    transaction: (statements) => unblocked(clock, () => runTogether(statements)),
    bytes: () => Number(size.get()?.['bytes']),
    close: async () => db.close(),
  };
}

/**
 * Executes the statements of one turn of the event loop in one transaction: a commit takes several times as long as a statement.
 * If the transaction fails or another connection blocks it, executes each statement alone: reads are never blocked.
 */
function inGroups(
  runAlone: Database['query'],
  runTogether: (statements: readonly Statement[]) => readonly (readonly Row[])[],
): Database['query'] {
  let waiting: Statement[] = [];
  let group: Promise<readonly (readonly Row[])[] | undefined> | undefined;
  const runGroup = async () => {
    await new Promise(setImmediate);
    const statements = waiting;
    waiting = [];
    group = undefined;
    if (statements.length === 1) return undefined;
    try {
      return runTogether(statements);
    } catch {
      return undefined;
    }
  };
  return async (statement) => {
    const at = waiting.push(statement) - 1;
    group ??= runGroup();
    const rows = await group;
    return rows ? (rows[at] ?? []) : runAlone(statement);
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

/** Identifies the machine's boot, after which the monotonic clock starts again. */
export function bootId(): string {
  return existsSync(BOOT_ID) ? readFileSync(BOOT_ID, 'utf8').trim() : 'unknown';
}
