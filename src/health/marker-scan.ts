import type { JsonObject } from '../domain/json.ts';
import { idOf } from '../domain/marker.ts';

/** Pages that one check reads; the next check continues after them. */
const MAX_PAGES = 10;
/** Faulty objects that are cached. */
const MAX_FAULTS = 1000;

/** One page of a list. */
export interface Page {
  readonly items: readonly JsonObject[];
  readonly last: boolean;
}

/** Examines a long list in several checks. */
export interface MarkerScan {
  /** Reads the next pages while `hasTime` returns true. Returns one sentence for each faulty object known so far. */
  readPages(page: (at: number) => Promise<Page>, hasTime: () => boolean): Promise<readonly string[]>;
}

/**
 * Creates a scan that caches the faults of earlier pages, so that a check reports on the whole list and reads at most
 * `MAX_PAGES` of it. `fault` describes the fault of an object.
 */
export function createMarkerScan(fault: (object: JsonObject) => string | undefined): MarkerScan {
  const faults = new Map<string, string>();
  const seen = new Set<string>();
  let at = 0;

  function examine(object: JsonObject): void {
    const id = idOf(object);
    const sentence = fault(object);
    if (sentence === undefined) faults.delete(id);
    else if (faults.has(id) || faults.size < MAX_FAULTS) {
      faults.set(id, sentence);
      seen.add(id);
    }
  }

  function startOver(): void {
    for (const id of faults.keys()) if (!seen.has(id)) faults.delete(id);
    seen.clear();
    at = 0;
  }

  return {
    async readPages(page, hasTime) {
      for (let read = 0; read < MAX_PAGES && (read === 0 || hasTime()); read += 1) {
        const { items, last } = await page(at);
        items.forEach(examine);
        at += 1;
        if (last) {
          startOver();
          break;
        }
      }
      return [...faults.values()];
    },
  };
}
