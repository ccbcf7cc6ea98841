import { largest } from '../../domain/append.ts';
import type { LostRevisions, NewRevision } from '../port.ts';
import type { Database, Statement } from './database.ts';

/** Bytes of a revision without its texts and its body: numbers, ids, and its entries in the indexes. */
const ROW_BYTES = 700;
/** The size of a revision in bytes. The indexes repeat the names of its object. */
const SIZE = `(${ROW_BYTES} + 4 * length(application) + 3 * length(key) + length(caller) + coalesce(length(body), 0)
  + coalesce(length(redacted), 0))`;
/** The condition that an object has a newer revision. */
export const IS_OLD = `EXISTS (SELECT 1 FROM ledger_revisions AS newer
  WHERE newer.application = ledger_revisions.application AND newer.kind = ledger_revisions.kind
    AND newer.key = ledger_revisions.key AND newer.revision > ledger_revisions.revision)`;
/**
 * What is deleted to make room, in this order, the oldest first: revisions that have a newer one; then the newest revisions, those
 * of deleted objects before those of existing ones.
 */
const VICTIMS = [
  { condition: IS_OLD, fact: undefined },
  { condition: 'body IS NULL', fact: 'history_newest_lost' },
  { condition: '1 = 1', fact: 'history_newest_lost' },
] as const;
const LOST = 'history_lost';
/** Revisions that one transaction deletes, and the share of the limit that is left. */
const DELETE = { rows: 100, share: 0.9 };

/** Keeps the history within a number of bytes, which it never exceeds. */
export class HistorySize {
  private readonly db: Database;
  private readonly maxBytes: number;
  /** At most so many bytes are stored; undefined until they are counted. */
  private upperBound: number | undefined;
  private deleting: Promise<void> | undefined;

  constructor(db: Database, maxBytes: number) {
    this.db = db;
    this.maxBytes = maxBytes;
  }

  /** Makes room for revisions of so many bytes: deletes the oldest ones, and remembers until when revisions are missing. */
  async reserve(bytes: number): Promise<void> {
    if (this.maxBytes === Infinity) return;
    const counted = this.upperBound ?? (await this.count());
    // Others may have counted meanwhile, and reserved.
    this.upperBound ??= counted;
    // Twice, because others may have used the room.
    for (let round = 0; round < 2 && this.upperBound + bytes > this.maxBytes; round += 1) {
      this.deleting ??= this.deleteDownTo(this.maxBytes * DELETE.share - bytes).finally(() => {
        this.deleting = undefined;
      });
      await this.deleting;
    }
    this.upperBound += bytes;
  }

  /** Returns until when revisions were deleted because the history was full. */
  async lost(): Promise<LostRevisions> {
    if (this.maxBytes === Infinity) return { untilMs: undefined, newestUntilMs: undefined };
    const facts = await this.db.query({
      text: 'SELECT name, value FROM ledger_facts WHERE name IN ($1, $2)',
      values: [LOST, VICTIMS[1].fact],
    });
    const timeOf = (names: readonly string[]) => {
      const times = facts.flatMap(({ name, value }) => (names.includes(String(name)) ? [Number(value)] : []));
      return times.length === 0 ? undefined : largest(times);
    };
    return { untilMs: timeOf([LOST, VICTIMS[1].fact]), newestUntilMs: timeOf([VICTIMS[1].fact]) };
  }

  private async count(): Promise<number> {
    const text = `SELECT coalesce(sum(${SIZE}), 0) AS bytes FROM ledger_revisions`;
    const [row] = await this.db.query({ text, values: [] });
    return Number(row?.['bytes']);
  }

  private async deleteDownTo(target: number): Promise<void> {
    let bytes = await this.count();
    for (const { condition, fact = LOST } of VICTIMS) {
      for (let deleted = 1; bytes > target && deleted > 0; ) {
        const [, rows = []] = await this.db.transaction(
          deleteOldest(condition, fact, Math.ceil(bytes - target)),
        );
        bytes = rows.reduce((rest, row) => rest - Number(row['bytes']), bytes);
        deleted = rows.length;
        // Other requests run in between.
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    this.upperBound = bytes;
  }
}

/** Returns the statements that delete the oldest revisions with a condition, for so many bytes, and remember the time of the last. */
function deleteOldest(condition: string, fact: string, bytes: number): Statement[] {
  const oldest = (param: string) => `FROM (
      SELECT entry, at_ms, sum(size) OVER (ORDER BY at_ms, revision, entry) - size AS freed_before FROM (
        SELECT entry, at_ms, revision, ${SIZE} AS size FROM ledger_revisions
        WHERE ${condition} ORDER BY at_ms, revision, entry LIMIT ${DELETE.rows}
      ) AS first_ones
    ) AS ranked WHERE freed_before < CAST(${param} AS BIGINT)`;
  return [
    {
      text: `INSERT INTO ledger_facts (name, value)
             SELECT CAST($1 AS TEXT), CAST(lost.at_ms AS TEXT)
             FROM (SELECT max(at_ms) AS at_ms ${oldest('$2')}) AS lost WHERE lost.at_ms IS NOT NULL
             ON CONFLICT (name) DO UPDATE SET value = excluded.value
             WHERE CAST(excluded.value AS BIGINT) > CAST(ledger_facts.value AS BIGINT)`,
      values: [fact, bytes],
    },
    {
      text: `DELETE FROM ledger_revisions WHERE entry IN (SELECT entry ${oldest('$1')}) RETURNING ${SIZE} AS bytes`,
      values: [bytes],
    },
  ];
}

/** Returns the size of a revision in bytes, given the bytes of its body. */
export function sizeOf({ application, key, caller, redacted }: NewRevision, bodyBytes: number): number {
  const texts = 4 * application.length + 3 * key.length + caller.length;
  return ROW_BYTES + texts + bodyBytes + (redacted.length > 0 ? JSON.stringify(redacted).length : 0);
}
