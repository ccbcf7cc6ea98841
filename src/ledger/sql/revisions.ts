import { append } from '../../domain/append.ts';
import { isObject, type JsonObject, parseTrustedJson, printJson } from '../../domain/json.ts';
import type { PlanAction } from '../../domain/plan.ts';
import { compress, decompress } from '../compress.ts';
import type { NewRevision, ObjectName, Revision, RevisionFilter, UndoneObject } from '../port.ts';
import { SQLITE_BYTES } from '../size-limit.ts';
import type { Database, Row, SqlValue, Statement } from './database.ts';
import { HistorySize, IS_OLD, sizeOf } from './history-size.ts';
import { kindIn } from './writes.ts';

/** How much history is kept. Age never deletes the newest revision of an object. */
export interface HistoryLimits {
  readonly perObject: number;
  /** Revisions older than this are deleted. */
  readonly maxAgeMs: number;
  /** Maximum bytes of all revisions; the oldest are deleted first, the newest of each object last. */
  readonly maxBytes: number;
}

/**
 * Number of revisions that one statement deletes, and of statements in one round; calls of `prune` between two searches for
 * old revisions.
 */
const PRUNE = { rows: 50, rounds: 20, everyCalls: 100 };
const ACTIONS: readonly PlanAction[] = ['create', 'update', 'replace', 'delete', 'none'];
const DAY_MS = 86_400_000;
/** Default of BIRDDOG_HISTORY_DAYS. */
export const HISTORY_DAYS = 400;
/** Limits of history by database. A SQLite file is on a volume that uses the pod's memory. */
const HISTORY_LIMITS = {
  perObject: 50,
  sqliteBytes: SQLITE_BYTES.history,
} as const;

/** Returns the limits of a database. `days` applies to PostgreSQL. */
export function historyLimits(database: 'SQLite' | 'PostgreSQL', days: number = HISTORY_DAYS): HistoryLimits {
  const { perObject, sqliteBytes: maxBytes } = HISTORY_LIMITS;
  return database === 'SQLite'
    ? { perObject, maxAgeMs: Infinity, maxBytes }
    : { perObject, maxAgeMs: days * DAY_MS, maxBytes: Infinity };
}

const NAMES =
  'entry, kind, application, key, revision, id, action, caller, request_id, is_apply, fingerprint, renamed_from';
const COLUMNS = `${NAMES}, restored_from, at_ms, redacted, body`;
/** The same without the body. */
const HEAD = `${NAMES}, restored_from, at_ms, redacted, NULL AS body`;
/** The statements about the revisions of objects. */
export class Revisions {
  private readonly db: Database;
  private readonly limits: HistoryLimits;
  readonly size: HistorySize;
  private calls = 0;

  constructor(db: Database, limits: HistoryLimits) {
    this.db = db;
    this.limits = limits;
    this.size = new HistorySize(db, limits.maxBytes);
  }

  /** Records the revision of a write, the last of the list, and those before it. */
  async record(revisions: readonly NewRevision[]): Promise<void> {
    await this.recorded(revisions, await this.db.sequence(await this.inserts(revisions)));
  }

  /**
   * Returns the statements that record the revision of a write, the last of the list, and those before it, each with the next number
   * of its object; none if the write is recorded already. Makes room first. Acknowledged early: the outcome of the write is
   * settled later, so a crash loses both or neither.
   */
  async inserts(revisions: readonly NewRevision[]): Promise<Statement[]> {
    if (revisions.length === 0) return [];
    const write = revisions.at(-1)?.entry ?? '';
    const bodies = revisions.map(({ body }) => (body ? compress(printJson(body)) : null));
    await this.size.reserve(
      revisions.reduce((sum, one, at) => sum + sizeOf(one, bodies[at]?.length ?? 0), 0),
    );
    const inserts = revisions.map((one, at) => this.insert(one, bodies[at] ?? null, write));
    return [...moves(revisions), ...inserts];
  }

  /** Deletes the revisions beyond the limit of an object. `rows` are those that `inserts` returned. */
  async recorded(revisions: readonly NewRevision[], rows: readonly (readonly Row[])[]): Promise<void> {
    const last = revisions.at(-1);
    const newest = Number(rows[moves(revisions).length + revisions.length - 1]?.[0]?.['revision']);
    if (last && newest > this.limits.perObject) await this.trim(last, newest);
  }

  private insert(revision: NewRevision, body: Uint8Array | null, write: string): Statement {
    const { relaxed, time, bytes } = this.db.dialect;
    const { entry, kind, application, key, id, action, caller, requestId, redacted } = revision;
    return {
      text: `INSERT INTO ledger_revisions
               (entry, kind, application, key, revision, id, action, caller, request_id, is_apply, restored_from,
                at_ms, redacted, body, fingerprint, renamed_from)
             SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS TEXT),
               coalesce((SELECT max(revision) FROM ledger_revisions
                         WHERE application = $3 AND kind = $2 AND key = $4), 0) + 1,
               CAST($5 AS TEXT), CAST($6 AS TEXT), CAST($7 AS TEXT), CAST($8 AS TEXT), CAST($9 AS BIGINT),
               CAST($10 AS BIGINT), ${time}, CAST($11 AS TEXT), CAST($12 AS ${bytes}), CAST($13 AS TEXT), CAST($15 AS TEXT)
             WHERE NOT EXISTS (SELECT 1 FROM ledger_revisions WHERE entry IN ($1, $14))
             RETURNING revision, ${relaxed}`,
      values: [
        entry,
        kind,
        application,
        key,
        id,
        action,
        caller,
        requestId ?? null,
        revision.isApply ? 1 : 0,
        revision.restoredFrom ?? null,
        redacted.length > 0 ? JSON.stringify(redacted) : null,
        body,
        revision.fingerprint ?? null,
        write,
        revision.renamedFrom ? `${revision.renamedFrom.application}/${revision.renamedFrom.key}` : null,
      ],
    };
  }

  /** Deletes the revisions of an object beyond the limit. */
  private async trim({ application, kind, key }: ObjectName, newest: number): Promise<void> {
    const { relaxed } = this.db.dialect;
    await this.db.query({
      text: `DELETE FROM ledger_revisions WHERE application = $1 AND kind = $2 AND key = $3
               AND revision <= CAST($4 AS BIGINT) RETURNING ${relaxed}`,
      values: [application, kind, key, newest - this.limits.perObject],
    });
  }

  /** Deletes revisions beyond the limits of age and of bytes, in bounded steps. */
  async prune(): Promise<void> {
    const { maxAgeMs } = this.limits;
    const isDue = this.calls % PRUNE.everyCalls === 0;
    this.calls += 1;
    if (maxAgeMs < Infinity && isDue) {
      const old = `at_ms < ${this.db.dialect.time} - CAST($1 AS BIGINT) AND ${IS_OLD}`;
      const text = `DELETE FROM ledger_revisions WHERE entry IN (
                      SELECT entry FROM ledger_revisions WHERE ${old} ORDER BY at_ms, revision LIMIT ${PRUNE.rows}
                    ) RETURNING entry`;
      await this.repeat({ text, values: [maxAgeMs] });
    }
    await this.size.reserve(0);
  }

  /** Executes a DELETE until it deletes less than a full step. */
  private async repeat(statement: Statement): Promise<void> {
    for (let round = 0; round < PRUNE.rounds; round += 1)
      if ((await this.db.query(statement)).length < PRUNE.rows) return;
  }

  async newest({ application, kind, key }: ObjectName): Promise<Revision | undefined> {
    const condition = 'application = $1 AND kind = $2 AND key = $3';
    const [first] = await this.read(COLUMNS, condition, [application, kind, key], 'revision DESC', 1);
    return first;
  }

  /** Returns the newest revision of each object of an application that was not deleted. */
  async newestOfAll(application: string): Promise<Revision[]> {
    const condition = `application = $1 AND body IS NOT NULL AND NOT ${IS_OLD}`;
    return this.read(COLUMNS, condition, [application], 'at_ms, revision');
  }

  async renamedTo({ kind, application, key }: ObjectName): Promise<ObjectName | undefined> {
    const condition = 'kind = $1 AND renamed_from = $2';
    const values = [kind, `${application}/${key}`];
    const [last] = await this.read(HEAD, condition, values, 'at_ms DESC, revision DESC', 1);
    if (!last || (last.application === application && last.key === key)) return undefined;
    return (await this.newest(last))?.body
      ? { kind, application: last.application, key: last.key }
      : undefined;
  }

  async list({ application, kind, key, after, limit }: RevisionFilter): Promise<Revision[]> {
    const values: SqlValue[] = [application];
    const conditions = ['application = $1'];
    const where = (condition: (at: number) => string, ...more: SqlValue[]) => {
      conditions.push(condition(values.length + 1));
      append(values, more);
    };
    if (kind !== undefined) where((at) => `kind = $${at}`, kind);
    if (key !== undefined)
      where((at) => `(key = $${at} OR renamed_from = $${at + 1})`, key, `${application}/${key}`);
    if (after !== undefined)
      where(
        (at) =>
          `(at_ms, revision, entry) < (CAST($${at} AS BIGINT), CAST($${at + 1} AS BIGINT), CAST($${at + 2} AS TEXT))`,
        after.atMs,
        after.revision,
        after.entry,
      );
    const columns = key === undefined ? HEAD : COLUMNS;
    return this.read(
      columns,
      conditions.join(' AND '),
      values,
      'at_ms DESC, revision DESC, entry DESC',
      limit,
    );
  }

  async get({ application, kind, key }: ObjectName, revision: number): Promise<Revision | undefined> {
    const condition = 'application = $1 AND kind = $2 AND key = $3 AND revision = $4';
    const [first] = await this.read(COLUMNS, condition, [application, kind, key, revision], 'revision', 1);
    return first;
  }

  async ids(application: string): Promise<Pick<Revision, 'kind' | 'key' | 'id'>[]> {
    const rows = await this.db.query({
      text: `SELECT kind, key, id FROM ledger_revisions WHERE application = $1
             GROUP BY kind, key, id ORDER BY max(at_ms), max(revision)`,
      values: [application],
    });
    return rows.map(({ kind, key, id }) => ({ kind: kindIn(kind), key: String(key), id: String(id) }));
  }

  async lastApply(application: string, exceptRequestId: string): Promise<UndoneObject[]> {
    const [last] = await this.db.query({
      text: `SELECT request_id FROM ledger_revisions
             WHERE application = $1 AND is_apply = 1 AND request_id <> $2
             ORDER BY at_ms DESC, revision DESC LIMIT 1`,
      values: [application, exceptRequestId],
    });
    const requestId = last?.['request_id'];
    if (typeof requestId !== 'string') return [];
    const condition = 'application = $1 AND is_apply = 1 AND request_id = $2';
    const made = await this.read(HEAD, condition, [application, requestId], 'revision');
    const before = await this.read(
      COLUMNS,
      `application = $1 AND EXISTS (
         SELECT 1 FROM ledger_revisions AS mine
         WHERE mine.application = $1 AND mine.is_apply = 1 AND mine.request_id = $2
           AND mine.kind = ledger_revisions.kind AND mine.key = ledger_revisions.key
           AND mine.revision = ledger_revisions.revision + 1
       ) AND NOT (is_apply = 1 AND coalesce(request_id, '') = $2)`,
      [application, requestId],
      'revision DESC',
    );
    // Of several, the earliest is the state before the apply.
    const byName = new Map(before.map((one) => [`${one.kind}:${one.key}`, one]));
    const firsts = [...Map.groupBy(made, ({ kind, key }) => `${kind}:${key}`)];
    return firsts.flatMap(([name, [first]]) => (first ? [{ first, before: byName.get(name) }] : []));
  }

  private async read(
    columns: string,
    condition: string,
    values: readonly SqlValue[],
    order: string,
    limit?: number,
  ): Promise<Revision[]> {
    const rows = await this.db.query({
      text: `SELECT ${columns} FROM ledger_revisions WHERE ${condition} ORDER BY ${order}${limit === undefined ? '' : ` LIMIT ${limit}`}`,
      values,
    });
    return rows.map(revisionIn);
  }
}

/**
 * Returns the statement that gives the revisions of a renamed object its new name, with numbers after those that the name has; nothing
 * if the rename is recorded already, or the write renames nothing.
 */
function moves(revisions: readonly NewRevision[]): Statement[] {
  const write = revisions.at(-1);
  if (!write?.renamedFrom) return [];
  const { kind, application, key, id, entry, renamedFrom: from } = write;
  return [
    {
      text: `UPDATE ledger_revisions SET application = CAST($1 AS TEXT), key = CAST($2 AS TEXT),
               revision = revision + (SELECT coalesce(max(revision), 0) FROM ledger_revisions AS held
                                      WHERE held.application = $1 AND held.kind = $3 AND held.key = $2)
             WHERE kind = $3 AND application = $4 AND key = $5 AND id = $6
               AND NOT EXISTS (SELECT 1 FROM ledger_revisions AS done WHERE done.entry = $7)
             RETURNING revision`,
      values: [application, key, kind, from.application, from.key, id, entry],
    },
  ];
}

function renamedFromIn(value: unknown): Pick<Revision, 'renamedFrom'> {
  const [application, key] = typeof value === 'string' ? value.split('/') : [];
  return application !== undefined && key !== undefined ? { renamedFrom: { application, key } } : {};
}

function revisionIn(row: Row): Revision {
  const action = ACTIONS.find((one) => one === row['action']);
  if (!action) throw new TypeError('a revision has an unknown action');
  const requestId = row['request_id'];
  const restoredFrom = row['restored_from'];
  const { fingerprint } = row;
  return {
    entry: String(row['entry']),
    kind: kindIn(row['kind']),
    application: String(row['application']),
    key: String(row['key']),
    revision: Number(row['revision']),
    id: String(row['id']),
    action,
    caller: String(row['caller']),
    requestId: typeof requestId === 'string' ? requestId : undefined,
    isApply: Number(row['is_apply']) === 1,
    restoredFrom: restoredFrom === null ? undefined : Number(restoredFrom),
    ...renamedFromIn(row['renamed_from']),
    atMs: Number(row['at_ms']),
    fingerprint: typeof fingerprint === 'string' ? fingerprint : undefined,
    redacted: pointersIn(row['redacted']),
    body: bodyIn(row['body']),
  };
}

function pointersIn(value: unknown): readonly string[] {
  const list = typeof value === 'string' ? parseTrustedJson(value) : [];
  return Array.isArray(list) ? list.map(String) : [];
}

function bodyIn(value: unknown): JsonObject | undefined {
  if (value === null || value === undefined) return undefined;
  const body = decompress(value);
  if (!isObject(body)) throw new TypeError('a revision has an invalid body');
  return body;
}
