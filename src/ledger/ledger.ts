import { renameSync, statfsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
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
import { LIMITS, type Limits } from './size-limit.ts';

/** Primary result codes of SQLite for a file that it cannot use: corrupt, and not a database. */
const DAMAGED = [11, 26];

/** The type of a file system in memory, as statfs(2) names it. */
const TMPFS = 0x01021994;

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
}

/**
 * Opens the store of this process in a SQLite file; `:memory:` opens one that is not persisted. Never throws: while the file
 * cannot be used, writes fail with `ledger_unavailable` and caches stay empty. A damaged file is moved aside.
 */
export function openStore(file: string, { clock, failed = () => {}, limits = LIMITS }: StoreOptions): Store {
  const open = (): Database => {
    try {
      return openSqlite(file, { clock });
    } catch (error) {
      if (!isDamaged(error)) throw error;
      const aside = `${file}.damaged-${clock.now()}`;
      renameSync(file, aside);
      failed(new Error(`the ledger file is damaged; moved to ${aside}`, { cause: error }));
      return openSqlite(file, { clock });
    }
  };
  const isInMemoryVolume = isMemoryVolume(dirname(file));
  const options = {
    database: 'SQLite',
    clock,
    exclusive: true,
    clockRun: bootId(),
    isInMemoryVolume,
  } as const;
  return withCaches(createSqlLedger(open, options), file, { failed, limits });
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
  return withCaches(ledger, ':memory:', { failed, limits });
}

/** Returns whether a folder is the root of a mounted file system in memory, such as a pod's volume. */
export function isMemoryVolume(folder: string): boolean {
  try {
    const isMounted = statSync(folder).dev !== statSync(join(folder, '..')).dev;
    return isMounted && statfsSync(folder).type === TMPFS;
  } catch {
    return false;
  }
}

/** Adds the caches, in a SQLite file. */
function withCaches(
  ledger: OpenLedger,
  file: string,
  { failed, limits }: Required<Pick<StoreOptions, 'failed' | 'limits'>>,
): Store {
  const attempt = attempts(failed);
  const db = openCaches(file, failed);
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
function openCaches(file: string, failed: (error: unknown) => void): DatabaseSync {
  try {
    return openDatabase(file);
  } catch (error) {
    failed(error);
    return openDatabase(':memory:');
  }
}

function isDamaged(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && DAMAGED.includes(Number(error.errcode) & 0xff);
}
