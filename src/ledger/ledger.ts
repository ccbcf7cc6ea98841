import type { AppliedObjects, Fingerprints, Ledger, ObjectCache } from '../pipeline/ports.ts';
import { appliedObjectsIn } from './applied-objects.ts';
import { fingerprintsIn } from './fingerprints.ts';
import { inTransaction, openDatabase } from './database.ts';
import { attempts, createCacheTables } from './cache-tables.ts';
import { ledgerIn, type LedgerReadings } from './creates.ts';
import { objectCacheIn } from './object-cache.ts';
import { LIMITS, type Limits } from './size-limit.ts';

/** The state that Datadog does not store: creates in progress, and caches. */
export interface Store {
  readonly ledger: Ledger & { readings(): LedgerReadings };
  readonly objectCache: ObjectCache;
  readonly fingerprints: Fingerprints;
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
  attempt(() => inTransaction(db, () => createCacheTables(db)), undefined);
  return {
    ledger: ledger,
    objectCache: objectCacheIn(db, attempt, limits),
    fingerprints: fingerprintsIn(db, attempt, limits),
    applied: appliedObjectsIn(db, attempt, limits),
    close: () => db.close(),
  };
}
