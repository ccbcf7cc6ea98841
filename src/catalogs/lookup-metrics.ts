import { CATALOG_NAMES, type CatalogName } from '../domain/application.ts';
import type { CatalogAnswer } from './catalog.ts';

/** What answered a lookup: a fresh memory, the catalogs, or a memory that is too old because they cannot tell. */
export type AnsweredBy = 'hit' | 'miss' | 'stale';

/** What the lookups have shown of late, for metrics and alarms. */
export interface LookupReadings {
  lookups(): ReadonlyMap<AnsweredBy, number>;
  /** Applications that are remembered. */
  entries(): number;
  /** Why each catalog could not tell when it was last asked; those that could are not in it. */
  unavailable(): ReadonlyMap<CatalogName, string>;
}

/** Counts what the lookups do. */
export function countLookups(entries: () => number) {
  const unavailable = new Map<CatalogName, string>();
  const lookups = new Map<AnsweredBy, number>([
    ['hit', 0],
    ['miss', 0],
    ['stale', 0],
  ]);
  const readings: LookupReadings = { lookups: () => lookups, entries, unavailable: () => unavailable };
  return {
    readings,
    answeredBy: (by: AnsweredBy) => void lookups.set(by, (lookups.get(by) ?? 0) + 1),
    said(catalog: CatalogName, answer: CatalogAnswer) {
      if (answer.answer === 'unknown') unavailable.set(catalog, answer.why);
      else unavailable.delete(catalog);
    },
  };
}

/** 1 for each catalog that could not tell when it was last asked, 0 for the others. */
export function unavailableByCatalog({ unavailable }: LookupReadings): ReadonlyMap<CatalogName, number> {
  return new Map(CATALOG_NAMES.map((name) => [name, unavailable().has(name) ? 1 : 0]));
}
