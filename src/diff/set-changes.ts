import { type Json, printJson } from '../domain/json.ts';
import type { Change } from '../domain/plan.ts';
import { type Pointer, pointerTo } from '../domain/pointer.ts';

/** Pointers of lists whose order is irrelevant. */
const SETS: readonly Pointer[] = ['/tags', '/restricted_roles', '/notify_list', '/options/renotify_statuses'];

/** Returns whether the list at a pointer of a monitor or dashboard is a set. */
export function isSet(path: Pointer): boolean {
  return SETS.includes(path);
}

/** Returns the added and removed elements of a set. Pairs one removed and one added element into a single change. */
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

/** Returns the elements of a list that another list lacks. Datadog keeps one of several equal elements. Linear in both. */
function without(list: readonly Json[], other: readonly Json[]): Placed[] {
  const known = new Set(other.map(printJson));
  return list.flatMap((item, at): Placed[] => {
    const text = printJson(item);
    if (known.has(text)) return [];
    known.add(text);
    return [{ item, at }];
  });
}
