import type { DatabaseSync } from 'node:sqlite';
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

/** The journal of creates under way. Whatever fails here fails the create: it is the only thing that knows. */
export function journalIn(db: DatabaseSync): Journal {
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
  };
}
