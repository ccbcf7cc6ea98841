import { CHECK_APPLICATION } from '../../domain/application.ts';
import type { Clock } from '../../domain/clock.ts';
import { deadlineAfter } from '../../domain/deadline.ts';
import { ProblemError } from '../../domain/problem.ts';
import type { Ledger, LedgerReadings, Outcome } from '../port.ts';
import { singleFlight } from '../../runtime/concurrency/single-flight.ts';
import { Budgets } from './budgets.ts';
import { CacheRows, createSharedCache } from './cache.ts';
import type { Database, Statement } from './database.ts';
import { Incidents } from './incidents.ts';
import { type Every, Leases } from './leases.ts';
import { migrate } from './migrations.ts';
import { type HistoryLimits, historyLimits, Revisions } from './revisions.ts';
import { type TableLimits, tableLimits, UNLIMITED } from '../size-limit.ts';
import { ExclusiveRoutes } from './exclusive-routes.ts';
import { restartRoutes, Routes } from './routes.ts';
import { writeIn, Writes } from './writes.ts';

/** Milliseconds that a probe waits for the database. */
const PROBE_MS = 5_000;
/** Retry-After (seconds) while the database fails. */
const UNAVAILABLE = { retryAfter: 5 };

/** A ledger and the function that closes it: releases the leases of this process and closes the database. */
export interface OpenLedger extends Ledger {
  close(): Promise<void>;
}

export interface LedgerOptions {
  readonly database: LedgerReadings['database'];
  readonly clock: Clock;
  /** Repeats the renewal of leases; a timer by default. */
  readonly every?: Every;
  /** Whether no other process uses the database. The next process that opens it takes it over. */
  readonly exclusive: boolean;
  /** Identifies the run of the database's clock; undefined where it never starts again. */
  readonly clockRun?: string | undefined;
  /** Whether the file is in a volume that is lost with the pod. */
  readonly isLostWithPod?: boolean;
  /** How much history is kept; those of the database by default. */
  readonly history?: HistoryLimits | undefined;
  /** Maximum size of the cache in bytes; that of the database by default. */
  readonly cacheBytes?: number | undefined;
  /** How much leases, writes in progress and routes take; those of the database by default. */
  readonly tables?: TableLimits | undefined;
}

/** Opens the database of a ledger; may load its driver first. */
type OpenDatabase = () => Database | Promise<Database>;

/** The parts of a ledger that need its database. */
interface Opened {
  readonly db: Database;
  readonly leases: Leases;
  readonly writes: Writes;
  readonly routes: Pick<Routes, 'pin' | 'unpin' | 'forgetExpired'>;
  readonly budgets: Budgets;
  readonly history: Revisions;
  readonly cache: CacheRows;
  readonly incidents: Incidents;
}

/**
 * Creates a ledger. Opens the database and brings its schema up to date at the first use, and tries again at the next one if
 * that fails: a process starts and answers reads without its ledger.
 */
export function createSqlLedger(open: OpenDatabase, options: LedgerOptions): OpenLedger {
  const connection = new Connection(open, options);
  const attempt = <T>(work: (parts: Opened) => Promise<T>) => connection.attempt(work);
  /** For work that may write nothing: its success does not show that the ledger can be written. */
  const read = <T>(work: (parts: Opened) => Promise<T>) => connection.attempt(work, false);
  const quietly: Connection['quietly'] = (work) => connection.quietly(work);
  let counts: Pick<LedgerReadings, 'entries' | 'oldestMs' | 'newestLostMs'> = {
    entries: 0,
    oldestMs: undefined,
    newestLostMs: undefined,
  };
  const count = async ({ writes, history }: Opened) => {
    const { newestUntilMs: newestLostMs } = await history.size.lost();
    counts = { ...(await writes.unsettledCount()), newestLostMs };
  };
  // The metrics and the incidents of one moment share a query.
  const countOnce = singleFlight(() => connection.quietly(count, false));
  return {
    acquire: (names, deadline) =>
      // Where one process uses the database alone, nothing is written.
      connection.attempt(async ({ leases, writes }) => {
        const reads = writes.readsOf(names.filter((name) => name.kind !== undefined));
        const { lease, rows } = await leases.acquire(names, deadline, reads);
        return { ...lease, unsettled: rows.flat().map(writeIn) };
      }, !options.exclusive),
    begin: (lease, intent) =>
      attempt(async ({ writes }) => (await writes.begin(lease, intent)) ?? leaseLost()),
    resend: (lease, entry, intent) =>
      attempt(async ({ writes }) => {
        if (!(await writes.resend(lease, entry, intent))) leaseLost();
      }),
    settle: (entry, outcome = {}) => quietly((parts) => settle(parts, entry, outcome)),
    expire: (entry) => quietly(({ writes }) => writes.setState(entry, 'expired')),
    acknowledge: (entry) => quietly(({ writes }) => writes.setState(entry, 'acknowledged')),
    unsettledOf: (names) => read(({ writes }) => writes.unsettledOf(names)),
    unsettled: (application) => read(({ writes }) => writes.unsettled(application)),
    acknowledgedAgoMs: (name) => read(({ writes }) => writes.acknowledgedAgoMs(name)),
    toVerify: (ageMs) => read(({ writes }) => writes.toVerify(ageMs)),
    forgetSettled: (ageMs) =>
      read(async ({ writes, routes, history, cache, incidents }) => {
        await writes.forgetSettled(ageMs);
        await routes.forgetExpired();
        await history.prune();
        await cache.forgetExpired();
        await incidents.forgetOrphans();
      }),
    record: (revisions) => quietly(({ history }) => history.record(revisions)),
    newestRevision: (name) => read(({ history }) => history.newest(name)),
    newestRevisions: (application) => read(({ history }) => history.newestOfAll(application)),
    renamedTo: (former) => read(({ history }) => history.renamedTo(former)),
    revisions: (filter) => read(({ history }) => history.list(filter)),
    lostRevisions: () => read(({ history }) => history.size.lost()),
    revision: (name, revision) => read(({ history }) => history.get(name, revision)),
    recordedIds: (application) => read(({ history }) => history.ids(application)),
    lastApply: (application, except) => read(({ history }) => history.lastApply(application, except)),
    pinRoute: (application, route, holdMs) => attempt(({ routes }) => routes.pin(application, route, holdMs)),
    unpinRoute: (pin) => quietly(({ routes }) => routes.unpin(pin)),
    grantCalls: (wanted) => attempt(({ budgets }) => budgets.grant(wanted)),
    cache: createSharedCache(async () => (await connection.ready()).cache, options.clock),
    incidents: {
      observe: (...now) => read(({ incidents }) => incidents.observe(...now)),
      accept: (ids) => read(({ incidents }) => incidents.accept(ids)),
    },
    probe: () => probe(connection, options.clock, count),
    readings() {
      void countOnce();
      const { database, isLostWithPod = false } = options;
      return { database, isLostWithPod, ...counts, bytes: connection.bytes(), ...connection.state };
    },
    close: () => connection.close(),
  };
}

/** The database of a ledger, opened when it is first needed. */
class Connection {
  readonly state = { failures: 0, failing: undefined as string | undefined };
  private readonly open: OpenDatabase;
  private readonly options: LedgerOptions;
  private opening: Promise<Opened> | undefined;
  private opened: Opened | undefined;
  private readonly inProgress = new Set<Promise<void>>();

  constructor(open: OpenDatabase, options: LedgerOptions) {
    this.open = open;
    this.options = options;
  }

  /**
   * Does the work; counts a failure and turns it into the problem `ledger_unavailable`. Only work that writes ends an earlier
   * failure: a full disk can be read.
   */
  async attempt<T>(work: (parts: Opened) => Promise<T>, writes = true): Promise<T> {
    try {
      const result = await work(await this.ready());
      if (writes) this.state.failing = undefined;
      return result;
    } catch (error) {
      if (error instanceof ProblemError) throw error;
      this.state.failures += 1;
      this.state.failing = error instanceof Error ? error.message : String(error);
      const sentence = `The ledger cannot be used: ${this.state.failing}.`;
      throw new ProblemError('ledger_unavailable', sentence, { ...UNAVAILABLE, cause: error });
    }
  }

  /** Does work whose failure is only counted. Callers need not wait for it: `close` does. */
  quietly(work: (parts: Opened) => Promise<void>, writes = true): Promise<void> {
    const done = this.attempt(work, writes)
      .catch(() => undefined)
      .finally(() => this.inProgress.delete(done));
    this.inProgress.add(done);
    return done;
  }

  bytes(): number | undefined {
    return this.opened?.db.bytes();
  }

  async close(): Promise<void> {
    await Promise.all(this.inProgress);
    const opened = await this.opening?.catch(() => undefined);
    await opened?.leases.releaseAll().catch(() => undefined);
    if (opened?.routes instanceof ExclusiveRoutes) await opened.routes.forgetIdle().catch(() => undefined);
    await opened?.db.close();
  }

  /** Returns the opened database. Neither a failure nor a success here is about writes. */
  async ready(): Promise<Opened> {
    this.opening ??= openParts(this.open, this.options);
    try {
      return (this.opened = await this.opening);
    } catch (error) {
      this.opening = undefined;
      throw error;
    }
  }
}

/**
 * Settles a write, records its revisions and releases its lease in one round trip. If that fails, settles it nevertheless: the
 * lease is released later, and the history lacks a revision.
 */
async function settle(
  { db, leases, writes, history }: Opened,
  entry: string,
  { id, revisions = [], release }: Outcome,
): Promise<void> {
  const settlement = writes.settlement(entry, id);
  try {
    const inserts = await history.inserts(revisions);
    const releases = release ? leases.releaseIfSettled(release, entry) : [];
    const rows = await db.sequence([...inserts, settlement, ...releases]);
    const isSettled = rows[inserts.length]?.length !== 0;
    if (id !== undefined && !isSettled) await writes.setState(entry, 'confirmed', id);
    else if (release) leases.released(release);
    await history.recorded(revisions, rows);
  } catch (error) {
    await db.query(settlement);
    throw error;
  }
}

/** Writes to the database, and counts the unsettled writes. */
async function probe(
  connection: Connection,
  clock: Clock,
  count: (parts: Opened) => Promise<void>,
): Promise<void> {
  const deadline = deadlineAfter(PROBE_MS, clock);
  try {
    await connection.attempt(async (parts) => {
      await parts.leases.probe({ application: CHECK_APPLICATION }, deadline);
      await count(parts);
    });
  } finally {
    deadline.close();
  }
}

async function openParts(open: OpenDatabase, options: LedgerOptions): Promise<Opened> {
  const db = await open();
  await migrate(db);
  const tables = options.tables ?? (options.database === 'SQLite' ? tableLimits() : UNLIMITED);
  const { clock, clockRun, exclusive, every } = options;
  const leases = new Leases(db, clock, { exclusive, maxLeases: tables.leases, ...(every ? { every } : {}) });
  const writes = new Writes(db, leases, tables.writes);
  await leases.takeOver();
  const incidents = new Incidents(db);
  if (clockRun !== undefined) {
    const restarted = [writes.restartClock(clockRun), restartRoutes(db, clockRun)];
    await db.transaction(resumed(clockRun, [...restarted, ...incidents.restartClock(clockRun)]));
  }
  const history = new Revisions(db, options.history ?? historyLimits(options.database));
  const cache = new CacheRows(db, options.database, options.cacheBytes);
  const routes = exclusive ? new ExclusiveRoutes(db, clock, tables.routes) : new Routes(db, tables.routes);
  if (routes instanceof ExclusiveRoutes) await routes.load();
  return { db, leases, writes, routes, budgets: new Budgets(db), history, cache, incidents };
}

/** Returns the statements that record the run of the clock, after those for the case that it has restarted. */
function resumed(clockRun: string, restarted: readonly Statement[]): Statement[] {
  return [
    {
      text: `INSERT INTO ledger_facts (name, value) VALUES ('clock_run', '') ON CONFLICT (name) DO NOTHING`,
      values: [],
    },
    ...restarted,
    { text: `UPDATE ledger_facts SET value = $1 WHERE name = 'clock_run'`, values: [clockRun] },
  ];
}

function leaseLost(): never {
  throw new ProblemError(
    'ledger_unavailable',
    'This process lost its lease on the object, because it did not renew it in time. Nothing was sent.',
    { retryAfter: 1 },
  );
}
