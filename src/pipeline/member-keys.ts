import type { RequestContext } from '../domain/caller.ts';
import type { JsonObject } from '../domain/json.ts';
import { idOf, type Mark, markOf } from '../domain/marker.ts';
import { idsIn } from '../domain/references.ts';
import { flatMapConcurrently } from '../runtime/concurrency/flat-map-concurrently.ts';
import type { ObjectPort } from './ports.ts';

/** Maximum number of concurrent single reads. */
const MAX_CONCURRENT_READS = 8;
/** Maximum number of monitors that are read for their markers. The others keep their ids. */
const MAX_READ = 100;

/**
 * Returns the markers of the monitors that composites combine, by id. Reads the monitors that are not in `known`. A monitor without
 * a marker has none.
 */
export async function memberMarks(
  monitors: readonly JsonObject[],
  { port, known }: { readonly port: Pick<ObjectPort, 'get'>; readonly known: readonly JsonObject[] },
  context: RequestContext,
): Promise<ReadonlyMap<string, Mark>> {
  const ids = new Set(
    monitors.flatMap(({ type, query = null }) => (type === 'composite' ? [...idsIn(query)] : [])),
  );
  if (ids.size === 0) return new Map();
  const found = known.filter((object) => ids.has(idOf(object)));
  for (const object of found) ids.delete(idOf(object));
  const others = await flatMapConcurrently([...ids].slice(0, MAX_READ), MAX_CONCURRENT_READS, async (id) => {
    const object = await port.get(id, context);
    return object ? [object] : [];
  });
  return new Map(
    [...found, ...others].flatMap((object) => {
      const mark = markOf('monitor', object);
      return mark ? [[idOf(object), mark] as const] : [];
    }),
  );
}

/**
 * Returns how a composite of an application names other monitors, by `monitor:id`: `key` for the application's own, and
 * `application/key`.
 */
export function memberKeys(
  marks: ReadonlyMap<string, Mark>,
  application: string,
): ReadonlyMap<string, string> {
  return new Map(
    [...marks].map(([id, mark]) => [
      `monitor:${id}`,
      mark.application === application ? mark.key : `${mark.application}/${mark.key}`,
    ]),
  );
}
