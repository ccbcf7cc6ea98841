/** A value in a statement. Integers are milliseconds, counts or sizes below 2^53. */
export type SqlValue = string | number | null | Uint8Array;
export type Row = Readonly<Record<string, unknown>>;

/** SQL text with `$1`, `$2`, ... and their values. */
export interface Statement {
  readonly text: string;
  readonly values: readonly SqlValue[];
}

/** What differs between the two databases. */
export interface Dialect {
  readonly name: 'sqlite' | 'postgresql';
  /** Expression for the database's clock: whole milliseconds that never go back. */
  readonly now: string;
  /** Expression for the time of day in epoch milliseconds. */
  readonly time: string;
  /**
   * Expression in a RETURNING list with which a transaction is acknowledged before it is on the disk. A crash of the server may
   * then undo it, unless a later transaction of any connection was acknowledged without it: only for what may be lost.
   */
  readonly relaxed: string;
  /** Type of a column of bytes. */
  readonly bytes: string;
  /** Returns the statement that locks a name until the transaction ends; undefined if only one statement runs at a time. */
  readonly lock: ((name: string) => Statement) | undefined;
}

/** A SQL database. Every method rejects with DatabaseError when the database fails or does not answer in time. */
export interface Database {
  readonly dialect: Dialect;
  /** Executes one statement, which is atomic. */
  query(statement: Statement): Promise<readonly Row[]>;
  /**
   * Executes statements one after the other in one round trip. Each sees what the ones before it did. If one fails, the others
   * may be done or not. They are executed again after some failures, so doing them twice must be the same as once. Returns the
   * rows of each.
   */
  sequence(statements: readonly Statement[]): Promise<readonly (readonly Row[])[]>;
  /** Executes statements in one transaction: all or none. Returns the rows of each. */
  transaction(statements: readonly Statement[]): Promise<readonly (readonly Row[])[]>;
  /** Returns the size of the database's file in bytes; undefined for a server. */
  bytes(): number | undefined;
  close(): Promise<void>;
}

/** The database failed, is full, locked for too long, or unreachable. */
export class DatabaseError extends Error {
  constructor(message: string, cause: unknown) {
    super(message, { cause });
    this.name = 'DatabaseError';
  }
}
