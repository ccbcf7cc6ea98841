import type { JsonObject } from '../domain/json.ts';
import { idOf } from '../domain/marker.ts';
import { ProblemError } from '../domain/problem.ts';

/** Objects of one list, over all of its pages. Organisations have tens of thousands of monitors. */
const MAX_LISTED = 100_000;
/** Pages of one list: at Datadog's usual 0.3 s each, more of them pass every deadline. */
const MAX_PAGES = 300;

/**
 * Checks the pages of one list as they arrive. `pageSize` is what each was asked for. Throws `datadog_failed` for a page
 * with more, for a page of which every object has been listed before, and beyond `MAX_PAGES` pages or `MAX_LISTED`
 * objects: such a list has no end. Gives whether another page may follow, which is so after a full page.
 */
export function checkPages(pageSize: number): (page: readonly JsonObject[]) => boolean {
  const seen = new Set<string>();
  let pages = 0;
  return (page) => {
    pages += 1;
    if (pages > MAX_PAGES) throw failed(`sent more than ${MAX_PAGES} pages of a list`);
    if (page.length > pageSize) throw failed(`sent ${page.length} objects in a page of ${pageSize}`);
    const before = seen.size;
    for (const object of page) seen.add(idOf(object));
    if (page.length > 0 && seen.size === before) throw failed('sent the same page of a list twice');
    if (seen.size > MAX_LISTED) throw failed(`lists more than ${MAX_LISTED} objects`);
    return page.length === pageSize;
  };
}

function failed(what: string): ProblemError {
  return new ProblemError('datadog_failed', `Datadog ${what}.`, { retryAfter: 5 });
}
