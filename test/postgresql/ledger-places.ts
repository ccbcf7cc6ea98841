import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe } from 'node:test';
import type { Clock } from '../../src/domain/clock.ts';
import { deadlineAfter } from '../../src/domain/deadline.ts';
import type { Database, Statement } from '../../src/ledger/sql/database.ts';
import type { Every } from '../../src/ledger/sql/leases.ts';
import { openPostgresql } from '../../src/ledger/sql/postgresql.ts';
import type { HistoryLimits } from '../../src/ledger/sql/revisions.ts';
import { createSqlLedger, type OpenLedger } from '../../src/ledger/sql/sql-ledger.ts';
import { openSqlite } from '../../src/ledger/sql/sqlite.ts';
import { systemClock } from '../../src/runtime/system-clock.ts';
import { type PostgresqlServer, skipPostgresql, startPostgresql } from './server.ts';

/** Returns a deadline in `ms` milliseconds. */
export const soon = (ms: number) => deadlineAfter(ms, systemClock);
/** A clock whose sleeps pass at once, except those of more than a second, which never pass. */
const impatient: Clock = {
  ...systemClock,
  sleep: (ms, signal) =>
    ms > 1000
      ? new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
      : systemClock.sleep(1, signal),
};

/** A database of which each round trip is announced with its statements; what it throws fails the round trip. */
export function watchedDatabase(
  db: Database,
  announce: (statements: readonly Statement[]) => void,
): Database {
  const announced =
    (execute: Database['sequence']): Database['sequence'] =>
    async (statements) => {
      announce(statements);
      return execute(statements);
    };
  return {
    ...db,
    query: async (statement) => {
      announce([statement]);
      return db.query(statement);
    },
    sequence: announced(db.sequence),
    transaction: announced(db.transaction),
  };
}

/** A database in which each round trip with a statement that matches `what` fails. */
export function failingDatabase(db: Database, what: RegExp): Database {
  return watchedDatabase(db, (statements) => {
    if (statements.some(({ text }) => what.test(text))) throw new Error('disk is full');
  });
}

/** One place where a ledger is kept, and how to open it. */
export interface Place {
  open(): Database;
  /** Moves the database's clock forward. */
  advance(ms: number): Promise<void>;
  remove(): void;
}

let server: PostgresqlServer | undefined;
const skip = skipPostgresql();
before(async () => {
  if (skip === false) server = await startPostgresql();
});
after(async () => server?.stop());

const PLACES: Readonly<Record<'SQLite' | 'PostgreSQL', { readonly skip: string | false; make(): Place }>> = {
  SQLite: {
    skip: false,
    make() {
      const folder = mkdtempSync(join(tmpdir(), 'ledger-'));
      let offset = 0;
      return {
        open: () =>
          openSqlite(join(folder, 'ledger.sqlite'), {
            clock: {
              ...systemClock,
              monotonic: () => systemClock.monotonic() + offset,
              now: () => systemClock.now() + offset,
            },
          }),
        advance: async (ms) => void (offset += ms),
        remove: () => rmSync(folder, { recursive: true }),
      };
    },
  },
  PostgreSQL: {
    skip,
    make() {
      if (!server) throw new Error('PostgreSQL is not running');
      const { credentials } = server;
      const url = server.createDatabase();
      const options = { url, credentials: () => credentials, applicationName: 'test' };
      return {
        open: () => openPostgresql(options),
        // The server's clock cannot be moved; the times in the tables are.
        async advance(ms) {
          const db = openPostgresql(options);
          await db.query({
            text: 'UPDATE ledger_leases SET until_ms = until_ms - CAST($1 AS BIGINT)',
            values: [ms],
          });
          for (const table of ['sightings', 'incidents'])
            await db.query({
              text: `UPDATE ledger_${table} SET until_ms = until_ms - CAST($1 AS BIGINT)`,
              values: [ms],
            });
          await db.query({
            text: 'UPDATE ledger_incidents SET event_ms = event_ms - CAST($1 AS BIGINT)',
            values: [ms],
          });
          await db.query({
            text: 'UPDATE ledger_writes SET sent_ms = sent_ms - CAST($1 AS BIGINT)',
            values: [ms],
          });
          await db.query({
            text: 'UPDATE ledger_revisions SET at_ms = at_ms - CAST($1 AS BIGINT)',
            values: [ms],
          });
          await db.query({
            text: 'UPDATE ledger_cache SET used_ms = used_ms - CAST($1 AS BIGINT), expires_ms = expires_ms - CAST($1 AS BIGINT)',
            values: [ms],
          });
          await db.close();
        },
        remove() {},
      };
    },
  },
};

/** What the tests of one database open. The ledgers are closed after each test. */
export interface LedgerTest {
  readonly database: 'SQLite' | 'PostgreSQL';
  place(): Place;
  /** Opens a ledger as another process does, on `db` instead of the database if given. */
  open(options?: {
    readonly clock?: Clock;
    readonly every?: Every;
    /** Whether it is the only process with the database. Default: false. */
    readonly exclusive?: boolean;
    readonly db?: (opened: Database) => Database;
    readonly history?: HistoryLimits;
    readonly cacheBytes?: number;
  }): OpenLedger;
}

/** Registers the tests of `register` for SQLite and for PostgreSQL. Each test gets an empty ledger. */
export function describeLedgers(title: string, register: (test: LedgerTest) => void): void {
  for (const database of ['SQLite', 'PostgreSQL'] as const) {
    const { skip: whySkipped, make } = PLACES[database];
    describe(`${title} in ${database}`, { skip: whySkipped }, () => {
      let place: Place;
      let ledgers: OpenLedger[] = [];
      beforeEach(() => {
        place = make();
        ledgers = [];
      });
      afterEach(async () => {
        // A test may have closed its ledger.
        for (const ledger of ledgers) await ledger.close().catch(() => undefined);
        place.remove();
      });
      register({
        database,
        place: () => place,
        open({
          clock = impatient,
          every,
          exclusive = false,
          history,
          cacheBytes,
          db = (opened: Database) => opened,
        } = {}) {
          const ledger = createSqlLedger(() => db(place.open()), {
            database,
            clock,
            exclusive,
            history,
            cacheBytes,
            ...(every ? { every } : {}),
          });
          ledgers.push(ledger);
          return ledger;
        },
      });
    });
  }
}
