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
import type { CryptoKey, JWTPayload, JWTVerifyGetKey, JWTVerifyResult } from 'jose';
import { type Caller, isName } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import type { Deadline } from '../domain/deadline.ts';
import { ProblemError } from '../domain/problem.ts';
import type { Secret } from '../domain/secret.ts';
import type { IssuerKeys } from './issuer-keys.ts';
import type { OidcSettings } from './settings.ts';
import { refusedToken } from './refused-token.ts';

/** Signed with a private key: what everybody may read at the issuer signs nothing. */
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
/** RFC 9068 section 2.1; compared without regard to case, and with the prefix that RFC 7515 lets issuers leave out. */
const TYPES = /^(?:application\/)?(?:at\+)?jwt$/i;
/** Maximum number of groups of one caller. */
const MAX_GROUPS = 1000;

/** Tells who asks from a token of the issuer. */
export type VerifyOidc = (token: Secret, deadline: Deadline) => Promise<Caller>;

/**
 * Holds tokens against the settings: signature, issuer, audience, times. Throws `unauthenticated` that says which of them
 * failed, `issuer_unavailable` and `deadline_exceeded`.
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
    const { payload, protectedHeader } = await verified(token, keys.finder(deadline), options).catch(
      (error: unknown) => {
        if (error instanceof ProblemError) throw error;
        if (error instanceof JOSEError) throw refusedToken(whyRefused(error, settings, clock));
        // A key that is too short, or of another curve than its `alg`: the library throws a TypeError.
        throw refusedToken(`The key of the issuer ${settings.issuer} for this token cannot be used.`);
      },
    );
    requireType(protectedHeader.typ);
    return callerOf(payload, settings);
  };
}

/**
 * Rejects a signed token of another kind, such as a logout token or a DPoP proof (RFC 8725 section 3.11). An absent `typ`
 * is accepted: RFC 7519 makes it optional, and many issuers leave it out.
 */
function requireType(typ: unknown): void {
  if (typ === undefined || (typeof typ === 'string' && TYPES.test(typ))) return;
  throw refusedToken('The token has another type (typ) than JWT or at+jwt.');
}

async function verified(
  token: Secret,
  find: JWTVerifyGetKey<CryptoKey>,
  options: JWTVerifyOptions,
): Promise<JWTVerifyResult> {
  try {
    return await jwtVerify(token.reveal(), find, options);
  } catch (error) {
    if (!(error instanceof JWKSMultipleMatchingKeys)) throw error;
    // The token does not say which of them it is.
    for await (const key of error) {
      try {
        return await jwtVerify(token.reveal(), key, options);
      } catch (inner) {
        if (!(inner instanceof JWSSignatureVerificationFailed)) throw inner;
      }
    }
    throw new JWSSignatureVerificationFailed();
  }
}

/** Why, in words of our own: those of the library may repeat what the token says. */
function whyRefused(error: JOSEError, settings: OidcSettings, clock: Clock): string {
  if (error instanceof JWTExpired) return `The token expired ${sinceWhen(error.payload.exp, clock)}.`;
  if (error instanceof JWTClaimValidationFailed) return claimFailure(error, settings);
  if (error instanceof JOSEAlgNotAllowed) {
    return `The token is signed in a way that is not taken; taken are ${ALGORITHMS.join(', ')}.`;
  }
  if (error instanceof JWKSNoMatchingKey) {
    return `The token is signed with a key that the issuer ${settings.issuer} does not have.`;
  }
  if (error instanceof JWSSignatureVerificationFailed) {
    return `The signature of the token is not by the issuer ${settings.issuer}.`;
  }
  return 'What was sent as a token is no signed JWT.';
}

/** By the claim that failed. */
const CLAIMS: ReadonlyMap<string, (settings: OidcSettings) => string> = new Map([
  ['iss', ({ issuer }: OidcSettings) => `The token is of another issuer than ${issuer}.`],
  [
    'aud',
    ({ audience }: OidcSettings) =>
      `The token is for another audience; expected is ${audience.join(' or ')}.`,
  ],
  ['nbf', () => 'The token is not valid yet.'],
]);

function claimFailure(error: JWTClaimValidationFailed, settings: OidcSettings): string {
  const { claim, reason } = error;
  if (claim === 'nbf' && reason === 'check_failed')
    return `The token is valid only ${fromWhen(error.payload.nbf)}.`;
  if (claim === 'exp') return 'The token does not say when it expires (exp).';
  return CLAIMS.get(claim)?.(settings) ?? 'A claim of the token is not what it must be.';
}

function sinceWhen(seconds: number | undefined, clock: Clock): string {
  const ago = Math.round(clock.now() / 1000 - (seconds ?? 0));
  return `at ${timeOf(seconds)}, ${ago} s ago`;
}

function fromWhen(seconds: number | undefined): string {
  return `from ${timeOf(seconds)} on`;
}

/** Seconds since 1970 as an ISO time; as they are where they are no time. */
function timeOf(seconds = 0): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString();
}

function callerOf(payload: JWTPayload, { nameClaim, groupsClaim }: OidcSettings): Caller {
  const name = claimAt(payload, nameClaim);
  if (!isName(name)) throw refusedToken(`The token has no claim "${nameClaim}" that could name the caller.`);
  const groups = [claimAt(payload, groupsClaim)].flat().slice(0, MAX_GROUPS).filter(isName);
  return { name, auth: 'oidc', groups };
}

/** A claim by its name, which may have dots in it; else what the dots lead to. */
function claimAt(payload: JWTPayload, name: string): unknown {
  if (Object.hasOwn(payload, name)) return payload[name];
  let here: unknown = payload;
  for (const step of name.split('.')) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, step)) return undefined;
    here = Reflect.get(here, step);
  }
  return here;
}
