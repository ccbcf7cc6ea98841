import type { Json } from '../domain/json.ts';
import {
  type Outbound,
  type OutboundAnswer,
  OutboundError,
  type OutboundRequest,
} from '../runtime/outbound.ts';
import { secondsAsked } from '../runtime/retry-after.ts';
import { readUpstreamJson } from '../runtime/upstream-json.ts';
import { CatalogFailure } from './catalog.ts';

export interface CatalogReply {
  readonly json: Json;
  readonly headers: Readonly<Record<string, string>>;
}

const MAX_BYTES = 8 * 1024 * 1024;
/** The limits on a response. A page of 200 entries has several thousand values. */
const LIMITS = { values: 200_000, depth: 64 };
/** The backoff after a 429 without Retry-After. */
const DEFAULT_BACKOFF_SECONDS = 10;
const STATUS_REASONS: Readonly<Record<number, string>> = {
  401: "rejects Birddog's credentials",
  403: "denies Birddog's user access",
  429: "limits Birddog's request rate",
};
const FAILURE_REASONS: Readonly<Record<OutboundError['reason'], string>> = {
  timeout: 'did not answer in time',
  too_large: 'sent a response that is too large',
  connection: 'is unreachable',
};

/** Sends a request and returns the JSON of a 2xx response. Throws CatalogFailure for any other outcome. */
export async function requestCatalog(
  outbound: Outbound,
  title: string,
  request: OutboundRequest,
): Promise<CatalogReply> {
  const answer = await sendWithRetry(outbound, title, { maxBytes: MAX_BYTES, ...request });
  const { status, headers } = answer;
  if (status < 200 || status > 299) {
    throw new CatalogFailure(`${title} ${STATUS_REASONS[status] ?? 'failed'} (HTTP ${status})`, {
      status,
      retryAfter: retryAfterSeconds(answer),
    });
  }
  // A hibernating ServiceNow instance or a login page answers 200 with HTML.
  const type = headers['content-type'] ?? '';
  if (!/^application\/(?:[\w.-]+\+)?json\b/i.test(type)) {
    throw new CatalogFailure(`${title} answered with "${type.slice(0, 60)}" instead of JSON`);
  }
  try {
    return { json: readUpstreamJson(answer.body, LIMITS), headers };
  } catch {
    throw new CatalogFailure(`${title} answered with invalid JSON`);
  }
}

/** Sends a request, and repeats it once if the connection failed. Catalog requests only read, so this is safe. */
async function sendWithRetry(
  outbound: Outbound,
  title: string,
  request: OutboundRequest,
): Promise<OutboundAnswer> {
  for (let isRetry = false; ; isRetry = true) {
    try {
      return await outbound.send(request);
    } catch (error) {
      if (!(error instanceof OutboundError)) throw error;
      if (isRetry || error.reason !== 'connection') {
        throw new CatalogFailure(`${title} ${FAILURE_REASONS[error.reason]}`);
      }
    }
  }
}

/**
 * Returns the number of seconds to wait before the next request. Datadog's `X-RateLimit-Reset` is in seconds; ServiceNow's is
 * a Unix time, which is ignored as implausible. Dates are ignored, because the catalog's clock is unknown.
 */
function retryAfterSeconds({ status, headers }: OutboundAnswer): number | undefined {
  if (status !== 429 && status !== 503) return undefined;
  const seconds = secondsAsked(headers['retry-after'] ?? headers['x-ratelimit-reset'], 0);
  if (seconds !== undefined) return Math.ceil(seconds);
  return status === 429 ? DEFAULT_BACKOFF_SECONDS : undefined;
}
