import { append, largest, smallest } from '../../domain/append.ts';
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

/** Executes statements now, in one transaction. */
type Run = (statements: readonly Statement[]) => readonly (readonly Row[])[];

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
  const runTogether: Run = (statements) =>
    statements.length === 1 ? statements.map(run) : inTransaction(db, () => statements.map(run), exec);
  const runAlone: Database['sequence'] = (statements) => unblocked(clock, () => runTogether(statements));
  const sequence = file === ':memory:' ? runAlone : inGroups(runAlone, runTogether);
  const size = db.prepare(
    'SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()',
  );
  return {
    dialect: DIALECT,
    query: async (statement) => (await sequence([statement]))[0] ?? [],
    sequence,
    transaction: runAlone,
    bytes: () => Number(size.get()?.['bytes']),
    close: async () => db.close(),
  };
}

/**
 * Executes the sequences of one turn of the event loop in one transaction: a commit takes several times as long as a statement.
 * If the transaction fails or another connection blocks it, executes each sequence alone: reads are never blocked.
 */
function inGroups(runAlone: Database['sequence'], runTogether: Run): Database['sequence'] {
  let waiting: Statement[] = [];
  let sequences = 0;
  let group: Promise<readonly (readonly Row[])[] | undefined> | undefined;
  const runGroup = async () => {
    await new Promise(setImmediate);
    const [statements, isOne] = [waiting, sequences === 1];
    [waiting, sequences, group] = [[], 0, undefined];
    if (isOne) return undefined;
    try {
      return runTogether(statements);
    } catch {
      return undefined;
    }
  };
  return async (statements) => {
    const from = waiting.length;
    append(waiting, statements);
    sequences += 1;
    group ??= runGroup();
    const rows = await group;
    return rows ? rows.slice(from, from + statements.length) : runAlone(statements);
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
