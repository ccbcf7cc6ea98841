import { parseTrustedJson, printJson, type Json } from '../domain/json.ts';
import { type ProblemError, problemBody } from '../domain/problem.ts';
import { answerFormat } from '../format/content-type.ts';
import { printYaml } from '../format/encode-yaml.ts';

/** An HTTP response. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** Returns a response with a value as JSON or YAML. */
export function replyWith(status: number, value: Json, format: 'json' | 'yaml', requestId: string): Reply {
  return {
    status,
    headers: { 'content-type': `application/${format}`, 'x-request-id': requestId },
    body: format === 'yaml' ? printYaml(value) : `${printJson(value)}\n`,
  };
}

/** Returns a response with a given text; `type` is its media type. */
export function textReply(status: number, type: string, body: string, headers: Reply['headers'] = {}): Reply {
  return { status, headers: { ...headers, 'content-type': type }, body };
}

const CHALLENGE = 'Bearer realm="birddog"';

/** Returns a problem response (RFC 9457): YAML if the Accept header prefers it, otherwise JSON. */
export function problemReply(problem: ProblemError, requestId: string, accept?: string): Reply {
  const { retryAfter, acceptEncoding } = problem.extras;
  const format = problemFormat(accept);
  const json = JSON.stringify(problemBody(problem, requestId));
  return {
    status: problem.status,
    headers: {
      'content-type': `application/problem+${format}`,
      'x-request-id': requestId,
      ...(problem.extras.allow ? { allow: problem.extras.allow.join(', ') } : {}),
      ...(acceptEncoding ? { 'accept-encoding': acceptEncoding.join(', ') } : {}),
      ...(problem.status === 401 ? { 'www-authenticate': problem.extras.challenge ?? CHALLENGE } : {}),
      ...(retryAfter === undefined ? {} : { 'retry-after': String(Math.max(1, Math.ceil(retryAfter))) }),
    },
    body: format === 'yaml' ? printYaml(parseTrustedJson(json)) : `${json}\n`,
  };
}

/** Returns the format of a problem. A header that accepts neither format gets JSON. */
function problemFormat(accept: string | undefined): 'json' | 'yaml' {
  try {
    return answerFormat(accept);
  } catch {
    return 'json';
  }
}

/**
 * Headers of every response. They forbid scripts, external resources, embedding in other pages, and content sniffing. A page
 * with an inline style replaces the policy.
 */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': contentSecurityPolicy(),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

/** Returns the Content-Security-Policy of a page with at most one style, given by its hash (`sha256-...`). */
export function contentSecurityPolicy(styleHash?: string): string {
  const style = styleHash === undefined ? '' : ` style-src '${styleHash}';`;
  return `default-src 'none';${style} base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
}
