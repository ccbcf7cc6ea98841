const MIB = 1024 * 1024;

/**
 * The parts of a SQLite file, in bytes. Its volume is 128 MiB of the pod's memory, so all parts together have 112 MiB. `rest` is
 * for leases, writes in progress, incidents, indexes, unused parts of pages and the write-ahead log.
 */
export const SQLITE_BYTES = {
  known: 32 * MIB,
  bases: 16 * MIB,
  history: 16 * MIB,
  cache: 16 * MIB,
  rest: 32 * MIB,
};

/** The limits of the caches of one process, in compressed bytes except `body`. */
export const LIMITS = {
  /** The text of one object; the contract has the same limit. */
  body: 2 * MIB,
  known: SQLITE_BYTES.known,
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
  return {
    wrote(bytes) {
      upperBound = (upperBound ?? total()) + bytes;
      if (upperBound <= max) return;
      upperBound = total();
      if (upperBound <= max) return;
      // Evicts to 75 % so that the next writes need no exact count.
      while (upperBound > max * 0.75) {
        const evicted = evictOldest();
        if (evicted === undefined) return;
        upperBound -= evicted;
      }
    },
  };
}

/** Returns the sum of the column `bytes` of evicted rows. */
export function bytesOf(rows: readonly Readonly<Record<string, unknown>>[]): number {
  return rows.reduce((sum, row) => sum + Number(row['bytes']), 0);
}
