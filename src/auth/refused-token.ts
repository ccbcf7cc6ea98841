import { ProblemError } from '../domain/problem.ts';
import { Secret } from '../domain/secret.ts';

/** A token that was refused. `detail` says why, and never repeats anything of the token that its issuer has not signed. */
export function refusedToken(detail: string): ProblemError {
  // RFC 6750, section 3: error_description has neither quotes nor anything beyond ASCII.
  const described = detail.replaceAll('"', "'").replace(/[^\x20-\x5b\x5d-\x7e]/g, '?');
  return new ProblemError('unauthenticated', detail, {
    challenge: `Bearer realm="birddog", error="invalid_token", error_description="${described}"`,
  });
}

/** Characters: a token with the groups of a large directory has some thousands, and Node takes 16 KiB of headers in all. */
const LONGEST = 12_288;
const BEARER = /^Bearer +([\w.~+/-]+=*) *$/i;

/** Returns the token of an Authorization header. Throws `unauthenticated` when the token is absent or malformed. */
export function bearerToken(authorization: string | undefined): Secret {
  if (authorization === undefined || authorization === '') {
    throw new ProblemError('unauthenticated', 'The request has no Authorization header.');
  }
  if (!/^Bearer( |$)/i.test(authorization)) {
    throw refusedToken('The Authorization header is of another scheme than Bearer.');
  }
  if (authorization.length > LONGEST) {
    throw refusedToken(
      `The Authorization header has ${authorization.length} characters; at most ${LONGEST} are taken.`,
    );
  }
  const token = BEARER.exec(authorization)?.[1];
  if (token === undefined)
    throw refusedToken('What follows "Bearer" in the Authorization header is no token.');
  return new Secret(token);
}
