import { MANAGED_KINDS } from '../domain/managed-fields.ts';
import { type Endpoint, PAGE_SIZE, type QueryName } from '../contract/operations.ts';
import { catalogsIn } from '../contract/schemas.ts';
import { KEY_SLUG } from '../domain/application.ts';
import { ProblemError } from '../domain/problem.ts';
import { wholeNumberIn } from '../domain/whole-number.ts';

type Query = Partial<Record<QueryName, string>>;

/** The expected value of a parameter in words, and its check. */
type Rule = readonly [is: string, fits: (value: string) => boolean];

const FLAG: Rule = ['true or false', (value) => value === 'true' || value === 'false'];
const ID: Rule = [
  'the id of a Datadog object',
  (value) => value.split(',').every((id) => /^[\w-]{1,100}$/.test(id)),
];
const STATES = ['alert', 'warn', 'no data', 'ok', 'unknown', 'ignored', 'skipped'];

const RULES: Readonly<Partial<Record<QueryName, Rule>>> = {
  kind: ['monitor, alert or dashboard', (value) => MANAGED_KINDS.some((kind) => kind === value)],
  catalogs: [
    'a JSON object with the names in datadog, leanix or servicenow',
    (value) => catalogsIn(value) !== undefined,
  ],
  dry_run: FLAG,
  prune: FLAG,
  validate: FLAG,
  wait: FLAG,
  only: ['a comma-separated list of keys', (value) => value.split(',').every((key) => KEY_SLUG.test(key))],
  force: FLAG,
  max_changes: ['a whole number from 0 to 100000', (value) => wholeNumberIn(value, 0, 100_000) !== undefined],
  id: ID,
  cursor: ['the next_cursor of an answer', ID[1]],
  page_size: [
    `a whole number from 1 to ${PAGE_SIZE.max}`,
    (value) => wholeNumberIn(value, 1, PAGE_SIZE.max) !== undefined,
  ],
  state: [
    `one of ${STATES.join(', ')}`,
    (value) => STATES.some((state) => plainState(state) === plainState(value)),
  ],
  tags: ['a comma-separated list of tags', (value) => value.split(',').every((tag) => tag.trim() !== '')],
};

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
    const [is, fits] = RULES[known] ?? ['a string', () => true];
    if (!fits(value)) throw bad(`${known} must be ${is}, not "${value.slice(0, 100)}".`);
    query[known] = value;
  }
  if (query.only !== undefined && query.prune === 'true')
    throw bad('only and prune cannot be used together: prune deletes what is not in the document.');
  return query;
}

/** Returns the normal form of a state: `No Data`, `no data` and `no_data` are the same state. */
function plainState(state: string): string {
  return state.toLowerCase().replaceAll(/[ _]/g, '');
}

function bad(detail: string): ProblemError {
  return new ProblemError('bad_request', detail);
}
