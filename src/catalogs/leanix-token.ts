import type { Clock } from '../domain/clock.ts';
import type { Deadline } from '../domain/deadline.ts';
import { isObject, toNumber } from '../domain/json.ts';
import { Secret } from '../domain/secret.ts';
import { singleFlight } from '../runtime/concurrency/single-flight.ts';
import type { Outbound } from '../runtime/outbound.ts';
import { askCatalog } from './ask-catalog.ts';
import { CATALOG_TITLES, CatalogFailure } from './catalog.ts';

export interface LeanixTokenOptions {
  /** The workspace's own host, `https://<customer>.leanix.net`. */
  readonly url: URL;
  readonly outbound: Outbound;
  readonly clock: Clock;
  /** The API token of a Technical User with viewer rights; asked for at each login. */
  readonly apiToken: () => Secret;
}

export interface LeanixToken {
  /** Returns the cached token, or fetches one when it is absent or expires soon. Throws CatalogFailure. */
  current(deadline: Deadline): Promise<Secret>;
  /** Evicts a token that LeanIX rejected. A newer token stays cached. */
  refused(token: Secret): void;
}

const PATH = '/services/mtm/v1/oauth2/token';
const TITLE = CATALOG_TITLES.leanix;
/** A token is renewed this long before it ends, or at half of its life where that is shorter. */
const MARGIN_MS = 60_000;
/** LeanIX's tokens live for an hour. */
const MAX_LIFE_SECONDS = 86_400;
/** What may stand in a header. */
const TOKEN = /^[\x21-\x7e]{1,16384}$/;

/** Keeps one access token for all calls: `POST /services/mtm/v1/oauth2/token`, the user name being the word `apitoken`. */
export function createLeanixToken(options: LeanixTokenOptions): LeanixToken {
  const { clock } = options;
  let held: { token: Secret; renewAt: number } | undefined;

  const fetchToken = singleFlight(async (deadline: Deadline) => {
    const asked = clock.now();
    const { json } = await askCatalog(options.outbound, TITLE, {
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
    const lifeSeconds = isObject(json) ? (toNumber(json['expires_in']) ?? 0) : 0;
    const lifeMs = Math.min(Math.max(lifeSeconds, 0), MAX_LIFE_SECONDS) * 1000;
    if (typeof text !== 'string' || !TOKEN.test(text))
      throw new CatalogFailure(`${TITLE} gave no access token`);
    const token = new Secret(text);
    held = { token, renewAt: asked + Math.max(lifeMs - MARGIN_MS, lifeMs / 2) };
    return token;
  });

  return {
    async current(deadline) {
      if (held && clock.now() < held.renewAt) return held.token;
      return fetchToken(deadline);
    },
    refused(token) {
      if (held?.token === token) held = undefined;
    },
  };
}
