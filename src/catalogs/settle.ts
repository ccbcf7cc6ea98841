import { CATALOG_NAMES, type CatalogName, type Route } from '../domain/application.ts';
import type { CatalogAnswer } from './catalog.ts';

/** The combined result of the catalogs for an application. */
export type Settlement =
  | Route
  | { readonly route: 'ambiguous'; readonly catalog: CatalogName; readonly matches: readonly string[] }
  | { readonly route: 'unknown'; readonly unavailable: readonly UnavailableCatalog[] };

/** A catalog that failed to answer. */
export interface UnavailableCatalog {
  readonly catalog: CatalogName;
  readonly reason: string;
  readonly retryAfter?: number;
}

/**
 * Returns the decision that the answers so far allow, or undefined while another answer is needed. One "not found" decides
 * for the sidecar, and the catalogs without an answer are not checked; "listed" needs all three catalogs.
 */
export function settle(answers: ReadonlyMap<CatalogName, CatalogAnswer>): Settlement | undefined {
  const received = CATALOG_NAMES.flatMap((catalog) => {
    const answer = answers.get(catalog);
    return answer ? [{ catalog, answer }] : [];
  });
  const missingFrom = received.filter((g) => g.answer.answer === 'not_found').map((g) => g.catalog);
  if (missingFrom.length > 0) {
    const notChecked = CATALOG_NAMES.filter((name) => (answers.get(name)?.answer ?? 'unknown') === 'unknown');
    return { route: 'unlisted', missingFrom, ...(notChecked.length === 0 ? {} : { notChecked }) };
  }
  if (received.length < CATALOG_NAMES.length) return undefined;

  const unavailable: UnavailableCatalog[] = [];
  for (const { catalog, answer } of received) {
    if (answer.answer === 'ambiguous') return { route: 'ambiguous', catalog, matches: answer.matches };
    if (answer.answer === 'unknown') {
      const { reason, retryAfter } = answer;
      unavailable.push({ catalog, reason, ...(retryAfter === undefined ? {} : { retryAfter }) });
    }
  }
  if (unavailable.length > 0) return { route: 'unknown', unavailable };
  const service = answers.get('datadog');
  return service?.answer === 'found' ? { route: 'listed', service: service.name.toLowerCase() } : undefined;
}
