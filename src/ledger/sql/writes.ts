import { randomUUID } from 'node:crypto';
import { append } from '../../domain/append.ts';
import { isObject, type JsonObject, numberText, parseTrustedJson, printJson } from '../../domain/json.ts';
import type { StoredKind } from '../../domain/managed-fields.ts';
import { ProblemError } from '../../domain/problem.ts';
import {
  type Intent,
  type Lease,
  MAX_UNSETTLED,
  type ObjectName,
  type RevisionSource,
  type SettledCreate,
  type UnsettledWrite,
  type WriteAction,
} from '../port.ts';
import { compress, decompress } from '../compress.ts';
import type { Database, Row, SqlValue, Statement } from './database.ts';
import { chunks, type Leases } from './leases.ts';

const ACTIONS: readonly WriteAction[] = ['create', 'update', 'delete'];
/** Bytes of a recorded write without its bodies, with its entries in the indexes. */
const ROW_BYTES = 700;
const REVISION_ACTIONS = [...ACTIONS, 'replace'] as const;

/** The statements about writes in progress. */
export class Writes {
  private readonly db: Database;
  private readonly leases: Leases;
  private readonly columns: string;
  private readonly maxBytes: number;
  /** At most so many bytes are stored; undefined until they are counted. */
  private upperBound: number | undefined;
  /** Bytes of the writes that are being recorded, which a count may lack. */
  private recording = 0;

  /** `maxBytes` limits the bytes of all recorded writes. */
  constructor(db: Database, leases: Leases, maxBytes = Infinity) {
    this.db = db;
    this.leases = leases;
    this.maxBytes = maxBytes;
    this.columns = `entry, kind, application, key, action, id, others, body, before_body, caller, source,
      attempts,
      ${db.dialect.now} - sent_ms AS sent_ago_ms`;
  }

  /**
   * Records a write if the lease is still held. Returns its entry; undefined if the lease is lost. Throws `ledger_unavailable`
   * if there is no room.
   */
  async begin(
    lease: Lease,
    intent: Intent,
    { entry, attempts }: Pick<UnsettledWrite, 'entry' | 'attempts'> = { entry: randomUUID(), attempts: 1 },
  ): Promise<string | undefined> {
    if (!this.leases.isHeld(lease)) return undefined;
    const { dialect } = this.db;
    const { kind, application, key, action, id, others, body, before, caller, source } = intent;
    const packedBody = body ? storedBody(body) : null;
    // Only a revision needs it.
    const packedBefore = before && source ? storedBody(before) : null;
    const bytes = ROW_BYTES + (packedBody?.length ?? 0) + (packedBefore?.length ?? 0);
    await this.reserve(bytes);
    const isHeld = this.leases.condition(lease, intent, 13);
    const values: SqlValue[] = [
      entry,
      kind,
      application,
      key,
      action,
      id ?? null,
      others ? JSON.stringify(others) : null,
      packedBody,
      packedBefore,
      caller,
      source ? JSON.stringify(source) : null,
      attempts,
      ...isHeld.values,
    ];
    const text = (from: number, to: number) =>
      Array.from({ length: to - from + 1 }, (_, at) => `CAST($${from + at} AS TEXT)`).join(', ');
    const insert = {
      text: `INSERT INTO ledger_writes
               (entry, kind, application, key, action, id, others, body, before_body, caller, source, state, sent_ms,
                attempts)
             SELECT ${text(1, 7)}, CAST($8 AS ${dialect.bytes}), CAST($9 AS ${dialect.bytes}), ${text(10, 11)}, 'sent',
               ${dialect.now}, CAST($12 AS BIGINT)
             WHERE ${isHeld.text} RETURNING entry`,
      values,
    };
    const rows = await this.db.query(insert).finally(() => (this.recording -= bytes));
    return rows.length > 0 ? entry : undefined;
  }

  /** Throws `ledger_unavailable` if so many more bytes exceed the limit. Counts only when they may. */
  private async reserve(bytes: number): Promise<void> {
    if ((this.upperBound ?? Infinity) + bytes > this.maxBytes)
      this.upperBound = (await this.count()) + this.recording;
    const stored = this.upperBound ?? 0;
    if (stored + bytes > this.maxBytes) {
      const detail = `The ledger has no room for another write: the outcomes of ${Math.round(stored / 1024)} KiB of writes are unknown. Nothing was sent.`;
      throw new ProblemError('ledger_unavailable', detail, { retryAfter: 5 });
    }
    this.upperBound = stored + bytes;
    this.recording += bytes;
  }

  private async count(): Promise<number> {
    const body = (column: string) => `coalesce(length(${column}), 0)`;
    const [row] = await this.db.query({
      text: `SELECT coalesce(sum(${ROW_BYTES} + ${body('body')} + ${body('before_body')}), 0) AS bytes FROM ledger_writes`,
      values: [],
    });
    return Number(row?.['bytes']);
  }

  /**
   * Records another attempt of a write if the lease is still held. Returns whether it is. A request that reads without a lease may
   * have settled the write meanwhile, because an earlier attempt has landed: then records it again.
   */
  async resend(lease: Lease, entry: string, intent: Intent): Promise<boolean> {
    if (!this.leases.isHeld(lease)) return false;
    const isHeld = this.leases.condition(lease, intent, 2);
    const rows = await this.db.query({
      text: `UPDATE ledger_writes SET sent_ms = ${this.db.dialect.now}, attempts = attempts + 1
             WHERE entry = $1 AND ${isHeld.text} RETURNING entry`,
      values: [entry, ...isHeld.values],
    });
    return rows.length > 0 || (await this.begin(lease, intent, { entry, attempts: 2 })) !== undefined;
  }

  /**
   * Returns the statement that settles a write. It deletes no row of a create with an id beside another create of the same object:
   * then that one is to be set to `confirmed`.
   */
  settlement(entry: string, id: string | undefined): Statement {
    const alone = `AND NOT EXISTS (
               SELECT 1 FROM ledger_writes AS other
               WHERE other.application = ledger_writes.application AND other.kind = ledger_writes.kind
                 AND other.key = ledger_writes.key AND other.action = 'create' AND other.entry <> $1
             )`;
    return {
      text: `DELETE FROM ledger_writes WHERE entry = $1 ${id === undefined ? '' : alone}
             RETURNING ${this.db.dialect.relaxed}`,
      values: [entry],
    };
  }

  async setState(entry: string, state: 'confirmed' | 'expired' | 'acknowledged', id?: string): Promise<void> {
    const { relaxed } = this.db.dialect;
    await this.db.query({
      text: `UPDATE ledger_writes SET state = $2, id = coalesce(CAST($3 AS TEXT), id) WHERE entry = $1
             RETURNING ${relaxed}`,
      values: [entry, state, id ?? null],
    });
  }

  async unsettledOf(names: readonly ObjectName[]): Promise<UnsettledWrite[]> {
    const found: UnsettledWrite[] = [];
    for (const read of this.readsOf(names)) append(found, (await this.db.query(read)).map(writeIn));
    return found;
  }

  /** Returns the statements that read the unsettled writes of some objects. */
  readsOf(names: readonly ObjectName[]): Statement[] {
    return chunks(names).map((chunk) => {
      const rows = chunk.map((_, at) => `($${at * 3 + 1}, $${at * 3 + 2}, $${at * 3 + 3})`);
      const values = chunk.flatMap(({ application, kind, key }) => [application, kind, key]);
      const condition = `state = 'sent' AND (application, kind, key) IN (VALUES ${rows.join(', ')})`;
      return this.selectOf(condition, values);
    });
  }

  async unsettled(application?: string): Promise<UnsettledWrite[]> {
    return application === undefined
      ? this.read(`state = 'sent'`, [])
      : this.read(`state = 'sent' AND application = $1`, [application]);
  }

  async acknowledgedAgoMs({ kind, application, key }: ObjectName): Promise<number[]> {
    const condition = `state = 'acknowledged' AND application = $1 AND kind = $2 AND key = $3`;
    return (await this.read(condition, [application, kind, key])).map(({ sentAgoMs }) => sentAgoMs);
  }

  async toVerify(ageMs: number): Promise<SettledCreate[]> {
    return this.read(`state IN ('confirmed', 'expired') AND ${this.isOlder(1)}`, [ageMs]);
  }

  async forgetSettled(ageMs: number): Promise<void> {
    await this.db.query({
      text: `DELETE FROM ledger_writes WHERE state IN ('acknowledged', 'expired') AND ${this.isOlder(1)}`,
      values: [ageMs],
    });
  }

  /** The condition that a write was sent at least so many ms ago (parameter `at`). */
  private isOlder(at: number): string {
    return `sent_ms <= ${this.db.dialect.now} - CAST($${at} AS BIGINT)`;
  }

  /** Returns the number of unsettled writes and the age (ms) of the oldest. */
  async unsettledCount(): Promise<{ entries: number; oldestMs: number | undefined }> {
    const [row = {}] = await this.db.query({
      text: `SELECT count(*) AS entries, max(${this.db.dialect.now} - sent_ms) AS oldest
             FROM ledger_writes WHERE state = 'sent'`,
      values: [],
    });
    const { entries, oldest } = row;
    return { entries: Number(entries), oldestMs: oldest === null ? undefined : Number(oldest) };
  }

  /** Returns the statement after which unsettled writes wait their full time again if the clock has restarted since. */
  restartClock(clockRun: string): Statement {
    const { now } = this.db.dialect;
    return {
      text: `UPDATE ledger_writes SET sent_ms = ${now} WHERE sent_ms > ${now}
             OR EXISTS (SELECT 1 FROM ledger_facts WHERE name = 'clock_run' AND value <> CAST($1 AS TEXT))`,
      values: [clockRun],
    };
  }

  private async read(condition: string, values: readonly SqlValue[]): Promise<UnsettledWrite[]> {
    return (await this.db.query(this.selectOf(condition, values))).map(writeIn);
  }

  private selectOf(condition: string, values: readonly SqlValue[]): Statement {
    return {
      text: `SELECT ${this.columns} FROM ledger_writes WHERE ${condition} ORDER BY sent_ms LIMIT ${MAX_UNSETTLED}`,
      values,
    };
  }
}

/** Parses a row of `readsOf`. */
export function writeIn(row: Row): UnsettledWrite {
  const action = ACTIONS.find((one) => one === row['action']);
  if (!action) throw new TypeError('a recorded write has an unknown action');
  return {
    entry: String(row['entry']),
    kind: kindIn(row['kind']),
    application: String(row['application']),
    key: String(row['key']),
    action,
    id: textIn(row['id']),
    others: idsIn(row['others']),
    body: bodyIn(row['body']),
    before: bodyIn(row['before_body']),
    caller: String(row['caller']),
    source: sourceIn(row['source']),
    sentAgoMs: Number(row['sent_ago_ms']),
    attempts: Number(row['attempts']),
  };
}

function sourceIn(value: unknown): RevisionSource | undefined {
  const source = typeof value === 'string' ? parseTrustedJson(value) : undefined;
  if (!isObject(source)) return undefined;
  const { requestId, isApply, restoredFrom, renamedFrom } = source;
  const action = REVISION_ACTIONS.find((one) => one === source['action']);
  if (!action) return undefined;
  return {
    action,
    requestId: typeof requestId === 'string' ? requestId : undefined,
    isApply: isApply === true,
    restoredFrom: Number(numberText(restoredFrom) ?? Number.NaN) || undefined,
    ...(isObject(renamedFrom)
      ? { renamedFrom: { application: String(renamedFrom['application']), key: String(renamedFrom['key']) } }
      : {}),
  };
}

/** Parses a column `kind`. */
export function kindIn(value: unknown): StoredKind {
  if (value !== 'monitor' && value !== 'dashboard')
    throw new TypeError('a row of the ledger has an unknown kind');
  return value;
}

function idsIn(value: unknown): readonly string[] | undefined {
  if (typeof value !== 'string') return undefined;
  const ids = parseTrustedJson(value);
  return Array.isArray(ids) ? ids.map(String) : undefined;
}

function textIn(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Bodies of at most so many characters are stored as text: compressing them would delay the write. */
const MAX_PLAIN = 16_384;
/** The first byte of a body that is stored as text. */
const BRACE = '{'.charCodeAt(0);

function storedBody(body: JsonObject): Uint8Array {
  const text = printJson(body);
  const compressed = text.length > MAX_PLAIN ? compress(text) : undefined;
  return compressed && compressed[0] !== BRACE ? compressed : Buffer.from(text);
}

function bodyIn(value: unknown): JsonObject | undefined {
  if (value === null || value === undefined) return undefined;
  if (!(value instanceof Uint8Array)) throw new TypeError('a recorded write has an invalid body');
  const body = value[0] === BRACE ? parseTrustedJson(Buffer.from(value).toString()) : decompress(value);
  if (!isObject(body)) throw new TypeError('a recorded write has an invalid body');
  return body;
}
