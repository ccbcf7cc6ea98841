import { isObject, type Json } from './json.ts';
import type { Change } from './plan.ts';
import { type Pointer, pointerTo } from './pointer.ts';
import { widgetPairs, withoutId } from './widget-pairs.ts';

/** Tells what differs between two values below a pointer. */
type Compare = (from: Json | undefined, to: Json | undefined, path: Pointer) => Change[];

/**
 * What differs between two lists of widgets, widget by widget: which are the same says widgetPairs. One
 * that stands elsewhere among the others has moved; the fields of one are told where it stands now. Ids themselves are
 * no difference, since Datadog gives them.
 */
export function widgetChanges(
  live: readonly Json[],
  desired: readonly Json[],
  path: Pointer,
  compare: Compare,
): Change[] {
  const partners = widgetPairs(live, desired);
  const still = longestRising(partners.filter((at) => at !== undefined));
  const gone = live.flatMap((widget, at): Change[] =>
    partners.includes(at) ? [] : [{ path: pointerTo(path, at), from: withoutId(widget) }],
  );
  const others = desired.flatMap((widget, at): Change[] => {
    const place = pointerTo(path, at);
    const from = partners[at];
    if (from === undefined) return [{ path: place, to: withoutId(widget) }];
    return [
      ...(still.has(from) ? [] : [{ path: place, moved_from: pointerTo(path, from) }]),
      ...fieldChanges(live[from], widget, place, compare),
    ];
  });
  return [...gone, ...others];
}

function fieldChanges(from: Json | undefined, to: Json, path: Pointer, compare: Compare): Change[] {
  if (!isObject(from) || !isObject(to)) return compare(from, to, path);
  const [{ definition: before, ...liveRest }, { definition: after, ...rest }] = [from, to];
  const around = compare(withoutId(liveRest), withoutId(rest), path);
  const place = pointerTo(path, 'definition');
  if (!isObject(before) || !isObject(after)) return [...around, ...compare(before, after, place)];
  const [{ widgets: inner, ...fields }, { widgets: wanted, ...wantedFields }] = [before, after];
  const lists = pointerTo(place, 'widgets');
  return [
    ...around,
    ...compare(fields, wantedFields, place),
    ...(Array.isArray(inner) && Array.isArray(wanted)
      ? widgetChanges(inner, wanted, lists, compare)
      : compare(inner, wanted, lists)),
  ];
}

/** The most numbers that stand in rising order: what did not move when others did. */
function longestRising(numbers: readonly number[]): ReadonlySet<number> {
  const ends: number[] = [];
  const before = new Map<number, number | undefined>();
  for (const number of numbers) {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ends[middle] ?? 0) < number) low = middle + 1;
      else high = middle;
    }
    before.set(number, low === 0 ? undefined : ends[low - 1]);
    ends[low] = number;
  }
  const rising = new Set<number>();
  for (let at = ends.at(-1); at !== undefined; at = before.get(at)) rising.add(at);
  return rising;
}
