import {
  JOSEAlgNotAllowed,
  JOSEError,
  JWKSMultipleMatchingKeys,
  JWKSNoMatchingKey,
  JWSSignatureVerificationFailed,
  JWTClaimValidationFailed,
  JWTExpired,
} from 'jose/errors';
import { jwtVerify, type JWTVerifyOptions } from 'jose/jwt/verify';
import type { CryptoKey, JWTVerifyGetKey, JWTVerifyResult } from 'jose';
import type { Caller } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import type { Deadline } from '../domain/deadline.ts';
import { ProblemError } from '../domain/problem.ts';
import type { Secret } from '../domain/secret.ts';
import type { IssuerKeys } from './issuer-keys.ts';
import type { OidcSettings } from './settings.ts';
import { invalidToken } from './bearer-token.ts';
import { callerOfClaims } from './claims.ts';

/** The accepted signature algorithms, all asymmetric: the issuer's public keys cannot be used to sign. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
/** The accepted values of `typ`: RFC 9068 section 2.1. Case and the prefix `application/` are ignored, as RFC 7515 allows. */
const JWT_TYPES = /^(?:application\/)?(?:at\+)?jwt$/i;

/** Returns the caller of an OIDC token. */
export type VerifyOidc = (token: Secret, deadline: Deadline) => Promise<Caller>;

/**
 * Creates a function that verifies the signature, issuer, audience and times of tokens. It throws `unauthenticated` with the
 * check that failed, `issuer_unavailable` and `deadline_exceeded`.
 */
export function createOidc(settings: OidcSettings, keys: IssuerKeys, clock: Clock): VerifyOidc {
  return async (token, deadline) => {
    const options = {
      issuer: settings.issuer,
      audience: [...settings.audience],
      algorithms: ALGORITHMS,
      clockTolerance: settings.skewMs / 1000,
      currentDate: new Date(clock.now()),
      requiredClaims: ['exp'],
    };
    const { payload, protectedHeader } = await verifyJwt(token, keys.keyGetter(deadline), options).catch(
      (error: unknown) => {
        if (error instanceof ProblemError) throw error;
        if (error instanceof JOSEError) throw invalidToken(describeFailure(error, settings, clock));
        // A key that is too short, or of another curve than its `alg`: the library throws a TypeError.
        throw invalidToken(`The key of the issuer ${settings.issuer} for this token cannot be used.`);
      },
    );
    requireType(protectedHeader.typ);
    return callerOfClaims(payload, settings);
  };
}

/**
 * Rejects a signed token of another type, such as a logout token or a DPoP proof (RFC 8725 section 3.11). An absent `typ`
 * is accepted: RFC 7519 makes it optional, and many issuers omit it.
 */
function requireType(typ: unknown): void {
  if (typ === undefined || (typeof typ === 'string' && JWT_TYPES.test(typ))) return;
  throw invalidToken('The type (typ) of the token is not JWT or at+jwt.');
}

async function verifyJwt(
  token: Secret,
  getKey: JWTVerifyGetKey<CryptoKey>,
  options: JWTVerifyOptions,
): Promise<JWTVerifyResult> {
  try {
    return await jwtVerify(token.reveal(), getKey, options);
  } catch (error) {
    if (!(error instanceof JWKSMultipleMatchingKeys)) throw error;
    // The token has no key id, so each key is tried.
    for await (const key of error) {
      try {
        return await jwtVerify(token.reveal(), key, options);
      } catch (keyError) {
        if (!(keyError instanceof JWSSignatureVerificationFailed)) throw keyError;
      }
    }
    throw new JWSSignatureVerificationFailed();
  }
}

/** Returns our own message for a failed check, because the library's message may quote the token. */
function describeFailure(error: JOSEError, settings: OidcSettings, clock: Clock): string {
  if (error instanceof JWTExpired) return `The token expired ${describeExpiry(error.payload.exp, clock)}.`;
  if (error instanceof JWTClaimValidationFailed) return claimFailure(error, settings);
  if (error instanceof JOSEAlgNotAllowed) {
    return `The signature algorithm of the token is not accepted. Accepted: ${ALGORITHMS.join(', ')}.`;
  }
  if (error instanceof JWKSNoMatchingKey) {
    return `The token is signed with a key that the issuer ${settings.issuer} does not have.`;
  }
  if (error instanceof JWSSignatureVerificationFailed) {
    return `The signature of the token was not made by the issuer ${settings.issuer}.`;
  }
  return 'The token is not a signed JWT.';
}

/** The message for each claim that failed validation. */
const CLAIM_FAILURES: ReadonlyMap<string, (settings: OidcSettings) => string> = new Map([
  ['iss', ({ issuer }: OidcSettings) => `The issuer (iss) of the token is not ${issuer}.`],
  ['aud', ({ audience }: OidcSettings) => `The audience (aud) of the token is not ${audience.join(' or ')}.`],
  ['nbf', () => 'The token is not valid yet.'],
]);

function claimFailure(error: JWTClaimValidationFailed, settings: OidcSettings): string {
  const { claim, reason } = error;
  if (claim === 'nbf' && reason === 'check_failed')
    return `The token is valid only ${describeStart(error.payload.nbf)}.`;
  if (claim === 'exp') return 'The token has no expiry time (exp).';
  return CLAIM_FAILURES.get(claim)?.(settings) ?? 'A claim of the token is invalid.';
}

function describeExpiry(seconds: number | undefined, clock: Clock): string {
  const ago = Math.round(clock.now() / 1000 - (seconds ?? 0));
  return `at ${toIsoTime(seconds)}, ${ago} s ago`;
}

function describeStart(seconds: number | undefined): string {
  return `from ${toIsoTime(seconds)} on`;
}

/** Formats seconds since 1970 as an ISO time, or returns the number if it is out of range. */
function toIsoTime(seconds = 0): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString();
}
