import { randomUUID } from 'node:crypto';
import type { Route } from '../../domain/application.ts';
import type { Clock } from '../../domain/clock.ts';
import type { PinnedRoute } from '../port.ts';
import type { Database, Statement } from './database.ts';
import { chunks } from './leases.ts';
import { routeIn, routeText, tooManyRoutes } from './routes.ts';

/** How much longer (ms) than a write an application's row stays, so that its next writes need not change it. */
const KEPT_MS = 15_000;
const PIN = 'application:';

/** The route of one application. */
interface InUse {
  route: Route;
  /** Until when each pin holds, in the order of the pins. */
  readonly pins: Map<string, number>;
  /** What the row says. `done` resolves when it does. */
  stored: { readonly text: string; readonly untilMs: number; readonly done: Promise<void> };
}

const NOT_STORED = { text: '', untilMs: -Infinity, done: Promise.resolve() };

/**
 * The routes on which writes of applications are in progress, where one process uses the database alone. Pins are in memory. An
 * application has one row, which lasts longer than its writes: it tells the next process after a crash.
 */
export class ExclusiveRoutes {
  private readonly db: Database;
  private readonly clock: Pick<Clock, 'monotonic'>;
  private readonly max: number;
  private readonly byApplication = new Map<string, InUse>();
  private readonly byPin = new Map<string, InUse>();

  constructor(db: Database, clock: Pick<Clock, 'monotonic'>, max: number) {
    this.db = db;
    this.clock = clock;
    this.max = max;
  }

  /** Reads what the former process had pinned: it may still land. */
  async load(): Promise<void> {
    const rows = await this.db.query({
      text: `SELECT pin, application, route, until_ms FROM ledger_routes WHERE until_ms >= ${this.db.dialect.now}
             ORDER BY until_ms`,
      values: [],
    });
    for (const row of rows) {
      const [pin, application] = [String(row['pin']), String(row['application'])];
      const inUse = this.byApplication.get(application) ?? {
        route: routeIn(row['route']),
        pins: new Map<string, number>(),
        stored: NOT_STORED,
      };
      inUse.pins.set(pin, Number(row['until_ms']));
      this.byApplication.set(application, inUse);
    }
  }

  async pin(application: string, route: Route, holdMs: number): Promise<PinnedRoute> {
    const now = this.clock.monotonic();
    const inUse = this.byApplication.get(application) ?? { route, pins: new Map(), stored: NOT_STORED };
    this.byApplication.set(application, inUse);
    if (!isInUse(inUse, now)) inUse.route = route;
    const pin = randomUUID();
    const untilMs = now + Math.ceil(holdMs);
    inUse.pins.set(pin, untilMs);
    this.byPin.set(pin, inUse);
    try {
      await this.store(application, inUse, untilMs);
    } catch (error) {
      await this.unpin(pin);
      throw error;
    }
    return { pin, route: inUse.route.route === route.route ? route : routeIn(routeText(inUse.route)) };
  }

  async unpin(pin: string): Promise<void> {
    this.byPin.get(pin)?.pins.delete(pin);
    this.byPin.delete(pin);
  }

  /** Forgets the applications whose rows have expired, and pins that have expired. */
  async forgetExpired(): Promise<void> {
    const { now } = this.db.dialect;
    await this.db.query({ text: `DELETE FROM ledger_routes WHERE until_ms < ${now}`, values: [] });
    const at = this.clock.monotonic();
    for (const [application, inUse] of this.byApplication)
      if (!isInUse(inUse, at) && inUse.stored.untilMs < at) this.byApplication.delete(application);
    for (const [pin, { pins }] of this.byPin) if (!pins.has(pin)) this.byPin.delete(pin);
  }

  /** Deletes the rows of applications without a write in progress. */
  async forgetIdle(): Promise<void> {
    const now = this.clock.monotonic();
    const idle = [...this.byApplication].filter(([, inUse]) => !isInUse(inUse, now));
    for (const [application] of idle) this.byApplication.delete(application);
    const deletions = chunks(idle.map(([application]) => PIN + application)).map((pins): Statement => {
      const parameters = pins.map((_, at) => `$${at + 1}`).join(', ');
      return { text: `DELETE FROM ledger_routes WHERE pin IN (${parameters})`, values: pins };
    });
    // All at once: a later deletion would delete the row of an application that is in use again.
    if (deletions.length > 0) await this.db.sequence(deletions);
  }

  /** Makes the row of an application say its route, at least until then. */
  private async store(application: string, inUse: InUse, untilMs: number): Promise<void> {
    const text = routeText(inUse.route);
    if (inUse.stored.text !== text || inUse.stored.untilMs < untilMs) {
      if (this.byApplication.size > this.max) await this.forgetIdle();
      if (this.byApplication.size > this.max) throw tooManyRoutes(this.max);
      const before = inUse.stored.done.catch(() => undefined);
      const done = before.then(() => this.upsert(application, text, untilMs + KEPT_MS));
      inUse.stored = { text, untilMs: untilMs + KEPT_MS, done };
    }
    await inUse.stored.done.catch((error: unknown) => {
      inUse.stored = NOT_STORED;
      throw error;
    });
  }

  /** Does not shorten the time of a row: a write of a process that died may still land. */
  private async upsert(application: string, text: string, untilMs: number): Promise<void> {
    await this.db.query({
      text: `INSERT INTO ledger_routes (pin, application, route, until_ms) VALUES ($1, $2, $3, $4)
             ON CONFLICT (pin) DO UPDATE
             SET route = excluded.route, until_ms = greatest(ledger_routes.until_ms, excluded.until_ms)`,
      values: [PIN + application, application, text, Math.ceil(untilMs)],
    });
  }
}

/** Returns whether a pin still holds. Forgets the first ones that do not. */
function isInUse({ pins }: InUse, now: number): boolean {
  for (const [pin, untilMs] of pins) {
    if (untilMs >= now) return true;
    pins.delete(pin);
  }
  return false;
}
