import type { DatabaseSync } from 'node:sqlite';
import type { Ledger, PendingWrite } from '../pipeline/ports.ts';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS writes (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    application TEXT NOT NULL,
    key TEXT NOT NULL,
    caller TEXT NOT NULL,
    begun_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS writes_by_object ON writes (kind, application, key);
`;

/** State of the ledger, for metrics and incidents. Reading throws when the file is unreadable. */
export interface LedgerReadings {
  readonly entries: number;
  /** Start time (epoch ms) of the oldest entry; undefined without entries. */
  readonly oldestAt: number | undefined;
  /** Size of the whole file, caches included. */
  readonly bytes: number;
  /** Writes that failed since the start. */
  readonly failures: number;
  /** Reason why the last write failed; undefined after a success. */
  readonly failing: string | undefined;
}

/** Opens the ledger of creates in progress. A failed ledger write fails the create, because no other record exists. */
export function ledgerIn(db: DatabaseSync): Ledger & { readings(): LedgerReadings } {
  db.exec(SCHEMA);
  const insert = db.prepare(
    'INSERT INTO writes (kind, application, key, caller, begun_at) VALUES (?, ?, ?, ?, ?)',
  );
  const settle = db.prepare('DELETE FROM writes WHERE id = ?');
  const settleAll = db.prepare('DELETE FROM writes WHERE kind = ? AND application = ? AND key = ?');
  const latest = db.prepare(
    'SELECT max(begun_at) AS begun FROM writes WHERE kind = ? AND application = ? AND key = ?',
  );
  const counts = db.prepare('SELECT count(*) AS entries, min(begun_at) AS oldest FROM writes');
  const size = db.prepare(
    'SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()',
  );
  let failures = 0;
  let failing: string | undefined;
  function recordOutcome<T>(work: () => T): T {
    try {
      const result = work();
      failing = undefined;
      return result;
    } catch (error) {
      failures += 1;
      failing = error instanceof Error ? error.message : String(error);
      throw error;
    }
  }
  const names = (write: PendingWrite) => [write.kind, write.application, write.key] as const;
  return {
    begin: (write, caller, now) =>
      recordOutcome(() => Number(insert.run(...names(write), caller, now).lastInsertRowid)),
    settle: (entry) => void recordOutcome(() => settle.run(entry)),
    settleAll: (write) => void recordOutcome(() => settleAll.run(...names(write))),
    pendingSince(write) {
      const begun = latest.get(...names(write))?.['begun'];
      return typeof begun === 'number' ? begun : undefined;
    },
    readings() {
      const { entries, oldest } = counts.get() ?? {};
      return {
        entries: Number(entries),
        oldestAt: typeof oldest === 'number' ? oldest : undefined,
        bytes: Number(size.get()?.['bytes']),
        failures,
        failing,
      };
    },
  };
}
