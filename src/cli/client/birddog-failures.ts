import type { z } from 'zod';
import type { AnsweredFinding, Progress } from '../../contract/answer-parts.ts';
import type { AnyProblem } from '../../contract/problem-answer.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { OutboundError } from '../../runtime/outbound.ts';
import { EXIT, type Exit } from '../exit-status.ts';
import type { LocatedFinding } from '../documents/lint-text.ts';

interface NoAnswerOptions extends ErrorOptions {
  /** The exit status of the command, if Birddog is not unavailable. */
  readonly exit?: Exit;
}

/** Birddog did not answer. The message is a sentence. `sent` is false if the request certainly did not arrive. */
export class NoAnswer extends Error {
  readonly sent: boolean;
  readonly exit: Exit;

  constructor(message: string, sent: boolean, { exit = EXIT.unavailable, ...options }: NoAnswerOptions = {}) {
    super(message, options);
    this.name = 'NoAnswer';
    this.sent = sent;
    this.exit = exit;
  }
}

interface AnswerContext {
  /** Value of Retry-After, if the answer has one. */
  readonly retryAfterMs: number | undefined;
  /** Whether a token was sent. */
  readonly withToken: boolean;
}

/** Birddog answered with a problem of docs/problems.md. The message is its detail. */
export class BirddogProblem extends Error {
  readonly code: string;
  readonly title: string;
  readonly status: number;
  readonly hint: string;
  readonly requestId: string;
  readonly retryAfterMs: number | undefined;
  /** Findings, with line and column in the text that was sent. */
  readonly findings: readonly LocatedFinding[];
  /** Progress of the apply that failed, and the fingerprint for the next call. */
  readonly progress: Partial<Progress> & { readonly basis?: string };
  /** The whole answer, for JSON output. */
  readonly body: JsonObject;

  /** `problem` is the parsed `body`. */
  constructor(problem: AnyProblem, body: JsonObject, { retryAfterMs, withToken }: AnswerContext) {
    super(problem.detail);
    this.name = 'BirddogProblem';
    this.code = problem.code;
    this.title = problem.title;
    this.status = problem.status;
    this.hint =
      problem.code === 'unauthenticated' && !withToken
        ? 'BIRDDOG_TOKEN is not set. Set it to the token that you got from your operators.'
        : cliHint(problem.hint);
    this.requestId = problem.request_id;
    this.retryAfterMs = retryAfterMs;
    this.findings = located(problem.findings ?? []);
    this.progress = problem;
    this.body = body;
  }
}

/** Returns the exit status of a command that ends with this error. */
export function exitOfError(error: unknown): Exit {
  if (error instanceof NoAnswer) return error.exit;
  return error instanceof BirddogProblem && error.status === 503 ? EXIT.unavailable : EXIT.failed;
}

/** Parses an answer. Throws NoAnswer if it does not match the schema. */
export function parsedAnswer<T>(schema: z.ZodType<T>, body: JsonObject): T {
  const { data, error } = schema.safeParse(body);
  if (!error) return data;
  throw new NoAnswer(
    `Birddog's answer has no valid "${error.issues[0]?.path.join('.')}". Use the birddog command of the same version as the server.`,
    true,
    { exit: EXIT.failed },
  );
}

/** Returns the findings of an answer, with positions in the text that was sent. */
export function located(findings: readonly AnsweredFinding[]): LocatedFinding[] {
  return findings.map(({ code, severity, source, message, pointer, line = 1, column = 1, hint }) => ({
    code,
    severity,
    ...(source === undefined ? {} : { source }),
    message,
    pointer,
    line,
    column,
    ...(hint === undefined ? {} : { hint: cliHint(hint) }),
  }));
}

/** Returns a hint that names the options of the command instead of the query parameters of the API. */
function cliHint(hint: string): string {
  return hint
    .replaceAll('force=true', '--force')
    .replaceAll('prune=true', '--prune')
    .replaceAll(/max_changes=(\d+)/g, '--max-changes $1');
}

/** Cause and fix of each kind of connection failure, by the error codes of Node and OpenSSL. */
const SENTENCES: readonly (readonly [codes: RegExp, sentence: (url: URL) => string])[] = [
  [/^ECONNREFUSED$/, ({ href }) => `Nothing listens at ${href}. Start Birddog, or set --url or BIRDDOG_URL.`],
  [/^(ENOTFOUND|EAI_AGAIN)$/, ({ hostname }) => `Unknown host ${hostname}. Correct --url or BIRDDOG_URL.`],
  [
    /^(UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|CERT_UNTRUSTED)/,
    ({ host }) =>
      `The certificate of ${host} was issued by an unknown CA. Set BIRDDOG_CACERT to a file with the CA's certificate.`,
  ],
  [/^CERT_HAS_EXPIRED$/, ({ host }) => `The certificate of ${host} has expired. Notify Birddog's operators.`],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    ({ host, hostname }) =>
      `The certificate of ${host} is not valid for ${hostname}. Correct --url or BIRDDOG_URL.`,
  ],
  [
    /^(EPROTO|ERR_SSL_)/,
    ({ host }) =>
      `The TLS handshake with ${host} failed. Check the port and whether the URL should begin with http://.`,
  ],
  [
    /^HPE_/,
    ({ host }) =>
      `The answer of ${host} is not valid HTTP. Check the port and whether the URL should begin with https://.`,
  ],
  [
    /^(EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)$/,
    ({ host }) => `${host} is unreachable. Check the network, the VPN and the proxy (HTTPS_PROXY).`,
  ],
  [/^timeout$/, ({ href }) => `${href} did not answer in time.`],
  [/^too_large$/, ({ href }) => `The answer of ${href} is too large to be from Birddog.`],
];

/** Explains in one sentence why no answer came. `stopped` is the signal that cancels the request. */
export function noAnswerSentence(error: OutboundError, url: URL, stopped?: AbortSignal): string {
  if (stopped?.aborted) return 'Stopped before Birddog answered.';
  const { cause } = error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : error.reason;
  const known = SENTENCES.find(([codes]) => codes.test(code));
  return known?.[1](url) ?? `The connection to ${url.href} failed (${code}).`;
}
