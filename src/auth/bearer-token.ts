import { ProblemError } from '../domain/problem.ts';
import { Secret } from '../domain/secret.ts';

/** Returns the problem for a rejected token. `detail` must not quote anything from an unverified token. */
export function invalidToken(detail: string): ProblemError {
  // RFC 6750, section 3: error_description cannot contain quotes or non-ASCII characters.
  const described = detail.replaceAll('"', "'").replace(/[^\x20-\x5b\x5d-\x7e]/g, '?');
  return new ProblemError('unauthenticated', detail, {
    challenge: `Bearer realm="birddog", error="invalid_token", error_description="${described}"`,
  });
}

/** The maximum number of characters. A token with many groups has several thousand, and Node accepts 16 KiB of headers. */
const MAX_LENGTH = 12_288;
const BEARER = /^Bearer +([\w.~+/-]+=*) *$/i;

/** Returns the token of an Authorization header. Throws `unauthenticated` when the token is absent or malformed. */
export function bearerToken(authorization: string | undefined): Secret {
  if (authorization === undefined || authorization === '') {
    throw new ProblemError('unauthenticated', 'The request has no Authorization header.');
  }
  if (!/^Bearer( |$)/i.test(authorization)) {
    throw invalidToken('The scheme of the Authorization header is not Bearer.');
  }
  if (authorization.length > MAX_LENGTH) {
    throw invalidToken(
      `The Authorization header has ${authorization.length} characters; the maximum is ${MAX_LENGTH}.`,
    );
  }
  const token = BEARER.exec(authorization)?.[1];
  if (token === undefined) throw invalidToken('The Authorization header has no valid token after "Bearer".');
  return new Secret(token);
}
