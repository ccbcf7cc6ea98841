import { append } from '../domain/append.ts';
import type { JsonObject } from '../domain/json.ts';

/** Objects read at the same time. */
const READS_AT_ONCE = 8;

/** The objects of these ids, read one by one, a few at the same time; those that are not there are left out. */
export async function readSingly(
  ids: readonly string[],
  get: (id: string) => Promise<JsonObject | undefined>,
): Promise<JsonObject[]> {
  const found: JsonObject[] = [];
  for (let from = 0; from < ids.length; from += READS_AT_ONCE) {
    const read = await Promise.all(ids.slice(from, from + READS_AT_ONCE).map(get));
    append(
      found,
      read.filter((object) => object !== undefined),
    );
  }
  return found;
}
