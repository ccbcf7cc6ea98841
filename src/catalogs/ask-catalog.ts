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
/** A page of 200 entries has some thousands of values. */
const LIMITS = { values: 200_000, depth: 64 };
/** Where a 429 does not say how long. */
const OWN_BACKOFF_SECONDS = 10;
const STATUS_WORDS: Readonly<Record<number, string>> = {
  401: "refuses Birddog's credentials",
  403: "does not let Birddog's user read this",
  429: 'limits how often Birddog may ask',
};
const REASON_WORDS: Readonly<Record<OutboundError['reason'], string>> = {
  timeout: 'did not answer in time',
  too_large: 'gave an answer too large to be one',
  connection: 'cannot be reached',
};

/** Sends one question and reads the JSON of a 2xx answer. Throws CatalogFailure for everything else. */
export async function askCatalog(
  outbound: Outbound,
  title: string,
  request: OutboundRequest,
): Promise<CatalogReply> {
  const answer = await sendTwice(outbound, title, { maxBytes: MAX_BYTES, ...request });
  const { status, headers } = answer;
  if (status < 200 || status > 299) {
    throw new CatalogFailure(`${title} ${STATUS_WORDS[status] ?? 'failed'} (HTTP ${status})`, {
      status,
      retryAfter: secondsToWait(answer),
    });
  }
  // A sleeping ServiceNow instance, or a login page in between, answers 200 with HTML.
  const type = headers['content-type'] ?? '';
  if (!/^application\/(?:[\w.-]+\+)?json\b/i.test(type)) {
    throw new CatalogFailure(`${title} answered with "${type.slice(0, 60)}" in place of JSON`);
  }
  try {
    return { json: readUpstreamJson(answer.body, LIMITS), headers };
  } catch {
    throw new CatalogFailure(`${title} answered with text that is no JSON`);
  }
}

/** Questions change nothing, so one lost to a connection that the peer had closed is asked again. */
async function sendTwice(
  outbound: Outbound,
  title: string,
  request: OutboundRequest,
): Promise<OutboundAnswer> {
  for (let last = false; ; last = true) {
    try {
      return await outbound.send(request);
    } catch (error) {
      if (!(error instanceof OutboundError)) throw error;
      if (last || error.reason !== 'connection') {
        throw new CatalogFailure(`${title} ${REASON_WORDS[error.reason]}`);
      }
    }
  }
}

/**
 * Seconds until it is worth asking again. Datadog's `X-RateLimit-Reset` counts seconds; ServiceNow's header of that name
 * is Unix time, too long a number to be a wait. A date is not read, since nobody knows the catalog's clock.
 */
function secondsToWait({ status, headers }: OutboundAnswer): number | undefined {
  if (status !== 429 && status !== 503) return undefined;
  const asked = secondsAsked(headers['retry-after'] ?? headers['x-ratelimit-reset'], 0);
  if (asked !== undefined) return Math.ceil(asked);
  return status === 429 ? OWN_BACKOFF_SECONDS : undefined;
}
