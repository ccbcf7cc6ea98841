import type { AppliedObjects, Bases, Ledger, KnownObjects } from '../pipeline/ports.ts';
import { appliedObjectsIn } from './applied-objects.ts';
import { basesIn } from './fingerprints.ts';
import { inTransaction, openDatabase } from './database.ts';
import { attempts, makeHintTables } from './cache-tables.ts';
import { ledgerIn, type LedgerReadings } from './creates.ts';
import { knownObjectsIn } from './known-objects.ts';
import { LIMITS, type Limits } from './size-limit.ts';

/** What Datadog does not hold: creates under way, and hints. */
export interface Store {
  readonly ledger: Ledger & { readings(): LedgerReadings };
  readonly known: KnownObjects;
  readonly bases: Bases;
  readonly applied: AppliedObjects;
  close(): void;
}

/**
 * Opens the store of this process; `:memory:` opens a store that is not persisted. Throws when the ledger cannot be opened.
 * All other tables are caches: a cache failure calls `failed` once and fails no request.
 */
export function openStore(
  file: string,
  failed: (error: unknown) => void = () => {},
  limits: Limits = LIMITS,
): Store {
  const db = openDatabase(file);
  const ledger = ledgerIn(db);
  const attempt = attempts(failed);
  attempt(() => inTransaction(db, () => makeHintTables(db)), undefined);
  return {
    ledger: ledger,
    known: knownObjectsIn(db, attempt, limits),
    bases: basesIn(db, attempt, limits),
    applied: appliedObjectsIn(db, attempt, limits),
    close: () => db.close(),
  };
}
