import type { Finding } from './finding.ts';
import { shorten, shortenPointer, shortenText } from './findings.ts';

interface ProblemKind {
  readonly status: number;
  readonly title: string;
  readonly hint: string;
}

/** Every problem that Birddog can return. A test compares this table with docs/problems.md in both directions. */
export const PROBLEMS = {
  malformed_body: {
    status: 400,
    title: 'The body could not be parsed',
    hint: 'Fix the syntax error at the given line and column.',
  },
  bad_request: {
    status: 400,
    title: 'Invalid request',
    hint: 'See /docs for the parameters and headers of this path.',
  },
  unauthenticated: {
    status: 401,
    title: 'Missing or invalid credentials',
    hint: 'Send Authorization: Bearer with a token; docs/callers.md explains how to get one.',
  },
  forbidden: {
    status: 403,
    title: 'The caller is not authorized',
    hint: 'Ask one of the groups named in the detail, or request a change to the access file.',
  },
  forbidden_host: {
    status: 403,
    title: 'The request is for a host that Birddog does not serve',
    hint: 'Use a host listed in BIRDDOG_HOSTS. With BIRDDOG_AUTH=none use localhost or 127.0.0.1, and send no cross-site requests.',
  },
  owned_by_another: {
    status: 403,
    title: 'The object belongs to another application',
    hint: 'Ask the owner named in the detail, or choose another key.',
  },
  not_managed: {
    status: 403,
    title: 'The object is not managed by Birddog',
    hint: 'Birddog manages only objects that carry its marker. To manage this object, adopt it in a document.',
  },
  datadog_forbidden: {
    status: 403,
    title: 'Datadog does not permit Birddog to change this object',
    hint: "Its restriction policy or roles exclude Birddog's service account. Ask someone who can edit it to grant access.",
  },
  not_found: {
    status: 404,
    title: 'Object not found',
    hint: 'List the existing objects with the matching GET path.',
  },
  unknown_path: {
    status: 404,
    title: 'Path not found',
    hint: 'See /docs for the available paths.',
  },
  method_not_allowed: {
    status: 405,
    title: 'The path does not support this method',
    hint: 'Use a method listed in the Allow header.',
  },
  not_acceptable: {
    status: 406,
    title: 'The requested response format is not supported',
    hint: 'Accept application/json or application/yaml.',
  },
  request_timeout: {
    status: 408,
    title: 'The request was not received in time',
    hint: 'Send the request again over a faster connection, or split it into smaller requests.',
  },
  key_conflict: {
    status: 409,
    title: 'A different object already has this key',
    hint: 'Use the update path to change that object, or choose another key.',
  },
  ambiguous_application: {
    status: 409,
    title: 'A catalog has several entries for the application',
    hint: 'Name the right entry under `catalogs` in the request.',
  },
  ambiguous_team: {
    status: 409,
    title: 'The objects do not name one team',
    hint: 'Give the team in the query parameter team.',
  },
  duplicate_of_unmanaged: {
    status: 409,
    title: 'Datadog already has an identical monitor that this application does not own',
    hint: 'Change or delete the monitor named in the detail, or change the new monitor.',
  },
  plan_stale: {
    status: 409,
    title: 'The document or Datadog has changed since the plan was made',
    hint: 'Plan again, review the changes, and apply with the new basis.',
  },
  rename_across_routes: {
    status: 409,
    title: 'An object cannot be renamed between a listed and an unlisted application',
    hint: 'Create the object in the new application and delete the old one, or use a shared ledger in PostgreSQL.',
  },
  too_many_deletes: {
    status: 409,
    title: 'The plan deletes more objects than one apply may delete',
    hint: 'Review the plan. To delete all of these objects, pass force=true.',
  },
  too_many_changes: {
    status: 409,
    title: 'The plan changes the alerting of more existing monitors than one apply may change',
    hint: 'Review the plan. To change all of these monitors, pass their number as max_changes, or force=true.',
  },
  precondition_failed: {
    status: 412,
    title: 'If-Match cannot match',
    hint: 'Omit If-Match: Birddog has no entity tags. An apply is conditional on the basis of a plan. Nothing was written.',
  },
  too_large: {
    status: 413,
    title: 'The body is too large',
    hint: 'Split the body. Limits: 1 MiB and 50,000 values per object, 16 MiB and 1,000,000 values per document.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'The format of the body is not supported',
    hint: 'Send Content-Type application/json, application/yaml or application/toml.',
  },
  expectation_failed: {
    status: 417,
    title: 'The value of the Expect header is not supported',
    hint: 'Send Expect: 100-continue, or omit the header.',
  },
  invalid: {
    status: 422,
    title: 'The request is invalid',
    hint: 'Fix the findings and send the request again. Nothing was written.',
  },
  datadog_refused: {
    status: 422,
    title: 'Datadog rejected the object',
    hint: "The detail quotes Datadog's message. Nothing was written.",
  },
  rate_limited: {
    status: 429,
    title: "Datadog's rate limit does not permit this request before the deadline",
    hint: 'Retry after the time in Retry-After.',
  },
  headers_too_large: {
    status: 431,
    title: 'The request headers are too large',
    hint: 'Send at most 100 header lines and 16 KiB in total.',
  },
  internal: {
    status: 500,
    title: 'Internal error',
    hint: "Report the request_id to Birddog's operators.",
  },
  unsupported_transfer_coding: {
    status: 501,
    title: 'The transfer coding is not supported',
    hint: 'Send Transfer-Encoding: chunked. To compress the body, use Content-Encoding.',
  },
  datadog_failed: {
    status: 502,
    title: 'Datadog failed',
    hint: 'Retry later. After a failed write, Birddog uses the marker to find out whether the object exists.',
  },
  list_incomplete: {
    status: 502,
    title: 'Datadog returned an incomplete list',
    hint: 'Retry later. Planning from an incomplete list would create duplicates. Nothing was written.',
  },
  busy: {
    status: 503,
    title: 'Too many concurrent requests',
    hint: 'Retry after the time in Retry-After. This request was not processed.',
  },
  sidecar_unavailable: {
    status: 503,
    title: 'The sidecar is unavailable',
    hint: 'Retry after the time in Retry-After. Listed applications are still served.',
  },
  ledger_unavailable: {
    status: 503,
    title: 'The ledger is unavailable',
    hint: 'Retry after the time in Retry-After. Nothing was written. Reads, lint and plans still work.',
  },
  shutting_down: {
    status: 503,
    title: 'Birddog is shutting down',
    hint: 'Retry after the time in Retry-After: another replica answers.',
  },
  catalog_unavailable: {
    status: 503,
    title: 'A catalog is unavailable and the application is not cached',
    hint: 'Retry after the time in Retry-After.',
  },
  issuer_unavailable: {
    status: 503,
    title: "Failed to fetch the token issuer's keys",
    hint: 'Retry after the time in Retry-After. Tokens signed with a cached key are still accepted.',
  },
  version_skew: {
    status: 503,
    title: 'The version of the contract is unknown',
    hint: "Birddog's operators must deploy versions of Birddog and of the sidecar that share a contract. Nothing was written.",
  },
  datadog_keys_refused: {
    status: 503,
    title: "Datadog rejects Birddog's keys",
    hint: "Birddog's operators must put valid keys into Vault.",
  },
  datadog_unavailable: {
    status: 503,
    title: 'Datadog is unavailable',
    hint: 'Retry after the time in Retry-After.',
  },
  deadline_exceeded: {
    status: 504,
    title: 'Deadline exceeded',
    hint: 'Retry, with a longer Birddog-Deadline-Ms if necessary. No write was left unfinished.',
  },
  outcome_unknown: {
    status: 504,
    title: 'Datadog may or may not have executed the write',
    hint: 'Retry with the same key. Birddog looks the object up before it writes and does not create a duplicate.',
  },
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof PROBLEMS;

export interface ProblemExtras {
  readonly findings?: readonly Finding[];
  /** The value of the Retry-After header, in whole seconds. */
  readonly retryAfter?: number;
  /** The methods that the path supports, for the Allow header. */
  readonly allow?: readonly string[];
  /** The encodings that a body may have, for the Accept-Encoding header (RFC 9110, 12.5.3). */
  readonly acceptEncoding?: readonly string[];
  /** The WWW-Authenticate header of a 401, if it has more than the scheme. */
  readonly challenge?: string;
  /** Replaces the hint of the table. */
  readonly hint?: string;
  /** Additional fields of the response (`plan`, `owner`, ...). */
  readonly members?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** Maximum length of the detail of a problem, which may quote the body or an answer of Datadog. */
const MAX_DETAIL = 4000;

/**
 * A failure that is returned to the caller as a problem. The message becomes `detail`. Long texts in it and in the findings are
 * shortened.
 */
export class ProblemError extends Error {
  readonly code: ProblemCode;
  readonly extras: ProblemExtras;

  constructor(code: ProblemCode, detail: string, extras: ProblemExtras = {}) {
    super(shortenText(detail, MAX_DETAIL), extras.cause === undefined ? undefined : { cause: extras.cause });
    this.name = 'ProblemError';
    this.code = code;
    const { findings } = extras;
    this.extras = findings
      ? { ...extras, findings: findings.map((finding) => shortenPointer(shorten(finding))) }
      : extras;
  }

  get status(): number {
    return PROBLEMS[this.code].status;
  }
}

/** Returns the RFC 9457 body of a problem. */
export function problemBody(problem: ProblemError, requestId: string): Record<string, unknown> {
  const kind = PROBLEMS[problem.code];
  return {
    type: `urn:birddog:problem:${problem.code}`,
    title: kind.title,
    status: kind.status,
    detail: problem.message,
    code: problem.code,
    hint: problem.extras.hint ?? kind.hint,
    request_id: requestId,
    ...(problem.extras.findings?.length ? { findings: problem.extras.findings } : {}),
    ...problem.extras.members,
  };
}

/** Returns the `shutting_down` problem. */
export function shuttingDown(detail: string, extras: ProblemExtras = {}): ProblemError {
  return new ProblemError('shutting_down', detail, { retryAfter: 1, ...extras });
}

/** An exceeded limit of a body, with the amount counted when reading stopped. */
export interface Excess {
  readonly unit: 'bytes' | 'values';
  readonly limit: number;
  readonly measured: number;
}

/** Returns the `too_large` problem for a body, or something else, that exceeds a limit on bytes or values. */
export function tooLarge({ unit, limit, measured }: Excess, what = 'The body'): ProblemError {
  return new ProblemError(
    'too_large',
    `${what} has at least ${measured} ${unit}; the limit is ${limit} ${unit}.`,
    { members: { unit, limit, measured } },
  );
}
