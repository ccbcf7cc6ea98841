import { append } from '../../domain/append.ts';

/**
 * Runs `work` for every item, at most `maxConcurrent` at a time, and returns the results of all items in their order. Items run
 * in batches. Rejects with the first failure, and starts no further batch after it.
 */
export async function flatMapConcurrently<Item, Result>(
  items: readonly Item[],
  maxConcurrent: number,
  work: (item: Item) => Promise<readonly Result[]>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let from = 0; from < items.length; from += maxConcurrent) {
    const batch = await Promise.all(items.slice(from, from + maxConcurrent).map(work));
    append(results, batch.flat());
  }
  return results;
}
