import { DatabaseSync } from 'node:sqlite';
import type { Journal, WriteUnderWay } from '../pipeline/ports.ts';

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

/**
 * The journal of creates under way, in a SQLite file of this process's own (`:memory:` for none).
 * Write-ahead logging with normal sync: a row survives the process being killed at any moment. It may be
 * lost with the machine, but then so is the pod's memory volume; the markers in Datadog remain.
 */
export function openJournal(file: string): Journal & { close(): void } {
  const db = new DatabaseSync(file);
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000;');
  db.exec(SCHEMA);
  const insert = db.prepare(
    'INSERT INTO writes (kind, application, key, caller, begun_at) VALUES (?, ?, ?, ?, ?)',
  );
  const settle = db.prepare('DELETE FROM writes WHERE id = ?');
  const settleAll = db.prepare('DELETE FROM writes WHERE kind = ? AND application = ? AND key = ?');
  const latest = db.prepare(
    'SELECT max(begun_at) AS begun FROM writes WHERE kind = ? AND application = ? AND key = ?',
  );
  const names = (write: WriteUnderWay) => [write.kind, write.application, write.key] as const;
  return {
    begin: (write, caller, now) => Number(insert.run(...names(write), caller, now).lastInsertRowid),
    settle(entry) {
      settle.run(entry);
    },
    settleAll(write) {
      settleAll.run(...names(write));
    },
    underWaySince(write) {
      const begun = latest.get(...names(write))?.['begun'];
      return typeof begun === 'number' ? begun : undefined;
    },
    close: () => db.close(),
  };
}
