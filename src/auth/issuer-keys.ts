import { JWKSInvalid, JWKSMultipleMatchingKeys, JWKSNoMatchingKey } from 'jose/errors';
import { createLocalJWKSet, type LocalJWKSet } from 'jose/jwks/local';
import type { CryptoKey, JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import type { Clock } from '../domain/clock.ts';
import { type Deadline, deadlineAfter, type OwnDeadline } from '../domain/deadline.ts';
import { ProblemError } from '../domain/problem.ts';
import type { Outbound } from '../runtime/outbound.ts';
import { OutboundError } from '../runtime/outbound.ts';
import { readUpstreamJson } from '../runtime/upstream-json.ts';
import type { Log } from '../runtime/log.ts';
import { serviceUrl } from '../runtime/settings.ts';
import type { OidcSettings } from './settings.ts';

/**
 * The maximum age of cached keys, the timeout of one fetch, the delay after a failed fetch, and the minimum interval between
 * fetches caused by tokens with unknown keys.
 */
const TIMES = { maxAgeMs: 600_000, timeoutMs: 5000, retryDelayMs: 2000, unknownKeyIntervalMs: 10_000 };
const MAX_BYTES = 256 * 1024;
/** The maximum number of keys of an issuer. A token without a `kid` is verified with each of them. */
const MAX_KEYS = 100;
const JSON_LIMITS = { values: 20_000, depth: 32 };

const jwksSchema = z.looseObject({ keys: z.array(z.looseObject({ kty: z.string() })).max(MAX_KEYS) });
const discoverySchema = z.looseObject({ issuer: z.string(), jwks_uri: z.string() });

type KeyArguments = Parameters<LocalJWKSet>;

export interface IssuerKeys {
  /**
   * Returns a function that finds the key of a token by its `kid` and `alg`, and fetches the keys if it is not cached. That
   * function throws `issuer_unavailable` if the key is not cached and the keys cannot be fetched, `deadline_exceeded`, and
   * JWKSNoMatchingKey or JWKSMultipleMatchingKeys if the issuer has no such key or several.
   */
  keyGetter(deadline: Deadline): JWTVerifyGetKey<CryptoKey>;
  /** Returns whether the last attempt to fetch the keys failed. */
  isUnavailable(): boolean;
  /** Fetches the keys now, so that the state is correct even if no tokens arrive. */
  refresh(): Promise<void>;
}

/** Creates a cache of an issuer's public keys, which follows their rotation. Cached keys stay valid while the issuer is unavailable. */
export function createIssuerKeys(
  settings: Pick<OidcSettings, 'issuer' | 'jwksUrl'>,
  outbound: Outbound,
  clock: Clock,
  log: Log,
): IssuerKeys {
  let keys: LocalJWKSet | undefined;
  let fetchedAt = 0;
  let failure: string | undefined;
  let retryAt = -Infinity;
  let nextUnknownKeyFetchAt = -Infinity;
  let fetching: Promise<void> | undefined;

  async function fetchOnce(): Promise<void> {
    const deadline = deadlineAfter(TIMES.timeoutMs, clock);
    try {
      keys = createLocalJWKSet(await fetchKeys(settings, outbound, deadline));
      fetchedAt = clock.now();
      failure = undefined;
    } catch (error) {
      failure = reasonOf(error);
      retryAt = clock.now() + TIMES.retryDelayMs;
      log.warn("failed to fetch the issuer's JWKS", { issuer: settings.issuer, reason: failure });
    } finally {
      deadline.close();
      fetching = undefined;
    }
  }
  /** Fetches the keys, with one fetch at a time and a delay after a failed one. */
  async function refresh(deadline?: Deadline): Promise<void> {
    if (!fetching && clock.now() < retryAt) return;
    fetching ??= fetchOnce();
    await (deadline ? withDeadline(deadline, fetching) : fetching);
  }
  function unavailable(): ProblemError {
    return new ProblemError(
      'issuer_unavailable',
      `The keys of the issuer ${settings.issuer} cannot be fetched: ${failure ?? 'not fetched yet'}.`,
      { retryAfter: Math.max(1, Math.ceil((retryAt - clock.now()) / 1000)) },
    );
  }
  async function cachedKey(keyArguments: KeyArguments): ReturnType<LocalJWKSet> {
    if (!keys) throw unavailable();
    try {
      return await keys(...keyArguments);
    } catch (error) {
      if (error instanceof JWKSNoMatchingKey || error instanceof JWKSMultipleMatchingKeys) throw error;
      failure = 'the JWKS has an invalid key';
      throw unavailable();
    }
  }
  return {
    keyGetter:
      (deadline) =>
      async (...keyArguments) => {
        if (!keys) await refresh(deadline);
        else if (clock.now() - fetchedAt > TIMES.maxAgeMs) void refresh();
        try {
          return await cachedKey(keyArguments);
        } catch (error) {
          if (!(error instanceof JWKSNoMatchingKey)) throw error;
          if (fetching || failure !== undefined || clock.now() >= nextUnknownKeyFetchAt) {
            nextUnknownKeyFetchAt = clock.now() + TIMES.unknownKeyIntervalMs;
            await refresh(deadline);
          }
          if (failure === undefined) return cachedKey(keyArguments);
          throw unavailable();
        }
      },
    isUnavailable: () => failure !== undefined,
    refresh: () => refresh(),
  };
}

async function fetchKeys(
  { issuer, jwksUrl }: Pick<OidcSettings, 'issuer' | 'jwksUrl'>,
  outbound: Outbound,
  deadline: OwnDeadline,
) {
  const url = jwksUrl ?? (await discover(issuer, outbound, deadline));
  return getJson(url, jwksSchema, outbound, deadline);
}

/** OpenID Connect Discovery 1.0, section 4. */
async function discover(issuer: string, outbound: Outbound, deadline: OwnDeadline): Promise<URL> {
  const url = new URL(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
  const found = await getJson(url, discoverySchema, outbound, deadline);
  if (found.issuer !== issuer) throw new Error(`${url.href} names a different issuer`);
  return serviceUrl(found.jwks_uri);
}

async function getJson<T>(
  url: URL,
  schema: z.ZodType<T>,
  outbound: Outbound,
  deadline: OwnDeadline,
): Promise<T> {
  const headers = { accept: 'application/json' };
  const answer = await outbound.send({ method: 'GET', url, headers, deadline, maxBytes: MAX_BYTES });
  if (answer.status !== 200) throw new Error(`${url.href} answered ${answer.status}`);
  const result = schema.safeParse(parseJson(answer.body));
  if (!result.success) throw new Error(`${url.href} sent an unexpected response`);
  return result.data;
}

function parseJson(body: Buffer): unknown {
  try {
    return readUpstreamJson(body, JSON_LIMITS);
  } catch {
    return undefined;
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof OutboundError) return error.message;
  if (error instanceof JWKSInvalid) return 'the response is not a valid JWKS';
  return error instanceof Error ? error.message : String(error);
}

/** Waits for shared work until the deadline of this request. Throws `deadline_exceeded`. */
function withDeadline(deadline: Deadline, work: Promise<void>): Promise<void> {
  const { signal } = deadline;
  return new Promise((resolve, reject) => {
    const onAbort = () =>
      reject(
        new ProblemError('deadline_exceeded', "The deadline passed while the issuer's keys were fetched."),
      );
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
