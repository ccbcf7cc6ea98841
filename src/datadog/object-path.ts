import { ProblemError } from '../domain/problem.ts';

/** Datadog's ids are numbers, UUIDs, or words such as `abc-def-ghi`. */
const ID = /^[\w-]{1,100}$/;

/** Returns whether a string can be the id of a Datadog object, and is safe as one path segment. */
export function isObjectId(text: string): boolean {
  return ID.test(text);
}

/**
 * Returns the path of one object, and the route that its rate limit belongs to. Every id in a path is checked here. Throws
 * `bad_request` for a string that is not an id: `..` or `a/b` would lead to another path.
 */
export function objectPath(collection: string, id: string): { path: string; route: string } {
  if (!isObjectId(id)) {
    throw new ProblemError(
      'bad_request',
      `${JSON.stringify(id.slice(0, 100))} is not the id of a Datadog object.`,
    );
  }
  return { path: `${collection}/${id}`, route: `${collection}/{id}` };
}

/** Returns the URL of an object's page. `path` comes from Datadog and is used only if it is a plain path. */
export function pageUrl(path: unknown, fallback: string, uiUrl: URL): string {
  const safePath =
    typeof path === 'string' && path.length <= 2000 && /^\/[\w.~-][\w.~/-]*$/.test(path) ? path : fallback;
  return new URL(safePath, uiUrl).href;
}
