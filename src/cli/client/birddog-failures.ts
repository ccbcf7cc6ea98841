import { isObject, type Json, type JsonObject } from '../../domain/json.ts';
import type { OutboundError } from '../../runtime/outbound.ts';
import type { LocatedFinding } from '../documents/lint-text.ts';

/** Nothing that Birddog said came back. The message is a sentence. `sent` is false where it certainly never arrived. */
export class NoAnswer extends Error {
  readonly sent: boolean;

  constructor(message: string, sent: boolean, options?: ErrorOptions) {
    super(message, options);
    this.name = 'NoAnswer';
    this.sent = sent;
  }
}

interface Circumstances {
  readonly requestId: string;
  /** After how many ms it may go better; undefined where Birddog does not say. */
  readonly retryAfterMs: number | undefined;
  /** Whether a token was sent. */
  readonly withToken: boolean;
}

/** Birddog said no: a problem of docs/problems.md. The message is its detail. */
export class BirddogProblem extends Error {
  readonly code: string;
  readonly title: string;
  readonly hint: string | undefined;
  readonly requestId: string;
  readonly retryAfterMs: number | undefined;
  /** With line and column in the text that was sent. */
  readonly findings: readonly LocatedFinding[];
  /** The whole of the answer, with what a problem of its kind says besides. */
  readonly body: JsonObject;

  constructor(body: JsonObject, { requestId, retryAfterMs, withToken }: Circumstances) {
    super(textIn(body['detail']) ?? textIn(body['title']) ?? '');
    this.name = 'BirddogProblem';
    this.body = body;
    this.code = textIn(body['code']) ?? '';
    this.title = textIn(body['title']) ?? '';
    this.hint =
      this.code === 'unauthenticated' && !withToken
        ? 'BIRDDOG_TOKEN is not set: put the token that your operators gave you into it.'
        : textIn(body['hint']);
    this.requestId = textIn(body['request_id']) ?? requestId;
    this.retryAfterMs = retryAfterMs;
    this.findings = findingsIn(body);
  }
}

/** The findings of an answer, as they can be shown beside the text that was sent. */
export function findingsIn({ findings }: JsonObject): LocatedFinding[] {
  if (!Array.isArray(findings)) return [];
  return findings.filter(isObject).map((finding) => ({
    code: textIn(finding['code']) ?? '',
    severity: finding['severity'] === 'error' ? 'error' : 'warning',
    message: textIn(finding['message']) ?? '',
    pointer: textIn(finding['pointer']) ?? '',
    line: numberIn(finding['line']),
    column: numberIn(finding['column']),
    ...(typeof finding['hint'] === 'string' ? { hint: finding['hint'] } : {}),
  }));
}

function textIn(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function numberIn(value: Json | undefined): number {
  return typeof value === 'number' ? value : 1;
}

/** What a failure of the connection comes from, and what to do; by the codes of Node and OpenSSL. */
const SENTENCES: readonly (readonly [codes: RegExp, sentence: (url: URL) => string])[] = [
  [
    /^ECONNREFUSED$/,
    ({ href }) => `Nothing listens at ${href}: start Birddog, or say with --url or BIRDDOG_URL where it is.`,
  ],
  [
    /^(ENOTFOUND|EAI_AGAIN)$/,
    ({ hostname }) => `There is no host ${hostname}: correct --url or BIRDDOG_URL.`,
  ],
  [
    /^(UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|CERT_UNTRUSTED)/,
    ({ host }) =>
      `The certificate of ${host} is of a CA that is not known here: name its file with BIRDDOG_CACERT.`,
  ],
  [/^CERT_HAS_EXPIRED$/, ({ host }) => `The certificate of ${host} has expired: tell Birddog's operators.`],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    ({ host, hostname }) =>
      `The certificate of ${host} is not for ${hostname}: correct --url or BIRDDOG_URL.`,
  ],
  [
    /^(EPROTO|ERR_SSL_)/,
    ({ host }) => `${host} does not speak TLS as it should: is it http instead of https, or another port?`,
  ],
  [/^HPE_/, ({ host }) => `${host} does not speak HTTP: is it https instead of http, or another port?`],
  [
    /^(EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)$/,
    ({ host }) =>
      `${host} cannot be reached from here: is the network, the VPN or a proxy (HTTPS_PROXY) missing?`,
  ],
  [/^timeout$/, ({ href }) => `${href} did not answer in time.`],
  [/^too_large$/, ({ href }) => `The answer of ${href} is larger than any of Birddog.`],
];

/** Why no answer came, in one sentence. `stopped` is what may have ended it here. */
export function noAnswerSentence(error: OutboundError, url: URL, stopped?: AbortSignal): string {
  if (stopped?.aborted) return 'Stopped before Birddog answered.';
  const { cause } = error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : error.reason;
  const known = SENTENCES.find(([codes]) => codes.test(code));
  return known?.[1](url) ?? `The connection to ${url.href} broke (${code}).`;
}
