/** Keeps packed bytes below a limit without counting them all at each write. */
export interface SizeLimit {
  /** So many bytes were written; where that may be too many, the oldest go. */
  wrote(bytes: number): void;
}

/**
 * `total` counts exactly. `dropOldest` drops some of what was kept longest, and gives its bytes, or undefined where
 * nothing may be dropped.
 */
export function sizeLimit(
  max: number,
  total: () => number,
  evictOldest: () => number | undefined,
): SizeLimit {
  let atMost: number | undefined;
  return {
    wrote(bytes) {
      atMost = (atMost ?? total()) + bytes;
      if (atMost <= max) return;
      atMost = total();
      if (atMost <= max) return;
      // Some room is made, so that not every write has to count.
      while (atMost > max * 0.75) {
        const dropped = evictOldest();
        if (dropped === undefined) return;
        atMost -= dropped;
      }
    },
  };
}

/** The bytes of dropped rows that tell theirs. */
export function bytesOf(rows: readonly Readonly<Record<string, unknown>>[]): number {
  return rows.reduce((sum, row) => sum + Number(row['bytes']), 0);
}
