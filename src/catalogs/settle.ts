import { CATALOG_NAMES, type CatalogName, type Way } from '../domain/application.ts';
import type { CatalogAnswer } from './catalog.ts';

/** What the catalogs together say of an application. */
export type Settlement =
  | Way
  | { readonly way: 'ambiguous'; readonly catalog: CatalogName; readonly matches: readonly string[] }
  | { readonly way: 'unknown'; readonly away: readonly Away[] };

/** A catalog that could not tell. */
export interface Away {
  readonly catalog: CatalogName;
  readonly why: string;
  readonly retryAfter?: number;
}

/**
 * What the answers so far settle, or undefined where it takes another answer. One definite "not found" settles
 * "sidecar" whatever the others say or do not say; "listed" takes all three.
 */
export function settle(answers: ReadonlyMap<CatalogName, CatalogAnswer>): Settlement | undefined {
  const given = CATALOG_NAMES.flatMap((catalog) => {
    const answer = answers.get(catalog);
    return answer ? [{ catalog, answer }] : [];
  });
  const missingFrom = given.filter((g) => g.answer.answer === 'not_found').map((g) => g.catalog);
  if (missingFrom.length > 0) return { way: 'sidecar', missingFrom };
  if (given.length < CATALOG_NAMES.length) return undefined;

  const away: Away[] = [];
  for (const { catalog, answer } of given) {
    if (answer.answer === 'ambiguous') return { way: 'ambiguous', catalog, matches: answer.matches };
    if (answer.answer === 'unknown') {
      const { why, retryAfter } = answer;
      away.push({ catalog, why, ...(retryAfter === undefined ? {} : { retryAfter }) });
    }
  }
  if (away.length > 0) return { way: 'unknown', away };
  const service = answers.get('datadog');
  return service?.answer === 'found' ? { way: 'listed', service: service.name.toLowerCase() } : undefined;
}
