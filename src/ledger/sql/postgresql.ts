import pg from 'pg';
import type { LedgerCredentials } from '../ledger-place.ts';
import { type Database, DatabaseError, type Dialect, type Row, type Statement } from './database.ts';

const NOW = '(extract(epoch FROM clock_timestamp()) * 1000)::bigint';
const DIALECT: Dialect = {
  name: 'postgresql',
  now: NOW,
  time: NOW,
  relaxed: `set_config('synchronous_commit', 'off', true) AS relaxed`,
  bytes: 'BYTEA',
  lock: (name) => ({ text: 'SELECT pg_advisory_xact_lock(hashtext($1))', values: [name] }),
};

/** Limits (ms) on connecting, on one statement, on waiting for a row lock, and on an open transaction. */
const TIMEOUTS = { connect: 3_000, statement: 5_000, lock: 3_000, idleInTransaction: 10_000 };
/** SQLSTATE of failures that pass when the statement is sent again: serialization failure, deadlock, and a lock held too long. */
const REPEATABLE = ['40001', '40P01', '55P03'];
const MAX_ATTEMPTS = 3;
const MAX_CONNECTIONS = 5;
/** A connection is closed after this time, so that all of them use rotated credentials soon. */
const LIFETIME_SECONDS = 600;
const IDLE_MS = 60_000;
/** OID of BIGINT, which the driver returns as text; every value here is below 2^53. */
const BIGINT = 20;

export interface PostgresqlOptions {
  /** `postgresql://host:port/database?sslmode=verify-full`, without credentials. */
  readonly url: URL;
  /** Returns the current credentials. Called for each new connection, because Vault rotates them. Must not throw. */
  credentials(): LedgerCredentials;
  /** Name of this process in pg_stat_activity. */
  readonly applicationName: string;
}

/** Opens a pool of connections to PostgreSQL. Connects when the first statement is sent. */
export function openPostgresql(options: PostgresqlOptions): Database {
  const pool = new pg.Pool(poolConfig(options));
  // An idle connection that breaks is replaced; the next statement reports a failure that lasts.
  pool.on('error', () => {});
  return {
    dialect: DIALECT,
    query: (statement) => repeated(async () => (await pool.query(asQuery(statement))).rows),
    sequence: (statements) => repeated(() => sentTogether(pool, statements.map(asQuery))),
    transaction: (statements) => repeated(() => inTransaction(pool, statements)),
    bytes: () => undefined,
    close: () => pool.end(),
  };
}

function poolConfig({ url, credentials, applicationName }: PostgresqlOptions): pg.PoolConfig {
  // As in libpq, `?host=/folder` names a Unix socket.
  const socket = url.searchParams.get('host');
  return {
    host: socket ?? url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || 5432),
    database: decodeURIComponent(url.pathname.slice(1)),
    max: MAX_CONNECTIONS,
    maxLifetimeSeconds: LIFETIME_SECONDS,
    idleTimeoutMillis: IDLE_MS,
    application_name: applicationName,
    connectionTimeoutMillis: TIMEOUTS.connect,
    query_timeout: TIMEOUTS.statement + 1_000,
    statement_timeout: TIMEOUTS.statement,
    lock_timeout: TIMEOUTS.lock,
    idle_in_transaction_session_timeout: TIMEOUTS.idleInTransaction,
    keepAlive: true,
    pipeline: true,
    types: {
      getTypeParser: (oid, format) => (oid === BIGINT ? Number : pg.types.getTypeParser(oid, format)),
    },
    Client: clientClass(credentials, url.searchParams.get('sslmode') === 'verify-full'),
  };
}

/** A client that gets its credentials when it is created, which is when it connects. */
function clientClass(credentials: PostgresqlOptions['credentials'], tls: boolean): typeof pg.Client {
  return class extends pg.Client {
    constructor(config?: pg.ClientConfig) {
      const { user, password, ca } = credentials();
      // Without `ssl` the driver would read PGSSLMODE.
      const ssl = tls && { rejectUnauthorized: true, ...(ca === undefined ? {} : { ca }) };
      super({ ...config, user, password: password.reveal(), ssl });
      // The statement in progress is rejected as well; without a listener the event would end the process.
      this.on('error', () => {});
    }
  };
}

/** Names each text, so that a connection prepares it once. */
const names = new Map<string, string>();
const MAX_PREPARED = 100;

function asQuery({ text, values }: Statement): pg.QueryConfig {
  let name = names.get(text);
  if (name === undefined && names.size < MAX_PREPARED) {
    name = `s${names.size}`;
    names.set(text, name);
  }
  return { text, values: values.map(asParameter), ...(name === undefined ? {} : { name }) };
}

/** The driver takes a view of bytes for a Buffer only. */
function asParameter(value: Statement['values'][number]) {
  return value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value;
}

/** After a failure the server undoes all statements. */
async function inTransaction(
  pool: pg.Pool,
  statements: readonly Statement[],
): Promise<readonly (readonly Row[])[]> {
  const rows = await sentTogether(pool, [{ text: 'BEGIN' }, ...statements.map(asQuery), { text: 'COMMIT' }]);
  return rows.slice(1, -1);
}

/** Sends queries at once, on one connection, without waiting for the answer to each. Rejects with the first failure. */
async function sentTogether(
  pool: pg.Pool,
  queries: readonly pg.QueryConfig[],
): Promise<readonly (readonly Row[])[]> {
  const client = await pool.connect();
  const results = await Promise.allSettled(queries.map((query) => client.query<Row>(query)));
  const failed = results.find((result) => result.status === 'rejected');
  client.release(failed !== undefined);
  if (failed) throw failed.reason;
  return results.map((result) => (result.status === 'fulfilled' ? result.value.rows : []));
}

/** Executes the work, again where PostgreSQL ended it in favour of another transaction. */
async function repeated<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const code = error instanceof pg.DatabaseError ? error.code : undefined;
      if (attempt >= MAX_ATTEMPTS || code === undefined || !REPEATABLE.includes(code))
        throw databaseError(error);
    }
  }
}

/** The AggregateError of a refused connection has no message. */
function databaseError(error: unknown): DatabaseError {
  const cause = error instanceof AggregateError ? error.errors[0] : error;
  return new DatabaseError(`PostgreSQL: ${cause instanceof Error ? cause.message : String(cause)}`, error);
}
