import type { CatalogName } from '../domain/application.ts';
import type { CatalogAnswer } from './catalog.ts';

/** Source of a lookup result: a fresh cache entry, the catalogs, or an expired cache entry because a catalog is unavailable. */
export type ResultSource = 'hit' | 'miss' | 'stale';

/** State of the lookups, for metrics and incidents. */
export interface LookupReadings {
  lookups(): ReadonlyMap<ResultSource, number>;
  /** Returns the number of cached applications. */
  entries(): number;
  /** Returns the reason for each catalog whose last lookup failed. */
  unavailable(): ReadonlyMap<CatalogName, string>;
}

/** Creates the counters of the lookups. */
export function countLookups(entries: () => number) {
  const unavailable = new Map<CatalogName, string>();
  const lookups = new Map<ResultSource, number>([
    ['hit', 0],
    ['miss', 0],
    ['stale', 0],
  ]);
  const readings: LookupReadings = { lookups: () => lookups, entries, unavailable: () => unavailable };
  return {
    readings,
    count: (source: ResultSource) => void lookups.set(source, (lookups.get(source) ?? 0) + 1),
    record(catalog: CatalogName, answer: CatalogAnswer) {
      if (answer.answer === 'unknown') unavailable.set(catalog, answer.reason);
      else unavailable.delete(catalog);
    },
  };
}
