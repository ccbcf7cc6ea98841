import type { CallsGranted, CallsWanted } from '../../domain/call-grants.ts';
import type { Database } from './database.ts';

/** One grant is at most what is left divided by this, so that the last calls of a period are spread over the processes. */
const PARTS = 4;
/** A period that ends later than its length plus this (ms) shows that the database's clock was set back. */
const CLOCK_SLACK_MS = 5_000;
/** Ends of a period that differ by less than this (ms), and less than a quarter of the period, are of one period. */
const SAME_PERIOD_MS = 1500;

/** The shared budgets of Datadog's rate limits: one row for each limit. */
export class Budgets {
  private readonly db: Database;

  constructor(db: Database) {
    this.db = db;
  }

  /**
   * Grants calls of the current period, in one statement. The first grant of a period takes the view of the process that asks;
   * later ones only lower what is left.
   */
  async grant(wanted: CallsWanted): Promise<CallsGranted> {
    const { name, periodMs, endsInMs, left, carried, calls, kept } = wanted;
    const { now, relaxed } = this.db.dialect;
    const seen = 'CAST($4 AS BIGINT)';
    const carriedOver = 'CAST($5 AS BIGINT)';
    const max = 'CAST($6 AS BIGINT)';
    const floor = 'CAST($7 AS BIGINT)';
    // The statement reads the clock once, into `now_ms`.
    const isOver = `(held.ends_ms <= excluded.now_ms
      OR held.ends_ms > excluded.now_ms + excluded.period_ms + ${CLOCK_SLACK_MS})`;
    const isSame = `abs(held.ends_ms - excluded.ends_ms) < least(${SAME_PERIOD_MS}, excluded.period_ms / 4)`;
    const leftBefore = `CASE WHEN ${isOver} THEN ${seen}
      WHEN ${isSame} THEN least(held.calls_left - ${carriedOver}, ${seen})
      ELSE held.calls_left - ${carriedOver} END`;
    const grantOf = (base: string) =>
      `CAST(greatest(0, least(${max}, greatest(1, ((${base}) - ${floor}) / ${PARTS}), (${base}) - ${floor})) AS BIGINT)`;
    const [row] = await this.db.query({
      text: `INSERT INTO ledger_budgets AS held (name, period_ms, ends_ms, calls_left, calls_granted, now_ms)
             SELECT CAST($1 AS TEXT), CAST($2 AS BIGINT), clock.now_ms + CAST($3 AS BIGINT),
                    ${seen} - ${grantOf(seen)}, ${grantOf(seen)}, clock.now_ms
             FROM (SELECT ${now} AS now_ms) AS clock WHERE true
             ON CONFLICT (name) DO UPDATE SET
               period_ms = excluded.period_ms,
               ends_ms = CASE WHEN ${isOver} THEN excluded.ends_ms ELSE held.ends_ms END,
               calls_left = CAST((${leftBefore}) AS BIGINT) - ${grantOf(leftBefore)},
               calls_granted = ${grantOf(leftBefore)},
               now_ms = excluded.now_ms
             RETURNING calls_granted, ends_ms - now_ms AS ends_in_ms, ${relaxed}`,
      values: [name, periodMs, endsInMs, left, carried, calls, kept],
    });
    return { calls: Number(row?.['calls_granted']), endsInMs: Math.max(0, Number(row?.['ends_in_ms'])) };
  }
}
