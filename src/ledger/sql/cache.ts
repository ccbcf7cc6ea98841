import type { Clock } from '../../domain/clock.ts';
import { deadlineAfter } from '../../domain/deadline.ts';
import { createSemaphore } from '../../runtime/concurrency/semaphore.ts';
import type { LedgerReadings, SharedCache } from '../port.ts';
import { SQLITE_BYTES } from '../size-limit.ts';
import type { Database, Statement } from './database.ts';

/** Limits (bytes) of the cache by database. A SQLite file is on a volume that uses the pod's memory. */
const CACHE_BYTES: Readonly<Record<LedgerReadings['database'], number>> = {
  SQLite: SQLITE_BYTES.cache,
  PostgreSQL: 1024 * 1024 * 1024,
};
/** An entry takes at most this part of the limit, and at most these bytes. */
const MAX_ENTRY = { part: 4, bytes: 16 * 1024 * 1024 };
/** A process counts the bytes of all again when it has stored this part of the limit, because others store too. */
const COUNT_PART = 64;
/** The share of the limit that remains after an eviction, so that the next entries need none. */
const REMAINS = 0.9;
/** Rows that one statement deletes, and statements in one round. */
const EVICT = { rows: 1000, rounds: 20 };
/** Milliseconds after which a read counts as a new use: not every read is a write. */
export const USE_MS = 60_000;
/**
 * How many operations run at once, and how many wait, in one process: PostgreSQL's other connections are left to writes. How long
 * (ms) one waits, and how long every read is a miss after a failure.
 */
const BOUNDS = { atOnce: 2, waiting: 200, waitMs: 2_000, pauseMs: 5_000 };
const OWNER = { name: 'cache' };

/** The statements about the cache. */
export class CacheRows {
  private readonly db: Database;
  private readonly maxBytes: number;
  /** The bytes of all entries at the last count; undefined before the first. */
  private counted: number | undefined;
  /** The bytes that this process has stored since. */
  private stored = 0;

  constructor(db: Database, database: LedgerReadings['database'], maxBytes: number = CACHE_BYTES[database]) {
    this.db = db;
    this.maxBytes = maxBytes;
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const { time } = this.db.dialect;
    const [row] = await this.db.query({
      text: `SELECT bytes, CASE WHEN used_ms < ${time} - ${USE_MS} THEN 1 ELSE 0 END AS is_new_use
             FROM ledger_cache WHERE key = $1 AND expires_ms > ${time}`,
      values: [key],
    });
    const bytes = row?.['bytes'];
    if (Number(row?.['is_new_use']) === 1) await this.touch(key);
    return bytes instanceof Uint8Array ? bytes : undefined;
  }

  private async touch(key: string): Promise<void> {
    const { time, relaxed } = this.db.dialect;
    await this.db.query({
      text: `UPDATE ledger_cache SET used_ms = ${time} WHERE key = $1 RETURNING ${relaxed}`,
      values: [key],
    });
  }

  async put(key: string, bytes: Uint8Array, ttlMs: number): Promise<void> {
    if (bytes.length > Math.min(this.maxBytes / MAX_ENTRY.part, MAX_ENTRY.bytes)) return;
    const { time, relaxed } = this.db.dialect;
    await this.db.query({
      text: `INSERT INTO ledger_cache (key, bytes, size, expires_ms, used_ms)
             VALUES ($1, $2, CAST($3 AS BIGINT), ${time} + CAST($4 AS BIGINT), ${time})
             ON CONFLICT (key) DO UPDATE SET bytes = excluded.bytes, size = excluded.size,
               expires_ms = excluded.expires_ms, used_ms = excluded.used_ms
             RETURNING ${relaxed}`,
      values: [key, bytes, bytes.length, Math.ceil(ttlMs)],
    });
    this.stored += bytes.length;
    const bound = (this.counted ?? this.maxBytes) + this.stored;
    if (bound > this.maxBytes || this.stored > this.maxBytes / COUNT_PART) await this.evict();
  }

  /** Deletes expired entries, and the least recently used ones beyond the limit, in bounded steps. */
  async evict(): Promise<void> {
    await this.forgetExpired();
    const [row] = await this.db.query({
      text: 'SELECT coalesce(sum(size), 0) AS bytes FROM ledger_cache',
      values: [],
    });
    let bytes = Number(row?.['bytes']);
    if (bytes > this.maxBytes) {
      const remains = this.maxBytes * REMAINS;
      await repeat(async () => {
        const rows = await this.db.query(this.deleteOldest(Math.ceil(bytes - remains)));
        bytes -= rows.reduce((sum, { size }) => sum + Number(size), 0);
        return rows.length > 0 && bytes > remains;
      });
    }
    this.counted = bytes;
    this.stored = 0;
  }

  /** Deletes entries that have expired. */
  async forgetExpired(): Promise<void> {
    const { time } = this.db.dialect;
    await repeat(async () => {
      const rows = await this.db.query({
        text: `DELETE FROM ledger_cache WHERE key IN (
                 SELECT key FROM ledger_cache WHERE expires_ms <= ${time} ORDER BY expires_ms LIMIT ${EVICT.rows}
               ) RETURNING size`,
        values: [],
      });
      return rows.length === EVICT.rows;
    });
  }

  /** Returns the statement that deletes the least recently used entries until so many bytes are free. */
  private deleteOldest(bytes: number): Statement {
    return {
      text: `DELETE FROM ledger_cache WHERE key IN (
               SELECT key FROM (
                 SELECT key, sum(size) OVER (ORDER BY used_ms, key) - size AS freed_before FROM (
                   SELECT key, size, used_ms FROM ledger_cache ORDER BY used_ms, key LIMIT ${EVICT.rows}
                 ) AS oldest
               ) AS ranked WHERE freed_before < CAST($1 AS BIGINT)
             ) RETURNING size`,
      values: [bytes],
    };
  }
}

/** Repeats a step until it returns false, at most as often as one round allows. */
async function repeat(step: () => Promise<boolean>): Promise<void> {
  for (let round = 0; round < EVICT.rounds; round += 1) if (!(await step())) return;
}

/** Creates the cache of a ledger, which `rows` opens. A failure is a miss, and for some seconds everything is one. */
export function createSharedCache(rows: () => Promise<CacheRows>, clock: Clock): SharedCache {
  const semaphore = createSemaphore(
    { maxConcurrent: BOUNDS.atOnce, maxWaiting: BOUNDS.waiting },
    'operations of the cache',
  );
  let pausedUntil = Number.NEGATIVE_INFINITY;

  async function attempt<T>(work: (opened: CacheRows) => Promise<T>): Promise<T | undefined> {
    const isPaused = () => clock.monotonic() < pausedUntil;
    if (isPaused()) return undefined;
    const deadline = deadlineAfter(BOUNDS.waitMs, clock);
    const release = await semaphore.acquire(OWNER, deadline).catch(() => undefined);
    deadline.close();
    try {
      return release && !isPaused() ? await work(await rows()) : undefined;
    } catch {
      pausedUntil = clock.monotonic() + BOUNDS.pauseMs;
      return undefined;
    } finally {
      release?.();
    }
  }

  return {
    get: (key) => attempt((opened) => opened.get(key)),
    put: (key, bytes, ttlMs) => attempt((opened) => opened.put(key, bytes, ttlMs)),
    evict: () => attempt((opened) => opened.evict()),
  };
}
