import type { IncomingMessage } from 'node:http';
import { ProblemError } from '../domain/problem.ts';

/** Maximum of header lines per request. Node would silently drop lines beyond its own limit. */
const MAX_HEADERS = 100;

/** Headers that must not repeat, because a proxy in front of Birddog might use another value. */
const SINGLE = ['host', 'authorization', 'content-type', 'content-length', 'transfer-encoding', 'expect'];

/**
 * Returns what is wrong with the head of a request that the parser of Node accepts (RFC 9112: Host, message framing;
 * RFC 9110: Expect), or undefined.
 */
export function headFault(incoming: IncomingMessage): ProblemError | undefined {
  const { rawHeaders, headers, httpVersion } = incoming;
  if (rawHeaders.length / 2 > MAX_HEADERS) {
    return new ProblemError('headers_too_large', `The request has more than ${MAX_HEADERS} header lines.`);
  }
  const names = rawHeaders.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase());
  for (const name of SINGLE) {
    if (names.indexOf(name) !== names.lastIndexOf(name)) return bad(`The header ${name} is repeated.`);
  }
  if (headers.host === undefined && httpVersion === '1.1') return bad('The header Host is required.');
  const coding = headers['transfer-encoding'];
  if (coding !== undefined && httpVersion !== '1.1') return bad('Transfer-Encoding requires HTTP/1.1.');
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') {
    const shown = JSON.stringify(coding.slice(0, 100));
    return new ProblemError(
      'unsupported_transfer_coding',
      `The only supported Transfer-Encoding is chunked, not ${shown}.`,
    );
  }
  const { expect } = headers;
  if (expect !== undefined && expect.toLowerCase() !== '100-continue') {
    return new ProblemError('expectation_failed', 'The only supported Expect is 100-continue.');
  }
  return undefined;
}

/** Returns the problem that answers bytes that are not an HTTP request; `code` is that of Node's error. */
export function parseFault(code: string): ProblemError {
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new ProblemError('headers_too_large', 'The headers of the request have more than 16 KiB.');
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new ProblemError('request_timeout', 'The request did not arrive in time.');
  }
  return bad('The request is not valid HTTP.');
}

function bad(detail: string): ProblemError {
  return new ProblemError('bad_request', detail);
}
