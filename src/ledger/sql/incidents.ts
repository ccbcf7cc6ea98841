import { randomUUID } from 'node:crypto';
import { isObject, type JsonObject, parseTrustedJson, printJson } from '../../domain/json.ts';
import {
  CLAIM_MS,
  type ClaimedNotification,
  type IncidentLedger,
  NOTIFICATION_EVENTS,
  type ObservedIncident,
  type ObserveOptions,
} from '../port.ts';
import type { Database, Row, Statement } from './database.ts';

/** An incident that nobody observes, and whose receiver no process has, is forgotten after this time (ms). */
const ORPHAN_MS = 7 * 86_400_000;
/** How long (ms) incidents count as observed after a restart of the database's clock. */
const HOLD_AFTER_RESTART_MS = 600_000;

/**
 * The statements about incidents and their notifications. `ledger_sightings` has a row for each process that observes an incident;
 * `ledger_incidents` has one for each incident and receiver, with the last event and whether the receiver has accepted it. The
 * process that inserts such a row sends the beginning, and the one that finds no sighting sends the end.
 */
export class Incidents implements IncidentLedger {
  private readonly db: Database;
  private readonly observer = randomUUID();
  /** Incidents for which this process may have a sighting. */
  private readonly sighted = new Set<string>();

  constructor(db: Database) {
    this.db = db;
  }

  /**
   * Runs one transaction at a time over all processes, which PostgreSQL ensures by a lock: so the statements never wait for each
   * other in a circle.
   */
  async observe(
    observed: readonly ObservedIncident[],
    { receivers, accepted, remindMs }: ObserveOptions,
  ): Promise<readonly ClaimedNotification[]> {
    if (receivers.length === 0) return [];
    if (observed.length + accepted.length + this.sighted.size === 0 && (await this.isEmpty())) return [];
    const { lock } = this.db.dialect;
    const ended = this.sighted.difference(new Set(observed.map(({ name }) => name)));
    for (const { name } of observed) this.sighted.add(name);
    const begun = observed
      .filter(({ isDue }) => isDue)
      .flatMap((one) => receivers.map((receiver) => this.begin(one, receiver, remindMs)));
    const before = [
      ...(lock ? [lock('incidents')] : []),
      ...accepted.flatMap((id) => this.settle(id)),
      ...observed.map((one) => this.sight(one)),
      ...[...ended].map((name) => this.unsight(name)),
      this.forgetExpired(),
      ...begun,
      ...receivers.map((receiver) => this.end(receiver)),
    ];
    const results = await this.db.transaction([
      ...before,
      ...receivers.map((receiver) => this.claim(receiver)),
    ]);
    for (const name of ended) this.sighted.delete(name);
    return results.slice(before.length).flat().map(claimIn);
  }

  async accept(ids: readonly string[]): Promise<void> {
    await this.db.transaction(ids.flatMap((id) => this.settle(id)));
  }

  /** Deletes incidents that nobody observes, for receivers that no process has. */
  async forgetOrphans(): Promise<void> {
    await this.db.query({
      text: `DELETE FROM ledger_incidents WHERE event_ms < ${this.db.dialect.now} - ${ORPHAN_MS} AND ${NOT_SIGHTED}`,
      values: [],
    });
  }

  /** Returns the statements after which times of a former run of the clock mean nothing if the clock has restarted since. */
  restartClock(clockRun: string): Statement[] {
    const { now } = this.db.dialect;
    const isNewRun = `EXISTS (SELECT 1 FROM ledger_facts WHERE name = 'clock_run' AND value <> CAST($1 AS TEXT))`;
    return [
      {
        text: `UPDATE ledger_sightings SET until_ms = ${now} + ${HOLD_AFTER_RESTART_MS} WHERE ${isNewRun}`,
        values: [clockRun],
      },
      {
        text: `UPDATE ledger_incidents SET until_ms = 0, event_ms = ${now} WHERE ${isNewRun}`,
        values: [clockRun],
      },
    ];
  }

  private async isEmpty(): Promise<boolean> {
    const rows = await this.db.query({ text: 'SELECT 1 AS one FROM ledger_incidents LIMIT 1', values: [] });
    return rows.length === 0;
  }

  private settle(id: string): Statement[] {
    return [
      {
        text: `UPDATE ledger_incidents SET pending = 0, until_ms = 0 WHERE id = $1 AND event <> 'ended'`,
        values: [id],
      },
      { text: `DELETE FROM ledger_incidents WHERE id = $1 AND event = 'ended'`, values: [id] },
    ];
  }

  private sight({ name, holdMs }: ObservedIncident): Statement {
    return {
      text: `INSERT INTO ledger_sightings (incident, observer, until_ms)
             VALUES ($1, $2, ${this.db.dialect.now} + CAST($3 AS BIGINT))
             ON CONFLICT (incident, observer) DO UPDATE SET until_ms = excluded.until_ms`,
      values: [name, this.observer, Math.ceil(holdMs)],
    };
  }

  private unsight(name: string): Statement {
    return {
      text: 'DELETE FROM ledger_sightings WHERE incident = $1 AND observer = $2',
      values: [name, this.observer],
    };
  }

  private forgetExpired(): Statement {
    return { text: `DELETE FROM ledger_sightings WHERE until_ms < ${this.db.dialect.now}`, values: [] };
  }

  /** Inserts an incident that is not open, or claims the reminder of one that has been open for long. */
  private begin({ name, since, report }: ObservedIncident, receiver: string, remindMs: number): Statement {
    const { now } = this.db.dialect;
    return {
      text: `INSERT INTO ledger_incidents AS held
               (name, receiver, id, event, since_ms, event_ms, report, pending, sender, until_ms)
             VALUES ($1, $2, $3, 'begun', CAST($4 AS BIGINT), ${now}, $5, 1, $6, ${now} + ${CLAIM_MS})
             ON CONFLICT (name, receiver) DO UPDATE SET
               id = excluded.id,
               event = CASE WHEN held.event = 'ended' THEN 'begun' ELSE 'lasting' END,
               since_ms = CASE WHEN held.event = 'ended' THEN excluded.since_ms ELSE held.since_ms END,
               event_ms = excluded.event_ms,
               report = excluded.report,
               pending = 1,
               sender = excluded.sender,
               until_ms = excluded.until_ms
             WHERE (held.sender = excluded.sender OR ${isFree('held', now)})
               AND (held.event = 'ended' OR held.event_ms <= ${now} - CAST($7 AS BIGINT))`,
      values: [
        name,
        receiver,
        randomUUID(),
        Math.round(since),
        printJson(report),
        this.observer,
        Math.ceil(remindMs),
      ],
    };
  }

  /** Ends the incidents that nobody observes, unless another process is sending an earlier notification. */
  private end(receiver: string): Statement {
    const { now } = this.db.dialect;
    return {
      text: `UPDATE ledger_incidents SET
               id = id || '-ended', event = 'ended', event_ms = ${now}, pending = 1, sender = $1, until_ms = ${now} + ${CLAIM_MS}
             WHERE receiver = $2 AND event <> 'ended' AND (sender = $1 OR ${isFree('ledger_incidents', now)})
               AND ${NOT_SIGHTED}`,
      values: [this.observer, receiver],
    };
  }

  /** Renews the claims of this process, and takes over those of processes that did not renew theirs. */
  private claim(receiver: string): Statement {
    const { now } = this.db.dialect;
    return {
      text: `UPDATE ledger_incidents SET sender = $1, until_ms = ${now} + ${CLAIM_MS}
             WHERE receiver = $2 AND pending = 1 AND (sender = $1 OR ${isFree('ledger_incidents', now)})
             RETURNING id, name, receiver, event, since_ms, report`,
      values: [this.observer, receiver],
    };
  }
}

const NOT_SIGHTED = 'NOT EXISTS (SELECT 1 FROM ledger_sightings WHERE incident = ledger_incidents.name)';

/** The condition that nobody is sending a notification of this row. A claim that lasts too long is from before a clock was set back. */
function isFree(row: string, now: string): string {
  return `${row}.pending = 0 OR ${row}.until_ms < ${now} OR ${row}.until_ms > ${now} + ${CLAIM_MS}`;
}

function claimIn(row: Row): ClaimedNotification {
  const event = NOTIFICATION_EVENTS.find((one) => one === row['event']);
  if (!event) throw new TypeError('a recorded incident has an unknown event');
  return {
    id: String(row['id']),
    incident: String(row['name']),
    receiver: String(row['receiver']),
    event,
    since: Number(row['since_ms']),
    report: reportIn(row['report']),
  };
}

function reportIn(text: unknown): JsonObject {
  const report = parseTrustedJson(String(text));
  if (!isObject(report)) throw new TypeError('a recorded incident has no report');
  return report;
}
