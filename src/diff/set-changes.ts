import { type Json, sameJson } from '../domain/json.ts';
import type { Change } from '../domain/plan.ts';
import { type Pointer, pointerTo } from '../domain/pointer.ts';

/** Lists whose order says nothing. */
const SETS: readonly Pointer[] = ['/tags', '/restricted_roles', '/notify_list', '/options/renotify_statuses'];

/** Whether the list at a pointer of a monitor or dashboard is a set. */
export function isSet(path: Pointer): boolean {
  return SETS.includes(path);
}

/** What differs between two sets: items that came and went, one line for an item that took the place of another. */
export function setChanges(live: readonly Json[], desired: readonly Json[], path: Pointer): Change[] {
  const gone = without(live, desired);
  const come = without(desired, live);
  return Array.from({ length: Math.max(gone.length, come.length) }, (_, at): Change => {
    const [from, to] = [gone[at], come[at]];
    const place = (to ?? from)?.at ?? 0;
    return {
      path: pointerTo(path, place),
      ...(from === undefined ? {} : { from: from.item }),
      ...(to === undefined ? {} : { to: to.item }),
    };
  });
}

interface Placed {
  readonly item: Json;
  readonly at: number;
}

/** What is in a list and not in the other; of equal items, each counts. */
function without(list: readonly Json[], other: readonly Json[]): Placed[] {
  const rest = [...other];
  return list.flatMap((item, at): Placed[] => {
    const found = rest.findIndex((one) => sameJson(one, item));
    if (found < 0) return [{ item, at }];
    rest.splice(found, 1);
    return [];
  });
}
