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
 * Times in ms: maximum age of cached keys, timeout of one fetch, delay after a failed fetch, and minimum interval of fetches
 * that tokens with unknown keys cause.
 */
const TIMES = { fresh: 600_000, within: 5000, afterFailure: 2000, forUnknown: 10_000 };
const MAX_BYTES = 256 * 1024;
/** Keys of one issuer: a token without a `kid` is tried with each of them. */
const MAX_KEYS = 100;
const JSON_LIMITS = { values: 20_000, depth: 32 };

const jwksSchema = z.looseObject({ keys: z.array(z.looseObject({ kty: z.string() })).max(MAX_KEYS) });
const discoverySchema = z.looseObject({ issuer: z.string(), jwks_uri: z.string() });

type Asked = Parameters<LocalJWKSet>;

export interface IssuerKeys {
  /**
   * What finds the key that a token is signed with, by its `kid` and `alg`. An unknown one is looked for at the issuer.
   * It throws `issuer_unavailable` where the issuer cannot be asked and the key is not known from before, `deadline_exceeded`, and
   * JWKSNoMatchingKey or JWKSMultipleMatchingKeys where the issuer has no such key, or several.
   */
  finder(deadline: Deadline): JWTVerifyGetKey<CryptoKey>;
  /** Whether the last try to get the keys failed. */
  isUnavailable(): boolean;
  /** Tries to get the keys now, so that it is not away because nobody asks. */
  again(): Promise<void>;
}

/** The public keys of an issuer, as it rotates them. Known ones go on to serve while the issuer is away. */
export function createIssuerKeys(
  settings: Pick<OidcSettings, 'issuer' | 'jwksUrl'>,
  outbound: Outbound,
  clock: Clock,
  log: Log,
): IssuerKeys {
  let keys: LocalJWKSet | undefined;
  let heldSince = 0;
  let failure: string | undefined;
  let nextTry = -Infinity;
  let nextForUnknown = -Infinity;
  let trying: Promise<void> | undefined;

  async function attempt(): Promise<void> {
    const deadline = deadlineAfter(TIMES.within, clock);
    try {
      keys = createLocalJWKSet(await fetchKeys(settings, outbound, deadline));
      heldSince = clock.now();
      failure = undefined;
    } catch (error) {
      failure = reasonOf(error);
      nextTry = clock.now() + TIMES.afterFailure;
      log.warn("failed to fetch the issuer's JWKS", { issuer: settings.issuer, reason: failure });
    } finally {
      deadline.close();
      trying = undefined;
    }
  }
  /** One try at a time, and none too soon after one that failed. */
  async function refresh(deadline?: Deadline): Promise<void> {
    if (!trying && clock.now() < nextTry) return;
    trying ??= attempt();
    await (deadline ? before(deadline, trying) : trying);
  }
  function unavailable(): ProblemError {
    return new ProblemError(
      'issuer_unavailable',
      `The keys of the issuer ${settings.issuer} cannot be had: ${failure ?? 'they were never asked for'}.`,
      { retryAfter: Math.max(1, Math.ceil((nextTry - clock.now()) / 1000)) },
    );
  }
  async function known(asked: Asked): ReturnType<LocalJWKSet> {
    if (!keys) throw unavailable();
    try {
      return await keys(...asked);
    } catch (error) {
      if (error instanceof JWKSNoMatchingKey || error instanceof JWKSMultipleMatchingKeys) throw error;
      failure = 'it publishes an invalid key';
      throw unavailable();
    }
  }
  return {
    finder:
      (deadline) =>
      async (...asked) => {
        if (!keys) await refresh(deadline);
        else if (clock.now() - heldSince > TIMES.fresh) void refresh();
        try {
          return await known(asked);
        } catch (error) {
          if (!(error instanceof JWKSNoMatchingKey)) throw error;
          if (trying || failure !== undefined || clock.now() >= nextForUnknown) {
            nextForUnknown = clock.now() + TIMES.forUnknown;
            await refresh(deadline);
          }
          if (failure === undefined) return known(asked);
          throw unavailable();
        }
      },
    isUnavailable: () => failure !== undefined,
    again: () => refresh(),
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
  if (found.issuer !== issuer) throw new Error(`${url.href} is of another issuer`);
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
  if (answer.status !== 200) throw new Error(`${url.href} answers ${answer.status}`);
  const read = schema.safeParse(parsed(answer.body));
  if (!read.success) throw new Error(`${url.href} answers something else than was asked for`);
  return read.data;
}

function parsed(body: Buffer): unknown {
  try {
    return readUpstreamJson(body, JSON_LIMITS);
  } catch {
    return undefined;
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof OutboundError) return error.message;
  if (error instanceof JWKSInvalid) return 'what it publishes is no set of keys';
  return error instanceof Error ? error.message : String(error);
}

/** Waits for work that others wait for too, and no longer than this request may. */
function before(deadline: Deadline, work: Promise<void>): Promise<void> {
  const { signal } = deadline;
  return new Promise((resolve, reject) => {
    const late = () =>
      reject(
        new ProblemError('deadline_exceeded', 'The deadline passed while the issuer was asked for its keys.'),
      );
    if (signal.aborted) return late();
    signal.addEventListener('abort', late, { once: true });
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', late));
  });
}
