import type { Finding } from './finding.ts';

interface ProblemKind {
  readonly status: number;
  readonly title: string;
  readonly hint: string;
}

/** Every failure Birddog can answer with. docs/problems.md is held against this table both ways. */
export const PROBLEMS = {
  malformed_body: {
    status: 400,
    title: 'The body cannot be read',
    hint: 'Mend the text at the line and column given.',
  },
  bad_request: {
    status: 400,
    title: 'The request is not one Birddog knows',
    hint: 'See /docs for the parameters and headers of this path.',
  },
  unauthenticated: {
    status: 401,
    title: 'The caller is not known',
    hint: 'Send Authorization: Bearer with a token; docs/callers.md says where to get one.',
  },
  forbidden: {
    status: 403,
    title: 'The caller may not do this',
    hint: 'Ask one of the groups named in the detail, or have the access file changed.',
  },
  forbidden_host: {
    status: 403,
    title: 'The request names a host that Birddog does not serve',
    hint: 'Use a name that BIRDDOG_HOSTS lists; with BIRDDOG_AUTH=none use localhost or 127.0.0.1, and no page of another site.',
  },
  owned_by_another: {
    status: 403,
    title: 'The object belongs to another application',
    hint: 'Ask the owner named in the detail, or choose another key.',
  },
  not_managed: {
    status: 403,
    title: 'The object is not managed by Birddog',
    hint: 'Birddog touches only what carries its own marker. Create the object through Birddog instead.',
  },
  datadog_forbidden: {
    status: 403,
    title: 'Datadog does not let Birddog touch this object',
    hint: "Its restriction policy or roles exclude Birddog's service account: ask who may edit it.",
  },
  not_found: {
    status: 404,
    title: 'There is no such object',
    hint: 'List what there is with the matching GET path.',
  },
  unknown_path: {
    status: 404,
    title: 'There is no such path',
    hint: 'See /docs for the paths Birddog serves.',
  },
  method_not_allowed: {
    status: 405,
    title: 'The path does not know this method',
    hint: 'Use the method named in the Allow header.',
  },
  not_acceptable: {
    status: 406,
    title: 'The answer cannot be given in that format',
    hint: 'Accept application/json or application/yaml.',
  },
  request_timeout: {
    status: 408,
    title: 'The request arrived too slowly',
    hint: 'Send it again over a faster connection, or in smaller parts.',
  },
  key_conflict: {
    status: 409,
    title: 'The key is taken by a different object',
    hint: 'Use the update path to change it, or choose another key.',
  },
  ambiguous_application: {
    status: 409,
    title: 'The application is not unique in a catalog',
    hint: 'Name the right one under `catalogs` in the request.',
  },
  duplicate_of_unmanaged: {
    status: 409,
    title: "Datadog already has an equal monitor that is not this application's",
    hint: 'Change the monitor named in the detail, delete it, or make this one differ.',
  },
  plan_stale: {
    status: 409,
    title: 'What the plan was made from has moved',
    hint: 'Plan again, look at what moved, and apply with the new basis.',
  },
  too_many_deletes: {
    status: 409,
    title: 'More would be deleted than is allowed at once',
    hint: 'Look at the plan; if all of it shall go, say force=true.',
  },
  too_large: {
    status: 413,
    title: 'The body is too large',
    hint: 'Split the body: an object may have 1 MiB and 50,000 values, a document 16 MiB and 1,000,000 values.',
  },
  unsupported_media_type: {
    status: 415,
    title: "The body's format is not known",
    hint: 'Send Content-Type application/json, application/yaml or application/toml.',
  },
  expectation_failed: {
    status: 417,
    title: 'The value of the header Expect is unknown',
    hint: 'Send Expect: 100-continue or no such header.',
  },
  invalid: {
    status: 422,
    title: 'The request has mistakes',
    hint: 'Mend what the findings name; nothing was written.',
  },
  datadog_refused: {
    status: 422,
    title: 'Datadog refused the object',
    hint: "Datadog's own words are in the detail; nothing was written.",
  },
  rate_limited: {
    status: 429,
    title: "Datadog's rate limit leaves no room before the deadline",
    hint: 'Try again after the time in Retry-After.',
  },
  headers_too_large: {
    status: 431,
    title: 'The headers of the request are too large',
    hint: 'Send at most 100 header lines, and 16 KiB of them.',
  },
  internal: {
    status: 500,
    title: 'Birddog failed',
    hint: "Report the request_id to Birddog's operators.",
  },
  datadog_failed: {
    status: 502,
    title: 'Datadog failed',
    hint: 'Try again later; if it was a write, Birddog finds what became of it by its marker.',
  },
  list_incomplete: {
    status: 502,
    title: "Datadog's list leaves out what is there",
    hint: 'Try again later: planned from such a list, what is there would be made once more. Nothing was written.',
  },
  busy: {
    status: 503,
    title: 'Too much is asked at once',
    hint: 'Try again after the time in Retry-After. Nothing was done of this request.',
  },
  sidecar_unavailable: {
    status: 503,
    title: 'The sidecar is away',
    hint: 'Try again after the time in Retry-After. Listed applications are served meanwhile.',
  },
  catalog_unavailable: {
    status: 503,
    title: 'A catalog is away and the application is not known from before',
    hint: 'Try again after the time in Retry-After.',
  },
  issuer_unavailable: {
    status: 503,
    title: 'The issuer of tokens cannot be asked for its keys',
    hint: 'Try again after the time in Retry-After. Tokens signed with keys known from before are taken meanwhile.',
  },
  datadog_keys_refused: {
    status: 503,
    title: "Datadog refuses Birddog's keys",
    hint: "Birddog's operators must put valid keys into Vault.",
  },
  datadog_unavailable: {
    status: 503,
    title: 'Datadog cannot be reached',
    hint: 'Try again after the time in Retry-After.',
  },
  deadline_exceeded: {
    status: 504,
    title: 'The deadline passed',
    hint: 'Ask again, with a longer Birddog-Deadline-Ms if need be. Nothing was left half done.',
  },
  outcome_unknown: {
    status: 504,
    title: 'It is not known whether Datadog carried out the write',
    hint: 'Ask again with the same key: Birddog looks the object up before it writes, and makes no duplicate.',
  },
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof PROBLEMS;

export interface ProblemExtras {
  readonly findings?: readonly Finding[];
  /** Whole seconds, for the Retry-After header. */
  readonly retryAfter?: number;
  /** The methods a path takes, for the Allow header. */
  readonly allow?: readonly string[];
  /** What WWW-Authenticate says of a 401, where that is more than the scheme. */
  readonly challenge?: string;
  /** The hint, where a better one than the table's is known. */
  readonly hint?: string;
  /** Further members of the answer (`plan`, `owner`, ...). */
  readonly members?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** A failure on its way to the one who asked. `detail` is written for that person. */
export class ProblemError extends Error {
  readonly code: ProblemCode;
  readonly extras: ProblemExtras;

  constructor(code: ProblemCode, detail: string, extras: ProblemExtras = {}) {
    super(detail, extras.cause === undefined ? undefined : { cause: extras.cause });
    this.name = 'ProblemError';
    this.code = code;
    this.extras = extras;
  }

  get status(): number {
    return PROBLEMS[this.code].status;
  }
}

/** The RFC 9457 body of a failure. */
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
