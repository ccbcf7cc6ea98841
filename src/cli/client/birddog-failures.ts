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
    super(inCliTerms(problem.detail));
    this.name = 'BirddogProblem';
    this.code = problem.code;
    this.title = problem.title;
    this.status = problem.status;
    this.hint =
      problem.code === 'unauthenticated' && !withToken
        ? 'BIRDDOG_TOKEN is not set. Set it to the token that you got from your operators.'
        : inCliTerms(problem.hint);
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

/**
 * Waits for the answer to a document. A document with errors is answered with a problem that also has the objects of the valid
 * entries: returns its body. Throws any other problem.
 */
export async function answerToDocument(sent: Promise<JsonObject>): Promise<JsonObject> {
  try {
    return await sent;
  } catch (error) {
    const isPartial =
      error instanceof BirddogProblem && error.code === 'invalid' && error.body['objects'] !== undefined;
    if (isPartial) return error.body;
    throw error;
  }
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
    ...(hint === undefined ? {} : { hint: inCliTerms(hint) }),
  }));
}

/** Terms of the API in hints and details, and what the command line calls them. */
const CLI_TERMS: readonly (readonly [api: string, cli: string])[] = [
  ['force=true', '--force'],
  ['prune=true', '--prune'],
  ['max_changes=', '--max-changes '],
  ['only=', '--only '],
  ['validate=false', '--offline'],
  ['Birddog-Deadline-Ms', '--deadline'],
  ['apply with the new basis', 'apply again'],
  ['Apply again with the basis of this answer', 'Apply again'],
  ['Name the right entry under `catalogs` in the request', 'Name the right entry under `catalogs`'],
  ['send the request again', 'try again'],
  ['Send the request again', 'Try again'],
  ['Send Authorization: Bearer with a token', 'Set BIRDDOG_TOKEN to a valid token'],
];

/** Returns a text of an answer that names the options of the command instead of parameters and headers of the API. */
export function inCliTerms(text: string): string {
  return CLI_TERMS.reduce((changed, [api, cli]) => changed.replaceAll(api, cli), text);
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
