import type { JsonObject } from '../domain/json.ts';
import { idOf } from '../domain/marker.ts';
import { ProblemError } from '../domain/problem.ts';

/** The maximum number of objects in a list. Organisations have tens of thousands of monitors. */
const MAX_LISTED = 100_000;
/** The maximum number of pages of a list. At 0.3 s per page, more would exceed every deadline. */
const MAX_PAGES = 300;

/**
 * Returns a check to call with each page of a list. It returns whether another page may follow, which is the case after a
 * full page. It throws `datadog_failed` for a page with more than `pageSize` objects, for a page without new objects, and
 * beyond `MAX_PAGES` pages or `MAX_LISTED` objects, which indicate an endless list.
 */
export function checkPages(pageSize: number): (page: readonly JsonObject[]) => boolean {
  const seen = new Set<string>();
  let pages = 0;
  return (page) => {
    pages += 1;
    if (pages > MAX_PAGES) throw invalidList(`sent more than ${MAX_PAGES} pages of a list`);
    if (page.length > pageSize) throw invalidList(`sent ${page.length} objects in a page of ${pageSize}`);
    const before = seen.size;
    for (const object of page) seen.add(idOf(object));
    if (page.length > 0 && seen.size === before) throw invalidList('sent the same page of a list twice');
    if (seen.size > MAX_LISTED) throw invalidList(`lists more than ${MAX_LISTED} objects`);
    return page.length === pageSize;
  };
}

function invalidList(reason: string): ProblemError {
  return new ProblemError('datadog_failed', `Datadog ${reason}.`, { retryAfter: 5 });
}
