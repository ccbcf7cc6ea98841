import type { Endpoint } from '../contract/operations.ts';
import { type QueryName, queryParameter } from '../contract/query-parameters.ts';
import { ProblemError } from '../domain/problem.ts';

type Query = Partial<Record<QueryName, string>>;

/**
 * Parses the query of a request. Throws `bad_request` for an unknown, repeated or empty parameter, and for an invalid value.
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
    if (query[known] !== undefined) throw bad(`The query parameter ${known} is repeated.`);
    if (value.trim() === '') throw bad(`The query parameter ${known} is empty.`);
    const { is, schema } = queryParameter(known, operation);
    if (!schema.safeParse(value).success) throw bad(`${known} must be ${is}, not "${value.slice(0, 100)}".`);
    query[known] = value;
  }
  if (query.only !== undefined && query.prune === 'true')
    throw bad('only and prune cannot be used together: prune deletes what is not in the document.');
  return query;
}

function bad(detail: string): ProblemError {
  return new ProblemError('bad_request', detail);
}
