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
import type { Log } from '../runtime/log.ts';
import { aliasFindings } from './alias-findings.ts';
import { type Catalog, CATALOG_TITLES, type CatalogAnswer, withBackoff } from './catalog.ts';
import { countLookups, type LookupReadings } from './lookup-metrics.ts';
import { settle, type Settlement } from './settle.ts';

export interface LookupOptions extends Readonly<Record<CatalogName, Catalog>> {
  /** How long (ms) an answer is cached. */
  readonly ttlMs: number;
  /** The timeout (ms) of one query to one catalog. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly log?: Log;
  /** The maximum number of cached applications; default 10,000. */
  readonly maxEntries?: number;
}

/**
 * Returns the route of an application. Throws ProblemError: `ambiguous_application` (with the catalog and the matches),
 * `catalog_unavailable` (a catalog failed, none answered "not found", and nothing is cached), `invalid` (an alias that cannot
 * be searched for), `deadline_exceeded`.
 */
export interface Lookup {
  (application: string, aliases: CatalogAliases, context: RequestContext): Promise<Route>;
  readonly readings: LookupReadings;
  /** Probes one catalog with a lookup. */
  probe(catalog: CatalogName, context: RequestContext): Promise<CatalogAnswer>;
}

/** The last definite result, kept after its expiry for when a catalog is unavailable. */
interface CachedLookup {
  readonly settled: Settlement;
  readonly freshUntil: number;
  /** Whether a later query failed, so that this result is expired. */
  readonly stale?: true;
}

/** A query of all catalogs: the answers so far, and the result of all. */
interface Query {
  readonly answers: ReadonlyMap<CatalogName, CatalogAnswer>;
  readonly complete: Promise<Settlement>;
}

const NOTHING_KNOWN: Settlement = { route: 'unknown', unavailable: [] };

/** How long (ms) an expired result is served before the catalogs are queried again, while one is unavailable. */
const RECHECK_MS = 5000;
/** How long (ms) a result is cached for which a catalog did not answer. */
const INCOMPLETE_MS = 60_000;
const RETRY_AFTER_SECONDS = 5;

/** Creates a lookup that queries the three catalogs concurrently, with one query per application at a time, and caches results. */
export function createLookup(options: LookupOptions): Lookup {
  const { clock, ttlMs } = options;
  const cache = new BoundedMap<string, CachedLookup>(options.maxEntries ?? 10_000);
  const counts = countLookups(() => cache.size);
  const queryCatalog = createQuery(options, counts.record);
  const catalogs: Readonly<Record<CatalogName, Catalog>> = {
    datadog: withBackoff(options.datadog, clock),
    leanix: withBackoff(options.leanix, clock),
    servicenow: withBackoff(options.servicenow, clock),
  };

  const running = new Map<string, Query>();

  /** Queries all catalogs, once for concurrent callers. Callers may time out; the queries still complete and fill the cache. */
  function queryAll(
    key: string,
    application: string,
    aliases: CatalogAliases,
    context: RequestContext,
  ): Query {
    const current = running.get(key);
    if (current) return current;
    const answers = new Map<CatalogName, CatalogAnswer>();
    const queries = CATALOG_NAMES.map(async (name) => {
      answers.set(name, await queryCatalog(name, catalogs[name], application, aliases[name], context));
    });
    const complete = Promise.all(queries).then(() => {
      running.delete(key);
      const settled = settle(answers) ?? NOTHING_KNOWN;
      store(key, settled);
      return settled;
    });
    const query = { answers, complete };
    running.set(key, query);
    return query;
  }

  function store(key: string, settled: Settlement): void {
    const now = clock.now();
    const isIncomplete = settled.route === 'unlisted' && settled.notChecked !== undefined;
    const freshMs = isIncomplete ? Math.min(INCOMPLETE_MS, ttlMs) : ttlMs;
    if (settled.route !== 'unknown') return cache.set(key, { settled, freshUntil: now + freshMs });
    const cached = cache.get(key);
    if (cached) cache.set(key, { ...cached, freshUntil: now + Math.min(RECHECK_MS, ttlMs), stale: true });
  }

  async function lookUp(
    application: string,
    aliases: CatalogAliases,
    context: RequestContext,
  ): Promise<Route> {
    const findings = aliasFindings(aliases);
    if (findings.length > 0) {
      throw new ProblemError('invalid', 'A catalog cannot be searched for the given name.', { findings });
    }
    const key = JSON.stringify([application, ...CATALOG_NAMES.map((name) => aliases[name] ?? null)]);
    const cached = cache.get(key);
    if (cached && clock.now() < cached.freshUntil) {
      counts.count(cached.stale ? 'stale' : 'hit');
      return routeOf(cached.settled, application);
    }

    const settled = await waitFor(queryAll(key, application, aliases, context), context.deadline, clock);
    const stale = settled.route === 'unknown' && cached;
    counts.count(stale ? 'stale' : 'miss');
    return routeOf(stale ? cached.settled : settled, application);
  }

  return Object.assign(lookUp, {
    readings: counts.readings,
    probe: (name: CatalogName, context: RequestContext) =>
      queryCatalog(name, catalogs[name], CHECK_APPLICATION, undefined, context),
  });
}

/** Returns a function that queries one catalog within its timeout. Every failure becomes the answer `unknown`. */
function createQuery(
  { clock, timeoutMs, log }: LookupOptions,
  record: (catalog: CatalogName, answer: CatalogAnswer) => void,
) {
  return async (
    catalog: CatalogName,
    lookUpIn: Catalog,
    application: string,
    alias: string | undefined,
    context: RequestContext,
  ): Promise<CatalogAnswer> => {
    const deadline = deadlineAfter(timeoutMs, clock);
    let answer: CatalogAnswer;
    try {
      answer = await lookUpIn({ name: alias ?? application, alias: alias !== undefined, deadline });
      if (answer.answer === 'unknown')
        log?.warn('catalog_unknown', { catalog, application, why: answer.reason, ...logIds(context) });
    } catch (error) {
      log?.error('catalog_failed', { catalog, application, error, ...logIds(context) });
      answer = { answer: 'unknown', reason: `Birddog failed to query ${CATALOG_TITLES[catalog]}`, error };
    }
    record(catalog, answer);
    return answer;
  };
}

/**
 * Waits for all answers for at most half of the remaining deadline, so that time remains for the request itself. Then the
 * answers so far decide.
 */
async function waitFor({ complete, answers }: Query, deadline: Deadline, clock: Clock): Promise<Settlement> {
  requireTime(deadline, 'the catalogs could be queried');
  const finished = new AbortController();
  const timeouts = clock.sleep(deadline.left() / 2, AbortSignal.any([finished.signal, deadline.signal]));
  const settled = await Promise.race([complete, timeouts.catch(() => undefined)]);
  finished.abort();
  if (settled) return settled;
  requireTime(deadline, 'the catalogs were queried');
  return settle(answers) ?? NOTHING_KNOWN;
}

function routeOf(settled: Settlement, application: string): Route {
  if (settled.route === 'ambiguous') {
    const { catalog, matches } = settled;
    throw new ProblemError(
      'ambiguous_application',
      `${CATALOG_TITLES[catalog]} has several matches for "${application}": ${matches.join(', ')}.`,
      { hint: `Set \`catalogs.${catalog}\` to the right one.`, members: { catalog, matches } },
    );
  }
  if (settled.route === 'unknown') throw catalogUnavailable(settled, application);
  return settled;
}

function catalogUnavailable(
  { unavailable }: Settlement & { route: 'unknown' },
  application: string,
): ProblemError {
  const reason =
    unavailable.length > 0
      ? unavailable.map((a) => a.reason).join('; ')
      : 'the catalogs did not answer in time';
  return new ProblemError(
    'catalog_unavailable',
    `Cannot determine whether "${application}" is listed: ${reason}.`,
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
