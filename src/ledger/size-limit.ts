const MIB = 1024 * 1024;

/**
 * The parts of a SQLite ledger, in bytes: 112 MiB together, because its volume is 128 MiB of the pod's memory. docs/deployment.md
 * lists them.
 */
export const SQLITE_BYTES = {
  /** Objects of Datadog as last read. */
  known: 24 * MIB,
  /** The states that recent plans were computed from. */
  bases: 16 * MIB,
  history: 16 * MIB,
  /** Answers of Datadog and other results, with an expiry. */
  cache: 16 * MIB,
  writes: 6 * MIB,
  leases: 6 * MIB,
  routes: 1 * MIB,
  /** Incidents and their notifications, which are as many as there are incidents and receivers. */
  incidents: 1 * MIB,
  /** Indexes, and unused parts of pages. */
  pages: 10 * MIB,
  /** The write-ahead log: what is not in the file yet, and the largest transaction. */
  log: 16 * MIB,
};
export type SqliteBytes = typeof SQLITE_BYTES;

/** Returns the maximum size of a SQLite file in bytes, and that at which the caches of objects and plans no longer make it grow. */
export function fileBytes(parts: SqliteBytes): { readonly file: number; readonly withCaches: number } {
  const file = Object.values(parts).reduce((sum, part) => sum + part, 0) - parts.log;
  return { file, withCaches: file - parts.writes - parts.leases - parts.routes - parts.incidents };
}

/** Bytes of a lease and of a pinned route, with their entries in the indexes. */
const LEASE_BYTES = 300;
const ROUTE_BYTES = 300;

/** How much the essential tables of a ledger take. */
export interface TableLimits {
  /** Bytes of writes in progress. */
  readonly writes: number;
  /** Number of leases. */
  readonly leases: number;
  /** Number of pinned routes. */
  readonly routes: number;
}

/** Returns the limits of the tables of a SQLite file. */
export function tableLimits({ writes, leases, routes }: SqliteBytes = SQLITE_BYTES): TableLimits {
  return { writes, leases: Math.floor(leases / LEASE_BYTES), routes: Math.floor(routes / ROUTE_BYTES) };
}

/** The limits of a database server, which has room. */
export const UNLIMITED: TableLimits = { writes: Infinity, leases: Infinity, routes: Infinity };

/** The limits of the caches of one process, in compressed bytes except `body`. */
export const LIMITS = {
  /** The text of one object; the contract has the same limit. */
  body: 2 * MIB,
  known: SQLITE_BYTES.known,
  /** The objects of one application and kind, which are stored in one transaction. */
  list: 10 * MIB,
  bases: SQLITE_BYTES.bases,
  /** The objects of one plan. */
  basis: 8 * MIB,
  basesOfApplication: 20,
  /** Milliseconds. */
  basisAge: 86_400_000,
};

export type Limits = typeof LIMITS;

/** Keeps the total of packed bytes below a maximum without counting them at each write. */
export interface SizeLimit {
  /** Records a write. Evicts the oldest entries when the total may exceed the maximum. */
  wrote(bytes: number): void;
  /** Evicts the oldest half, because the file is full. */
  evictHalf(): void;
}

/**
 * Creates a size limit. `total` counts the exact bytes. `evictOldest` evicts some of the oldest entries and returns their
 * bytes, or undefined when no entry may be evicted.
 */
export function sizeLimit(
  max: number,
  total: () => number,
  evictOldest: () => number | undefined,
): SizeLimit {
  let upperBound: number | undefined;
  const evictTo = (bytes: number, target: number) => {
    upperBound = bytes;
    while (upperBound > target) {
      const evicted = evictOldest();
      if (evicted === undefined) return;
      upperBound -= evicted;
    }
  };
  return {
    wrote(bytes) {
      upperBound = (upperBound ?? total()) + bytes;
      if (upperBound <= max) return;
      upperBound = total();
      // Evicts to 75 % so that the next writes need no exact count.
      if (upperBound > max) evictTo(upperBound, max * 0.75);
    },
    evictHalf() {
      const bytes = total();
      evictTo(bytes, bytes / 2);
    },
  };
}

/** Returns the sum of the column `bytes` of evicted rows. */
export function bytesOf(rows: readonly Readonly<Record<string, unknown>>[]): number {
  return rows.reduce((sum, row) => sum + Number(row['bytes']), 0);
}
