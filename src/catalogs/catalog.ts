import type { CatalogName } from '../domain/application.ts';
import type { Deadline } from '../domain/deadline.ts';
import type { Clock } from '../domain/clock.ts';

/** What a catalog is asked: whether it knows an application. */
export interface Question {
  readonly name: string;
  /** Whether a document gave `name` as this catalog's own word for the application: then other handles than a name serve too. */
  readonly alias: boolean;
  readonly deadline: Deadline;
}

/** The catalog could not tell. Never to be read as "not listed". */
export interface Unknown {
  readonly answer: 'unknown';
  readonly why: string;
  /** Seconds the catalog wants to be left alone. */
  readonly retryAfter?: number;
  /** The unexpected error behind it, for operators only: it can name a path or a setting. */
  readonly error?: unknown;
}

/** What a catalog knows. `name` is its own spelling; `matches` are spellings that serve as an alias, where there are any. */
export type CatalogAnswer =
  | { readonly answer: 'found'; readonly name: string }
  | { readonly answer: 'not_found' }
  | { readonly answer: 'ambiguous'; readonly matches: readonly string[] }
  | Unknown;

/** One of the three catalogs. Rejects only where something is wrong with Birddog itself. */
export type Catalog = (question: Question) => Promise<CatalogAnswer>;

/** The catalogs by the names that people know them by. */
export const CATALOG_TITLES: Readonly<Record<CatalogName, string>> = {
  datadog: "Datadog's software catalog",
  leanix: 'LeanIX',
  servicenow: 'ServiceNow',
};

/** A catalog cannot tell; the message says why, for operators and for the one who asked. */
export class CatalogFailure extends Error {
  /** The HTTP status, where there was an answer. */
  readonly status: number | undefined;
  /** Seconds the catalog wants to be left alone. */
  readonly retryAfter: number | undefined;

  constructor(why: string, details: { status?: number; retryAfter?: number | undefined } = {}) {
    super(why);
    this.name = 'CatalogFailure';
    this.status = details.status;
    this.retryAfter = details.retryAfter;
  }
}

/** A catalog whose failures are answers. */
export function answering(ask: Catalog): Catalog {
  return async (question) => {
    try {
      return await ask(question);
    } catch (error) {
      if (!(error instanceof CatalogFailure)) throw error;
      const { message: why, retryAfter } = error;
      return { answer: 'unknown', why, ...(retryAfter === undefined ? {} : { retryAfter }) };
    }
  };
}

/** The answer that a list of exact matches gives: none, the one, or which ones. */
export function answerFrom(
  matches: readonly { readonly name: string; readonly handle: string }[],
): CatalogAnswer {
  const [first, second] = matches;
  if (!first) return { answer: 'not_found' };
  return second
    ? { answer: 'ambiguous', matches: matches.map((m) => m.handle) }
    : { answer: 'found', name: first.name };
}

/** ServiceNow counts by the hour: it is asked again sooner than it may say, for its rules can be changed meanwhile. */
const LONGEST_SECONDS = 60;

/** A catalog that is not asked while it wants to be left alone (429, 503 with a time): it cannot tell, at once. */
export function leavingAlone(catalog: Catalog, clock: Clock): Catalog {
  let unavailable: { readonly answer: Unknown; readonly until: number } | undefined;
  return async (question) => {
    if (unavailable && clock.now() < unavailable.until) {
      return { ...unavailable.answer, retryAfter: Math.ceil((unavailable.until - clock.now()) / 1000) };
    }
    const answer = await catalog(question);
    if (answer.answer === 'unknown' && answer.retryAfter !== undefined) {
      unavailable = { answer, until: clock.now() + Math.min(answer.retryAfter, LONGEST_SECONDS) * 1000 };
    }
    return answer;
  };
}
