import { ProblemError } from '../domain/problem.ts';

/** Ids of Datadog are numbers, UUIDs, or words like `abc-def-ghi`. */
const ID = /^[\w-]{1,100}$/;

/** Whether a text can be the id of a Datadog object, and so be one segment of a path. */
export function isObjectId(text: string): boolean {
  return ID.test(text);
}

/**
 * Returns the path of one object and the route that its rate limit belongs to. Every id that becomes part of a path goes
 * through here. Throws `bad_request` for a text that is not an id: `..` or `a/b` would be another path.
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

/** Returns the address of an object's page. `path` is Datadog's own, and used only where it is a plain path. */
export function pageUrl(path: unknown, otherwise: string, uiUrl: URL): string {
  const plain =
    typeof path === 'string' && path.length <= 2000 && /^\/[\w.~-][\w.~/-]*$/.test(path) ? path : otherwise;
  return new URL(plain, uiUrl).href;
}
