import { CATALOG_NAMES, type Route } from '../domain/application.ts';
import { AUTH_METHODS, type AuthMethod, type Caller, isName } from '../domain/caller.ts';
import { HEADERS } from '../domain/headers.ts';
import { ProblemError } from '../domain/problem.ts';

type Header = (name: string) => string | undefined;

/** Maximum length of a percent-encoded caller name. */
const MAX_CALLER_CHARACTERS = 1800;

/** Returns the caller that the main container has authenticated and authorized. Its client certificate proves the sender. */
export function callerOf(header: Header): Caller {
  const name = header(HEADERS.caller);
  if (name === undefined || name === '') {
    throw new ProblemError('unauthenticated', 'The header Birddog-Caller is required.');
  }
  const decoded = name.length > MAX_CALLER_CHARACTERS ? undefined : percentDecoded(name);
  if (!isName(decoded)) {
    throw new ProblemError(
      'bad_request',
      'The header Birddog-Caller is not a valid name. Use at most 200 characters, percent-encoded, none of them invisible.',
    );
  }
  return { name: decoded, auth: authOf(header(HEADERS.callerAuth)) };
}

function percentDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Returns how the main container authenticated the caller; `none` without the header. */
function authOf(text = 'none'): AuthMethod {
  const auth = AUTH_METHODS.find((one) => one === text);
  if (auth !== undefined) return auth;
  throw new ProblemError(
    'bad_request',
    `The header Birddog-Caller-Auth must be one of ${AUTH_METHODS.join(', ')}.`,
  );
}

/** Returns the route of a forwarded request: the catalogs that do not list the application, and those that did not answer. */
export function routeFrom(header: Header): Route {
  const named = (name: string) => {
    const names = (header(name) ?? '').split(',');
    return CATALOG_NAMES.filter((catalog) => names.includes(catalog));
  };
  const notChecked = named(HEADERS.notChecked);
  const missingFrom = named(HEADERS.missingFrom);
  return { route: 'unlisted', missingFrom, ...(notChecked.length === 0 ? {} : { notChecked }) };
}
