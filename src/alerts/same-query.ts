import { readStoredQuery } from '../language/query/parse-query.ts';
import { printQuery } from '../language/query/print-query.ts';

/** Returns a query in the spelling that all queries with the same meaning have. */
export function canonicalQuery(type: string, text: string): string {
  return printQuery(readStoredQuery(type, text));
}
