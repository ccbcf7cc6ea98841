import { ProblemError } from '../domain/problem.ts';

/** A token that was refused. `detail` says why, and never repeats anything of the token that its issuer has not signed. */
export function refusedToken(detail: string): ProblemError {
  // RFC 6750, section 3: error_description has neither quotes nor anything beyond ASCII.
  const described = detail.replaceAll('"', "'").replace(/[^\x20-\x5b\x5d-\x7e]/g, '?');
  return new ProblemError('unauthenticated', detail, {
    challenge: `Bearer realm="birddog", error="invalid_token", error_description="${described}"`,
  });
}
