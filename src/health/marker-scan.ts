import type { JsonObject } from '../domain/json.ts';
import { idOf } from '../domain/marker.ts';

/** Pages that one check reads at most; where there are more, the next check goes on. */
const MAX_PAGES = 10;
/** Objects that are remembered as wrong at most. */
const MAX_FAULTS = 1000;

/** One page of a list; `last` where no other follows. */
export interface Page {
  readonly items: readonly JsonObject[];
  readonly last: boolean;
}

/** A list that is too long to read at once, examined piece by piece. */
export interface MarkerScan {
  /** Examines the next pages, while `goesOn`. Returns what is known to be wrong, a sentence for each object. */
  look(page: (at: number) => Promise<Page>, goesOn: () => boolean): Promise<readonly string[]>;
}

/**
 * Remembers what the pages before held, so that a check answers for the whole list and reads at most `MAX_PAGES` of it.
 * `fault` says what is wrong with an object.
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
    async look(page, goesOn) {
      for (let read = 0; read < MAX_PAGES && (read === 0 || goesOn()); read += 1) {
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
