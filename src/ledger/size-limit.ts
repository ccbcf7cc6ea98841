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
  most: number,
  total: () => number,
  dropOldest: () => number | undefined,
): SizeLimit {
  let atMost: number | undefined;
  return {
    wrote(bytes) {
      atMost = (atMost ?? total()) + bytes;
      if (atMost <= most) return;
      atMost = total();
      if (atMost <= most) return;
      // Some room is made, so that not every write has to count.
      while (atMost > most * 0.75) {
        const dropped = dropOldest();
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
