import type { Endpoint } from '../contract/operations.ts';
import { type QueryName, queryParameter } from '../contract/query-parameters.ts';
import { ProblemError } from '../domain/problem.ts';

type Query = Partial<Record<QueryName, string>>;

/** The parameters that may be repeated. Their values are joined by line ends, which none contains. */
const REPEATABLE: ReadonlySet<QueryName> = new Set(['set']);

/**
 * Parses the query of a request. Throws `bad_request` for an unknown or empty parameter, for a repeated one that may not be,, and for an invalid value.
 */
export function readQuery(given: URLSearchParams, operation: Endpoint): Query {
  const query: Query = {};
  for (const [name, value] of given) {
    const known = operation.query.find((q) => q === name);
    if (known === undefined) {
      throw bad(
        `"${name.slice(0, 100)}" is not a query parameter of ${operation.path}. Use ${operation.query.join(', ')}.`,
      );
    }
    const before = query[known];
    if (before !== undefined && !REPEATABLE.has(known))
      throw bad(`The query parameter ${known} is repeated.`);
    if (value.trim() === '') throw bad(`The query parameter ${known} is empty.`);
    const { is, schema } = queryParameter(known, operation);
    if (!schema.safeParse(value).success) throw bad(`${known} must be ${is}, not "${value.slice(0, 100)}".`);
    query[known] = before === undefined ? value : `${before}\n${value}`;
  }
  if (query.only !== undefined && query.prune === 'true')
    throw bad('only and prune cannot be used together: prune deletes what is not in the document.');
  return query;
}

function bad(detail: string): ProblemError {
  return new ProblemError('bad_request', detail);
}
