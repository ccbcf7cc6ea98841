import type { CatalogName } from '../domain/application.ts';
import type { Deadline } from '../domain/deadline.ts';
import type { Clock } from '../domain/clock.ts';

/** A lookup of one application in one catalog. */
export interface CatalogQuery {
  readonly name: string;
  /** Whether `name` is an alias from a document for this catalog. An alias may also be an id or a reference. */
  readonly alias: boolean;
  readonly deadline: Deadline;
}

/** The result is unknown because the catalog failed. Must not be treated as "not found". */
export interface Unknown {
  readonly answer: 'unknown';
  readonly reason: string;
  /** The number of seconds to wait before the next request. */
  readonly retryAfter?: number;
  /** The unexpected error behind it, for operators only: it can name a path or a setting. */
  readonly error?: unknown;
}

/** The result of a lookup. `name` has the catalog's spelling; `matches` are values that can be used as an alias. */
export type CatalogAnswer =
  | { readonly answer: 'found'; readonly name: string }
  | { readonly answer: 'not_found' }
  | { readonly answer: 'ambiguous'; readonly matches: readonly string[] }
  | Unknown;

/** Looks up an application in one catalog. Rejects only on an internal error. */
export type Catalog = (query: CatalogQuery) => Promise<CatalogAnswer>;

/** The product names of the catalogs, for messages. */
export const CATALOG_TITLES: Readonly<Record<CatalogName, string>> = {
  datadog: "Datadog's software catalog",
  leanix: 'LeanIX',
  servicenow: 'ServiceNow',
};

/** The failure of a catalog. The message is shown to operators and callers. */
export class CatalogFailure extends Error {
  /** The HTTP status, if there was a response. */
  readonly status: number | undefined;
  /** The number of seconds to wait before the next request. */
  readonly retryAfter: number | undefined;

  constructor(reason: string, details: { status?: number; retryAfter?: number | undefined } = {}) {
    super(reason);
    this.name = 'CatalogFailure';
    this.status = details.status;
    this.retryAfter = details.retryAfter;
  }
}

/** Wraps a catalog so that a CatalogFailure becomes the answer `unknown`. */
export function failuresAsAnswers(lookUp: Catalog): Catalog {
  return async (query) => {
    try {
      return await lookUp(query);
    } catch (error) {
      if (!(error instanceof CatalogFailure)) throw error;
      const { message: reason, retryAfter } = error;
      return { answer: 'unknown', reason, ...(retryAfter === undefined ? {} : { retryAfter }) };
    }
  };
}

/** Returns the answer for a list of exact matches. */
export function answerFrom(
  matches: readonly { readonly name: string; readonly handle: string }[],
): CatalogAnswer {
  const [first, second] = matches;
  if (!first) return { answer: 'not_found' };
  return second
    ? { answer: 'ambiguous', matches: matches.map((m) => m.handle) }
    : { answer: 'found', name: first.name };
}

/** The maximum backoff. ServiceNow may request up to an hour, but its rate limit may be raised earlier. */
const MAX_BACKOFF_SECONDS = 60;

/** Wraps a catalog so that no request is sent during the backoff after a 429 or 503. The answer is then `unknown`. */
export function withBackoff(catalog: Catalog, clock: Clock): Catalog {
  let unavailable: { readonly answer: Unknown; readonly until: number } | undefined;
  return async (query) => {
    if (unavailable && clock.now() < unavailable.until) {
      return { ...unavailable.answer, retryAfter: Math.ceil((unavailable.until - clock.now()) / 1000) };
    }
    const answer = await catalog(query);
    if (answer.answer === 'unknown' && answer.retryAfter !== undefined) {
      unavailable = { answer, until: clock.now() + Math.min(answer.retryAfter, MAX_BACKOFF_SECONDS) * 1000 };
    }
    return answer;
  };
}
