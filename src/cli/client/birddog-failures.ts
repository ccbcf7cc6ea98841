import { isObject, type Json, type JsonObject } from '../../domain/json.ts';
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
  readonly requestId: string;
  /** Value of Retry-After, if the answer has one. */
  readonly retryAfterMs: number | undefined;
  /** Whether a token was sent. */
  readonly withToken: boolean;
}

/** Birddog answered with a problem of docs/problems.md. The message is its detail. */
export class BirddogProblem extends Error {
  readonly code: string;
  readonly title: string;
  readonly hint: string | undefined;
  readonly requestId: string;
  readonly retryAfterMs: number | undefined;
  /** Findings, with line and column in the text that was sent. */
  readonly findings: readonly LocatedFinding[];
  /** The whole answer, including fields that only some problems have. */
  readonly body: JsonObject;

  constructor(body: JsonObject, { requestId, retryAfterMs, withToken }: AnswerContext) {
    super(textIn(body['detail']) ?? textIn(body['title']) ?? '');
    this.name = 'BirddogProblem';
    this.body = body;
    this.code = textIn(body['code']) ?? '';
    this.title = textIn(body['title']) ?? '';
    this.hint =
      this.code === 'unauthenticated' && !withToken
        ? 'BIRDDOG_TOKEN is not set. Set it to the token that you got from your operators.'
        : cliHint(body['hint']);
    this.requestId = textIn(body['request_id']) ?? requestId;
    this.retryAfterMs = retryAfterMs;
    this.findings = findingsIn(body);
  }
}

/** Returns the exit status of a command that ends with this error. */
export function exitOfError(error: unknown): Exit {
  if (error instanceof NoAnswer) return error.exit;
  return error instanceof BirddogProblem && error.body['status'] === 503 ? EXIT.unavailable : EXIT.failed;
}

/** Returns the findings of an answer, with positions in the text that was sent. */
export function findingsIn({ findings }: JsonObject): LocatedFinding[] {
  if (!Array.isArray(findings)) return [];
  return findings.filter(isObject).map((finding) => ({
    code: textIn(finding['code']) ?? '',
    severity: finding['severity'] === 'error' ? 'error' : 'warning',
    message: textIn(finding['message']) ?? '',
    pointer: textIn(finding['pointer']) ?? '',
    line: numberIn(finding['line']),
    column: numberIn(finding['column']),
    ...optionalHint(finding['hint']),
  }));
}

/** Returns a hint that names the options of the command instead of the query parameters of the API. */
function cliHint(hint: Json | undefined): string | undefined {
  return textIn(hint)?.replaceAll('force=true', '--force').replaceAll('prune=true', '--prune');
}

function optionalHint(value: Json | undefined): { readonly hint?: string } {
  const hint = cliHint(value);
  return hint === undefined ? {} : { hint };
}

function textIn(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function numberIn(value: Json | undefined): number {
  return typeof value === 'number' ? value : 1;
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
