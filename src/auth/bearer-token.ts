import { ProblemError } from '../domain/problem.ts';
import { Secret } from '../domain/secret.ts';
import { refusedToken } from './refused-token.ts';

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
