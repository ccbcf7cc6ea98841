import { randomUUID } from 'node:crypto';
import { isObject, parseTrustedJson, printJson } from '../../domain/json.ts';
import { CATALOG_NAMES, type Route } from '../../domain/application.ts';
import { ProblemError } from '../../domain/problem.ts';
import type { PinnedRoute } from '../port.ts';
import type { Database, Statement } from './database.ts';

/** The statements about the routes on which writes of applications are in progress. */
export class Routes {
  private readonly db: Database;
  private readonly max: number;

  constructor(db: Database, max: number) {
    this.db = db;
    this.max = max;
  }

  /**
   * Records a write on a route, for at most `holdMs`. While another route has one, the write goes on that route instead. Of two
   * writes at once the second sees the first: SQLite executes one statement at a time, and PostgreSQL locks the application.
   * Throws `ledger_unavailable` if too many routes are pinned, as while the outcomes of very many writes are unknown.
   */
  async pin(application: string, route: Route, holdMs: number): Promise<PinnedRoute> {
    const { now, relaxed, lock } = this.db.dialect;
    const pin = randomUUID();
    const insert = {
      text: `INSERT INTO ledger_routes (pin, application, route, until_ms)
             SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), coalesce(
                      (SELECT min(route) FROM ledger_routes WHERE application = $2 AND until_ms >= ${now}),
                      CAST($3 AS TEXT)
                    ), ${now} + CAST($4 AS BIGINT)
             WHERE ${this.hasCapacity()}
             RETURNING route, ${relaxed}`,
      values: [pin, application, routeText(route), Math.ceil(holdMs)],
    };
    const rows = lock
      ? (await this.db.transaction([lock(`route:${application}`), insert]))[1]
      : await this.db.query(insert);
    const [row] = rows ?? [];
    if (!row) throw tooManyRoutes(this.max);
    const inUse = routeIn(row['route']);
    return { pin, route: inUse.route === route.route ? route : inUse };
  }

  /** The condition that another route can be pinned. */
  private hasCapacity(): string {
    return this.max === Infinity ? 'true' : `(SELECT count(*) FROM ledger_routes) < ${this.max}`;
  }

  /** Deletes the pins that have expired. */
  async forgetExpired(): Promise<void> {
    await this.db.query({
      text: `DELETE FROM ledger_routes WHERE until_ms < ${this.db.dialect.now}`,
      values: [],
    });
  }

  async unpin(pin: string): Promise<void> {
    const { relaxed } = this.db.dialect;
    await this.db.query({
      text: `DELETE FROM ledger_routes WHERE pin = $1 RETURNING ${relaxed}`,
      values: [pin],
    });
  }
}

/** How long (ms) routes hold after a restart of the database's clock: the longest time after which a write can land. */
const HOLD_AFTER_RESTART_MS = 600_000;

/** Returns the statement after which the stored routes hold their full time again if the clock has restarted since. */
export function restartRoutes({ dialect: { now } }: Database, clockRun: string): Statement {
  return {
    text: `UPDATE ledger_routes SET until_ms = ${now} + ${HOLD_AFTER_RESTART_MS} WHERE EXISTS (
             SELECT 1 FROM ledger_facts WHERE name = 'clock_run' AND value <> CAST($1 AS TEXT)
           )`,
    values: [clockRun],
  };
}

/** Returns the problem that no more routes can be pinned. */
export function tooManyRoutes(max: number): ProblemError {
  const detail = `The outcomes of more than ${max} writes are unknown.`;
  return new ProblemError('ledger_unavailable', detail, { retryAfter: 5 });
}

/** Returns a route as a row has it. */
export function routeText(route: Route): string {
  return printJson(
    route.route === 'listed' ? { ...route } : { route: route.route, missingFrom: [...route.missingFrom] },
  );
}

/** Parses the route of a row. */
export function routeIn(text: unknown): Route {
  const value = parseTrustedJson(String(text));
  const { route, service, missingFrom } = isObject(value) ? value : {};
  if (route === 'listed' && typeof service === 'string') return { route, service };
  if (route !== 'unlisted' || !Array.isArray(missingFrom)) throw new TypeError('a recorded route is invalid');
  return { route, missingFrom: CATALOG_NAMES.filter((name) => missingFrom.includes(name)) };
}
