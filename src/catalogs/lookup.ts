import { largest } from '../domain/append.ts';
import {
  CATALOG_NAMES,
  type CatalogAliases,
  type CatalogName,
  CHECK_APPLICATION,
  type Route,
} from '../domain/application.ts';
import { logIds, type RequestContext } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import { type Deadline, deadlineAfter, requireTime } from '../domain/deadline.ts';
import { ProblemError } from '../domain/problem.ts';
import { singleFlight } from '../runtime/concurrency/single-flight.ts';
import type { Log } from '../runtime/log.ts';
import { aliasFindings } from './alias-findings.ts';
import { type Catalog, CATALOG_TITLES, type CatalogAnswer, leavingAlone } from './catalog.ts';
import { countLookups, type LookupReadings } from './lookup-metrics.ts';
import { settle, type Settlement } from './settle.ts';

export interface LookupOptions extends Readonly<Record<CatalogName, Catalog>> {
  /** How long an answer is taken without asking again. */
  readonly ttlMs: number;
  /** How long one catalog may take for one question. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly log?: Log;
  /** The most applications remembered; default 10,000. */
  readonly maxEntries?: number;
}

/**
 * How an application is served. Throws ProblemError: `ambiguous_application` (naming the catalog and the matches),
 * `catalog_unavailable` (a catalog cannot tell, none says "not found", and nothing is known from before), `invalid` (an alias
 * that cannot be asked for), `deadline_exceeded`.
 */
export interface Lookup {
  (application: string, aliases: CatalogAliases, context: RequestContext): Promise<Route>;
  readonly readings: LookupReadings;
  /** Probes one catalog with a lookup. */
  probe(catalog: CatalogName, context: RequestContext): Promise<CatalogAnswer>;
}

/** The last settled answer, kept beyond its time for when a catalog is away. */
interface Known {
  readonly settled: Settlement;
  readonly freshUntil: number;
  /** Whether the catalogs could not tell when they were asked again. */
  readonly stale?: true;
}

/** While a catalog is away, how long a last known answer serves before the catalogs are tried again. */
const RECHECK_MS = 5000;
const RETRY_AFTER_SECONDS = 5;

/** Asks the three catalogs at the same time, each application once at a time, and remembers what they say. */
export function createLookup(options: LookupOptions): Lookup {
  const { clock, ttlMs } = options;
  const known = new BoundedMap<string, Known>(options.maxEntries ?? 10_000);
  const counts = countLookups(() => known.size);
  const consult = consulting(options, counts.said);
  const catalogs: Readonly<Record<CatalogName, Catalog>> = {
    datadog: leavingAlone(options.datadog, clock),
    leanix: leavingAlone(options.leanix, clock),
    servicenow: leavingAlone(options.servicenow, clock),
  };

  /** Callers may time out; lookups in progress still complete and fill the cache. */
  const askAll = singleFlight(
    (key: string, application: string, aliases: CatalogAliases, context: RequestContext) => {
      const answers = new Map<CatalogName, CatalogAnswer>();
      return new Promise<Settlement>((resolve) => {
        const take = async (name: CatalogName) => {
          const answer = await consult(name, catalogs[name], application, aliases[name], context);
          const settled = settle(answers.set(name, answer));
          if (!settled) return;
          remember(key, settled);
          resolve(settled);
        };
        for (const name of CATALOG_NAMES) void take(name);
      });
    },
    (key) => key,
  );

  function remember(key: string, settled: Settlement): void {
    const now = clock.now();
    if (settled.route !== 'unknown') return known.set(key, { settled, freshUntil: now + ttlMs });
    const before = known.get(key);
    if (before) known.set(key, { ...before, freshUntil: now + Math.min(RECHECK_MS, ttlMs), stale: true });
  }

  async function lookUp(
    application: string,
    aliases: CatalogAliases,
    context: RequestContext,
  ): Promise<Route> {
    const findings = aliasFindings(aliases);
    if (findings.length > 0) {
      throw new ProblemError('invalid', 'A catalog cannot be asked for the name given.', { findings });
    }
    const key = JSON.stringify([application, ...CATALOG_NAMES.map((name) => aliases[name] ?? null)]);
    const before = known.get(key);
    if (before && clock.now() < before.freshUntil) {
      counts.answeredBy(before.stale ? 'stale' : 'hit');
      return routeOf(before.settled, application);
    }

    const settled = await waitFor(askAll(key, application, aliases, context), context.deadline, clock);
    const stale = settled.route === 'unknown' && before;
    counts.answeredBy(stale ? 'stale' : 'miss');
    return routeOf(stale ? before.settled : settled, application);
  }

  return Object.assign(lookUp, {
    readings: counts.readings,
    probe: (name: CatalogName, context: RequestContext) =>
      consult(name, catalogs[name], CHECK_APPLICATION, undefined, context),
  });
}

/** Returns a function that queries one catalog within its timeout. Every failure becomes the answer `unknown`. */
function consulting(
  { clock, timeoutMs, log }: LookupOptions,
  said: (catalog: CatalogName, answer: CatalogAnswer) => void,
) {
  return async (
    catalog: CatalogName,
    ask: Catalog,
    application: string,
    alias: string | undefined,
    context: RequestContext,
  ): Promise<CatalogAnswer> => {
    const deadline = deadlineAfter(timeoutMs, clock);
    let answer: CatalogAnswer;
    try {
      answer = await ask({ name: alias ?? application, alias: alias !== undefined, deadline });
      if (answer.answer === 'unknown')
        log?.warn('catalog_unknown', { catalog, application, why: answer.why, ...logIds(context) });
    } catch (error) {
      log?.error('catalog_failed', { catalog, application, error, ...logIds(context) });
      answer = { answer: 'unknown', why: `Birddog cannot ask ${CATALOG_TITLES[catalog]}`, error };
    }
    said(catalog, answer);
    return answer;
  };
}

/** Waits for an answer for at most half of the time that is left, so that the other half remains for the work. */
async function waitFor(asking: Promise<Settlement>, deadline: Deadline, clock: Clock): Promise<Settlement> {
  requireTime(deadline, 'the catalogs were to be asked');
  const answered = new AbortController();
  const timeouts = clock.sleep(deadline.left() / 2, AbortSignal.any([answered.signal, deadline.signal]));
  const settled = await Promise.race([asking, timeouts.catch(() => undefined)]);
  answered.abort();
  if (settled) return settled;
  requireTime(deadline, 'the catalogs were asked');
  return { route: 'unknown', unavailable: [] };
}

function routeOf(settled: Settlement, application: string): Route {
  if (settled.route === 'ambiguous') {
    const { catalog, matches } = settled;
    throw new ProblemError(
      'ambiguous_application',
      `${CATALOG_TITLES[catalog]} has several matches for "${application}": ${matches.join(', ')}.`,
      { hint: `Name the right one under \`catalogs.${catalog}\`.`, members: { catalog, matches } },
    );
  }
  if (settled.route === 'unknown') throw catalogUnavailable(settled, application);
  return settled;
}

function catalogUnavailable(
  { unavailable }: Settlement & { route: 'unknown' },
  application: string,
): ProblemError {
  const why =
    unavailable.length > 0 ? unavailable.map((a) => a.why).join('; ') : 'the catalogs take too long';
  return new ProblemError(
    'catalog_unavailable',
    `It is not known whether "${application}" is listed: ${why}.`,
    {
      retryAfter: largest([
        RETRY_AFTER_SECONDS,
        ...unavailable.map((a) => a.retryAfter ?? RETRY_AFTER_SECONDS),
      ]),
      members: { catalogs: unavailable.map((a) => a.catalog) },
    },
  );
}

/** A map that evicts its oldest entry when it is full. Setting an entry makes it the newest. */
export class BoundedMap<K, V> {
  readonly #entries = new Map<K, V>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: K): V | undefined {
    return this.#entries.get(key);
  }

  set(key: K, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size <= this.#max) return;
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest);
      return;
    }
  }
}
