import type { Clock } from '../domain/clock.ts';
import type { Deadline } from '../domain/deadline.ts';
import { isObject, toNumber } from '../domain/json.ts';
import { Secret } from '../domain/secret.ts';
import { singleFlight } from '../runtime/concurrency/single-flight.ts';
import type { Outbound } from '../runtime/outbound.ts';
import { requestCatalog } from './request-catalog.ts';
import { CATALOG_TITLES, CatalogFailure } from './catalog.ts';

export interface LeanixTokenOptions {
  /** The workspace's own host, `https://<customer>.leanix.net`. */
  readonly url: URL;
  readonly outbound: Outbound;
  readonly clock: Clock;
  /** Returns the API token of a Technical User with viewer rights. Called at each login. */
  readonly apiToken: () => Secret;
}

export interface LeanixToken {
  /** Returns the cached token, or fetches one when it is absent or expires soon. Throws CatalogFailure. */
  current(deadline: Deadline): Promise<Secret>;
  /** Evicts a token that LeanIX rejected. A newer token stays cached. */
  evict(token: Secret): void;
}

const PATH = '/services/mtm/v1/oauth2/token';
const TITLE = CATALOG_TITLES.leanix;
/** How long before its expiry a token is renewed. A short-lived token is renewed after half of its lifetime. */
const RENEWAL_MARGIN_MS = 60_000;
/** The maximum lifetime that is trusted. LeanIX's tokens are valid for an hour. */
const MAX_LIFETIME_SECONDS = 86_400;
/** Valid tokens: characters that are allowed in a header. */
const TOKEN = /^[\x21-\x7e]{1,16384}$/;

/** Creates a cache of the access token, from `POST /services/mtm/v1/oauth2/token` with the user name `apitoken`. */
export function createLeanixToken(options: LeanixTokenOptions): LeanixToken {
  const { clock } = options;
  let cached: { token: Secret; renewAt: number } | undefined;

  const fetchToken = singleFlight(async (deadline: Deadline) => {
    const requestedAt = clock.now();
    const { json } = await requestCatalog(options.outbound, TITLE, {
      method: 'POST',
      url: new URL(PATH, options.url),
      endpoint: PATH,
      headers: {
        authorization: `Basic ${Buffer.from(`apitoken:${options.apiToken().reveal()}`).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
      },
      body: 'grant_type=client_credentials',
      deadline,
    });
    const text = isObject(json) ? json['access_token'] : undefined;
    const lifetimeSeconds = isObject(json) ? (toNumber(json['expires_in']) ?? 0) : 0;
    const lifetimeMs = Math.min(Math.max(lifetimeSeconds, 0), MAX_LIFETIME_SECONDS) * 1000;
    if (typeof text !== 'string' || !TOKEN.test(text))
      throw new CatalogFailure(`${TITLE} sent no access token`);
    const token = new Secret(text);
    cached = { token, renewAt: requestedAt + Math.max(lifetimeMs - RENEWAL_MARGIN_MS, lifetimeMs / 2) };
    return token;
  });

  return {
    async current(deadline) {
      if (cached && clock.now() < cached.renewAt) return cached.token;
      return fetchToken(deadline);
    },
    evict(token) {
      if (cached?.token === token) cached = undefined;
    },
  };
}
