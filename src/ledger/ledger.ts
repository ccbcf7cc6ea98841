import { readdirSync, renameSync, rmSync, statSync, truncateSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../domain/clock.ts';
import type { Fingerprints, ObjectCache } from '../pipeline/ports.ts';
import { attempts, createCacheTables } from './cache-tables.ts';
import { inTransaction, openDatabase } from './database.ts';
import { fingerprintsIn } from './fingerprints.ts';
import { objectCacheIn } from './object-cache.ts';
import type { Ledger } from './port.ts';
import type { Database } from './sql/database.ts';
import type { PostgresqlOptions } from './sql/postgresql.ts';
import { historyLimits } from './sql/revisions.ts';
import { createSqlLedger, type OpenLedger } from './sql/sql-ledger.ts';
import { bootId, openSqlite } from './sql/sqlite.ts';
import { fileBytes, LIMITS, type Limits, SQLITE_BYTES, type SqliteBytes, tableLimits } from './size-limit.ts';
import { isLostWithPod, isMemoryVolume } from './volume.ts';

/** Primary result codes of SQLite for a file that it cannot use: corrupt, and not a database. */
const DAMAGED = [11, 26];
/** Maximum bytes of a damaged file in a volume of memory, which has 16 MiB more than the ledger. */
const MAX_DAMAGED = 8 * 1024 * 1024;

/** The state that Datadog does not store: leases, writes in progress, and caches. */
export interface Store {
  readonly ledger: Ledger;
  readonly objectCache: ObjectCache;
  readonly fingerprints: Fingerprints;
  close(): Promise<void>;
}

export interface StoreOptions {
  readonly clock: Clock;
  /** Called with the first failure of a cache, and with each damaged file that was moved aside. */
  readonly failed?: (error: unknown) => void;
  readonly limits?: Limits;
  /** The sizes of the parts of a SQLite file. */
  readonly parts?: SqliteBytes;
}

/**
 * Opens the store of this process in a SQLite file; `:memory:` opens one that is not persisted. Never throws: while the file
 * cannot be used, writes fail with `ledger_unavailable` and caches stay empty. A damaged file is moved aside.
 */
export function openStore(
  file: string,
  { clock, failed = () => {}, limits = LIMITS, parts = SQLITE_BYTES }: StoreOptions,
): Store {
  const { file: maxBytes, withCaches: maxCacheBytes } = fileBytes(parts);
  const open = (): Database => {
    try {
      return openSqlite(file, { clock, maxBytes });
    } catch (error) {
      if (!isDamaged(error)) throw error;
      const aside = moveAside(file, clock.now());
      failed(new Error(`the ledger file is damaged; moved to ${aside}`, { cause: error }));
      return openSqlite(file, { clock, maxBytes });
    }
  };
  const options = {
    database: 'SQLite',
    clock,
    exclusive: true,
    clockRun: bootId(),
    history: { ...historyLimits('SQLite'), maxBytes: parts.history },
    cacheBytes: parts.cache,
    tables: tableLimits(parts),
    isLostWithPod: isLostWithPod(dirname(file)),
  } as const;
  return withCaches(createSqlLedger(open, options), file, { failed, limits, maxBytes: maxCacheBytes });
}

/**
 * Opens the store of this process with its ledger in PostgreSQL and its caches in memory. Connects when the ledger is first
 * used. Never throws: while the server does not answer, writes fail with `ledger_unavailable`.
 */
export function openSharedStore(
  place: PostgresqlOptions,
  {
    clock,
    failed = () => {},
    limits = LIMITS,
    historyDays,
  }: StoreOptions & { readonly historyDays?: number },
): Store {
  // Loaded when it is first needed: a process with a SQLite file does not spend memory on the driver.
  const open = async (): Promise<Database> => {
    const { openPostgresql } = await import('./sql/postgresql.ts');
    return openPostgresql(place);
  };
  const history = historyLimits('PostgreSQL', historyDays);
  const ledger = createSqlLedger(open, { database: 'PostgreSQL', clock, exclusive: false, history });
  return withCaches(ledger, ':memory:', { failed, limits, maxBytes: fileBytes(SQLITE_BYTES).withCaches });
}

/**
 * Moves a damaged file aside and deletes one that was moved before. In a volume of memory keeps only its beginning, because the new
 * file needs the room. Returns its path.
 */
function moveAside(file: string, now: number): string {
  const folder = dirname(file);
  const damaged = `${basename(file)}.damaged-`;
  for (const name of readdirSync(folder)) if (name.startsWith(damaged)) rmSync(join(folder, name));
  const aside = join(folder, `${damaged}${now}`);
  renameSync(file, aside);
  if (isMemoryVolume(folder) && statSync(aside).size > MAX_DAMAGED) truncateSync(aside, MAX_DAMAGED);
  return aside;
}

/** Adds the caches, in a SQLite file. */
function withCaches(
  ledger: OpenLedger,
  file: string,
  {
    failed,
    limits,
    maxBytes,
  }: Required<Pick<StoreOptions, 'failed' | 'limits'>> & { readonly maxBytes: number },
): Store {
  const attempt = attempts(failed);
  const db = openCaches(file, maxBytes, failed);
  attempt(() => inTransaction(db, () => createCacheTables(db)), undefined);
  return {
    ledger,
    objectCache: objectCacheIn(db, attempt, limits),
    fingerprints: fingerprintsIn(db, attempt, limits),
    async close() {
      await ledger.close();
      db.close();
    },
  };
}

/** Opens the caches, in memory if the file cannot be used. */
function openCaches(file: string, maxBytes: number, failed: (error: unknown) => void): DatabaseSync {
  try {
    return openDatabase(file, maxBytes);
  } catch (error) {
    failed(error);
    return openDatabase(':memory:', maxBytes);
  }
}

function isDamaged(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && DAMAGED.includes(Number(error.errcode) & 0xff);
}
