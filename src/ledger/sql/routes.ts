import { randomUUID } from 'node:crypto';
import { isObject, parseTrustedJson, printJson } from '../../domain/json.ts';
import { CATALOG_NAMES, type Route } from '../../domain/application.ts';
import type { PinnedRoute } from '../port.ts';
import type { Database } from './database.ts';

/** The statements about the routes on which writes of applications are in progress. */
export class Routes {
  private readonly db: Database;

  constructor(db: Database) {
    this.db = db;
  }

  /**
   * Records a write on a route, for at most `holdMs`. While another route has one, the write goes on that route instead. The
   * row of the application is locked first, so that of two writes at once the second sees the first.
   */
  async pin(application: string, route: Route, holdMs: number): Promise<PinnedRoute> {
    const { now, relaxed } = this.db.dialect;
    const pin = randomUUID();
    const lock = {
      text: `INSERT INTO ledger_route_locks (application) VALUES ($1)
             ON CONFLICT (application) DO UPDATE SET application = excluded.application`,
      values: [application],
    };
    const expire = {
      text: `DELETE FROM ledger_routes WHERE application = $1 AND until_ms < ${now}`,
      values: [application],
    };
    const insert = {
      text: `INSERT INTO ledger_routes (pin, application, route, until_ms)
             SELECT CAST($1 AS TEXT), CAST($2 AS TEXT),
                    coalesce((SELECT min(route) FROM ledger_routes WHERE application = $2), CAST($3 AS TEXT)),
                    ${now} + CAST($4 AS BIGINT)
             RETURNING route, ${relaxed}`,
      values: [pin, application, printJson(routeJson(route)), Math.ceil(holdMs)],
    };
    const [, , rows = []] = await this.db.transaction([lock, expire, insert]);
    const inUse = routeIn(rows[0]?.['route']);
    return { pin, route: inUse.route === route.route ? route : inUse };
  }

  async unpin(pin: string): Promise<void> {
    const { relaxed } = this.db.dialect;
    await this.db.query({
      text: `DELETE FROM ledger_routes WHERE pin = $1 RETURNING ${relaxed}`,
      values: [pin],
    });
  }
}

function routeJson(route: Route) {
  return route.route === 'listed' ? { ...route } : { ...route, missingFrom: [...route.missingFrom] };
}

function routeIn(text: unknown): Route {
  const value = parseTrustedJson(String(text));
  const { route, service, missingFrom } = isObject(value) ? value : {};
  if (route === 'listed' && typeof service === 'string') return { route, service };
  if (route !== 'unlisted' || !Array.isArray(missingFrom)) throw new TypeError('a recorded route is invalid');
  return { route, missingFrom: CATALOG_NAMES.filter((name) => missingFrom.includes(name)) };
}
