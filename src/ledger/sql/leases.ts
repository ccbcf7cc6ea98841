import { randomUUID } from 'node:crypto';
import type { Clock } from '../../domain/clock.ts';
import type { Deadline } from '../../domain/deadline.ts';
import { ProblemError } from '../../domain/problem.ts';
import type { Lease, LeaseName } from '../port.ts';
import type { Database, Row, Statement } from './database.ts';

/** A lease that is not renewed lasts this long (ms); a process renews all of its leases at once. */
export const LEASE_MS = 30_000;
const RENEW_MS = 10_000;
/** Milliseconds between attempts to acquire a lease that another process holds; the last one repeats. */
const POLL_INTERVALS_MS = [20, 50, 100, 250];
/** Names in one statement. */
const CHUNK = 200;

/** Calls `work` every `ms` milliseconds until the returned function is called. */
export type Every = (ms: number, work: () => void) => () => void;

/** Repeats work by a timer that does not keep the process alive. */
const byTimer: Every = (ms, work) => {
  const timer = setInterval(work, ms).unref();
  return () => clearInterval(timer);
};

/** A lease without what the ledger reads with it. */
export type BareLease = Omit<Lease, 'unsettled'>;

interface Held {
  /** The number of names. */
  readonly size: number;
  readonly lost: AbortController;
  /** Lets the next waiter of this process pass. */
  readonly dequeue: () => void;
}

export interface LeaseOptions {
  /** Whether no other process uses the database. Then leases are kept in memory: a row would tell nobody anything. */
  readonly exclusive: boolean;
  readonly every?: Every;
  readonly maxLeases?: number;
}

/** The fact that names the process which uses a database alone. */
const OWNER = 'owner';

/** Returns the name under which a lease is stored. */
function leaseName(name: LeaseName): string {
  if ('leader' in name) return `leader:${name.leader}`;
  return name.kind === undefined
    ? `apply:${name.application}`
    : `${name.kind}:${name.application}/${name.key}`;
}

/** The leases that this process holds, and those it waits for. */
export class Leases {
  private readonly db: Database;
  private readonly clock: Clock;
  private readonly every: Every;
  private readonly maxLeases: number;
  private readonly exclusive: boolean;
  private readonly owner = randomUUID();
  private readonly held = new Map<string, Held>();
  private readonly acquiring = new Set<string>();
  private stopRenewing: (() => void) | undefined;
  /** Waiters of this process by name: each waits for the one before it, so that they are served in order. */
  private readonly queues = new Map<string, Promise<void>>();

  constructor(
    db: Database,
    clock: Clock,
    { exclusive, every = byTimer, maxLeases = Infinity }: LeaseOptions,
  ) {
    this.db = db;
    this.clock = clock;
    this.exclusive = exclusive;
    this.every = every;
    this.maxLeases = maxLeases;
  }

  /**
   * Acquires all names or none. Throws `deadline_exceeded`, and `ledger_unavailable` or `too_large` if there would be too many
   * leases. Executes `reads` in the same round trip, after the leases are held: they see what the former holder wrote. Returns
   * their rows.
   */
  async acquire(
    names: readonly LeaseName[],
    deadline: Deadline,
    reads: readonly Statement[] = [],
  ): Promise<{ readonly lease: BareLease; readonly rows: readonly (readonly Row[])[] }> {
    const sorted = [...new Set(names.map(leaseName))].toSorted();
    const dequeue = await this.enqueue(sorted, deadline);
    const token = randomUUID();
    try {
      this.requireCapacity(sorted.length);
      this.acquiring.add(token);
      const rows = this.exclusive
        ? await this.db.sequence(reads)
        : await this.poll(sorted, token, deadline, reads);
      return { lease: this.hold(sorted.length, token, dequeue), rows };
    } catch (error) {
      dequeue();
      throw error;
    } finally {
      this.acquiring.delete(token);
    }
  }

  /** Releases every lease of this process; called when it stops. */
  async releaseAll(): Promise<void> {
    this.endRenewing();
    this.held.clear();
    if (this.exclusive) return;
    await this.db.query({ text: 'DELETE FROM ledger_leases WHERE owner = $1', values: [this.owner] });
  }

  /** Makes this process the owner of a database that it uses alone: the former owner can record no write any more. */
  async takeOver(): Promise<void> {
    if (!this.exclusive) return;
    await this.db.transaction([
      // A version before this one stored leases here too.
      { text: 'DELETE FROM ledger_leases', values: [] },
      {
        text: `INSERT INTO ledger_facts (name, value) VALUES ($1, $2)
               ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
        values: [OWNER, this.owner],
      },
    ]);
  }

  /** Writes to the database, and takes it back: with a lease, or where there are no rows of leases by writing the owner again. */
  async probe(name: LeaseName, deadline: Deadline): Promise<void> {
    if (!this.exclusive) return (await this.acquire([name], deadline)).lease.release();
    const text = 'UPDATE ledger_facts SET value = value WHERE name = $1 AND value = $2 RETURNING name';
    const rows = await this.db.query({ text, values: [OWNER, this.owner] });
    if (rows.length === 0) throw new Error('another process uses the file of this ledger');
  }

  /** Returns whether this process has not released a lease, and has not found that it lost it. */
  isHeld({ token, lost }: BareLease): boolean {
    return this.held.has(token) && !lost.aborted;
  }

  /** Returns the condition that a lease is held by the database, with its two values, in the parameters from `at`. */
  condition({ token }: BareLease, name: LeaseName, at: number): Statement {
    const [first, second] = [`CAST($${at} AS TEXT)`, `CAST($${at + 1} AS TEXT)`];
    return this.exclusive
      ? {
          text: `EXISTS (SELECT 1 FROM ledger_facts WHERE name = ${first} AND value = ${second})`,
          values: [OWNER, this.owner],
        }
      : {
          text: `EXISTS (SELECT 1 FROM ledger_leases WHERE name = ${first} AND token = ${second}
                   AND until_ms >= ${this.db.dialect.now})`,
          values: [leaseName(name), token],
        };
  }

  /** Returns the statement that releases a lease if a write is settled. Afterwards, `released` is to be called. */
  releaseIfSettled({ token }: BareLease, entry: string): Statement[] {
    const text = `DELETE FROM ledger_leases WHERE token = $1 AND NOT EXISTS (
                    SELECT 1 FROM ledger_writes WHERE entry = $2 AND state = 'sent'
                  ) RETURNING token, ${this.db.dialect.relaxed}`;
    return this.exclusive ? [] : [{ text, values: [token, entry] }];
  }

  /** Lets the next waiter of this process pass after a lease. Returns whether the lease was held. */
  released({ token }: Pick<BareLease, 'token'>): boolean {
    const held = this.held.get(token);
    if (!held) return false;
    this.held.delete(token);
    if (this.held.size === 0) this.endRenewing();
    held.dequeue();
    return true;
  }

  private requireCapacity(wanted: number): void {
    if (wanted > this.maxLeases)
      throw new ProblemError(
        'too_large',
        `The request writes ${wanted} objects; the limit of the ledger is ${this.maxLeases}.`,
        { members: { unit: 'objects', limit: this.maxLeases, measured: wanted } },
      );
    const held = this.held.values().reduce((sum, { size }) => sum + size, this.acquiring.size);
    if (held + wanted > this.maxLeases)
      throw new ProblemError(
        'ledger_unavailable',
        `Too many objects are being written at once: ${held}, and ${wanted} more; the limit of the ledger is ${this.maxLeases}.`,
        { retryAfter: 5 },
      );
  }

  /** Waits in this process's queue of each name. Returns the function that lets the next waiter pass. */
  private async enqueue(names: readonly string[], deadline: Deadline): Promise<() => void> {
    const { promise: mine, resolve } = Promise.withResolvers<void>();
    const before = names.flatMap((name) => this.queues.get(name) ?? []);
    const passed = Promise.all(before).then(() => mine);
    for (const name of names) this.queues.set(name, passed);
    void passed.then(() => {
      for (const name of names) if (this.queues.get(name) === passed) this.queues.delete(name);
    });
    try {
      await inTime(Promise.all(before), deadline);
      return resolve;
    } catch (error) {
      resolve();
      throw error;
    }
  }

  private async poll(
    names: readonly string[],
    token: string,
    deadline: Deadline,
    reads: readonly Statement[],
  ): Promise<readonly (readonly Row[])[]> {
    for (let attempt = 0; ; attempt += 1) {
      const { taken, rows } = await this.insert(names, token, reads).catch(async (error: unknown) => {
        // The leases may have been acquired before a read failed.
        await this.delete(token).catch(() => undefined);
        throw error;
      });
      if (taken === names.length) return rows;
      if (taken > 0) await this.delete(token);
      const wait = POLL_INTERVALS_MS[Math.min(attempt, POLL_INTERVALS_MS.length - 1)] ?? 0;
      if (deadline.left() <= wait) throw deadlinePassed();
      await this.clock.sleep(wait, deadline.signal).catch(() => {
        throw deadlinePassed();
      });
    }
  }

  /** Inserts the leases that nobody holds. Returns their number, and the rows of `reads`. */
  private async insert(names: readonly string[], token: string, reads: readonly Statement[]) {
    const { now, relaxed } = this.db.dialect;
    const inserts = chunks(names).map((chunk): Statement => {
      const rows = chunk.map((_, at) => `($${at + 3}, $1, $2, ${now} + ${LEASE_MS})`);
      return {
        text: `INSERT INTO ledger_leases (name, owner, token, until_ms) VALUES ${rows.join(', ')}
               ON CONFLICT (name) DO UPDATE
               SET owner = excluded.owner, token = excluded.token, until_ms = excluded.until_ms
               WHERE ledger_leases.until_ms < ${now} OR ledger_leases.token = excluded.token
               RETURNING name, ${relaxed}`,
        values: [this.owner, token, ...chunk],
      };
    });
    const results = await this.db.sequence([...inserts, ...reads]);
    const taken = results.slice(0, inserts.length).reduce((sum, rows) => sum + rows.length, 0);
    return { taken, rows: results.slice(inserts.length) };
  }

  private async delete(token: string): Promise<void> {
    const { relaxed } = this.db.dialect;
    await this.db.query({
      text: `DELETE FROM ledger_leases WHERE token = $1 RETURNING ${relaxed}`,
      values: [token],
    });
  }

  private hold(size: number, token: string, dequeue: () => void): BareLease {
    const lost = new AbortController();
    let settled: Promise<unknown> = Promise.resolve();
    this.held.set(token, { size, lost, dequeue });
    if (!this.exclusive) this.startRenewing();
    return {
      token,
      lost: lost.signal,
      releaseAfter(write) {
        settled = Promise.all([settled, write]);
      },
      release: async () => {
        await settled;
        if (this.held.has(token) && !this.exclusive) await this.delete(token).catch(() => undefined);
        this.released({ token });
      },
    };
  }

  /** Renews all leases of this process until none is held. */
  private startRenewing(): void {
    this.stopRenewing ??= this.every(RENEW_MS, () => void this.renew().catch(() => undefined));
  }

  private endRenewing(): void {
    this.stopRenewing?.();
    this.stopRenewing = undefined;
  }

  private async renew(): Promise<void> {
    const { now, relaxed } = this.db.dialect;
    // A lease that is acquired meanwhile is not among the rows.
    const before = [...this.held];
    const rows = await this.db.query({
      text: `UPDATE ledger_leases SET until_ms = ${now} + ${LEASE_MS} WHERE owner = $1 RETURNING token, ${relaxed}`,
      values: [this.owner],
    });
    const renewed = count(rows);
    for (const [token, { size, lost }] of before) if ((renewed.get(token) ?? 0) < size) lost.abort();
    // A lease that could not be deleted when it was released must not be renewed again and again.
    for (const token of renewed.keys())
      if (!this.held.has(token) && !this.acquiring.has(token)) await this.delete(token);
  }
}

function count(rows: readonly Row[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { token } of rows) counts.set(String(token), (counts.get(String(token)) ?? 0) + 1);
  return counts;
}

/** Splits names into lists that fit into one statement. */
export function chunks<T>(names: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(names.length / CHUNK) }, (_, at) =>
    names.slice(at * CHUNK, (at + 1) * CHUNK),
  );
}

function deadlinePassed(): ProblemError {
  return new ProblemError(
    'deadline_exceeded',
    'The deadline passed while another write to the same object or an apply of the same application was in progress.',
  );
}

async function inTime(acquired: Promise<unknown>, { signal }: Deadline): Promise<void> {
  const { promise: passed, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(deadlinePassed());
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await Promise.race([acquired, passed]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
