import { isObject, type Json } from './json.ts';
import type { Change } from './plan.ts';
import { type Pointer, pointerTo } from './pointer.ts';
import {
  areBeside,
  type PlacedWidget,
  placedWidgets,
  type WidgetPairs,
  widgetPairs,
  withInner,
  withoutId,
} from './widget-pairs.ts';

/** Tells what differs between two values below a pointer. */
type Compare = (from: Json | undefined, to: Json | undefined, path: Pointer) => Change[];

/**
 * What differs between two lists of widgets, widget by widget: which are the same says widgetPairs. One that stands
 * elsewhere, among the others or in another group, has moved; the fields of one are told where it stands now. Ids
 * themselves are no difference, since Datadog gives them.
 */
export function widgetChanges(
  live: readonly Json[],
  desired: readonly Json[],
  path: Pointer,
  compare: Compare,
): Change[] {
  const [before, after] = [placedWidgets(live, path), placedWidgets(desired, path)];
  const pairs = widgetPairs(before, after);
  const kept = new Set(pairs.values());
  const gone = withInner(before).flatMap((one): Change[] =>
    kept.has(one) || isTold(one, kept) ? [] : [{ path: one.pointer, from: withoutThose(one, kept) }],
  );
  const moved = movedAmong(after, pairs);
  const come = new Set(pairs.keys());
  const others = withInner(after).flatMap((one): Change[] => {
    const from = pairs.get(one);
    if (!from) return isTold(one, come) ? [] : [{ path: one.pointer, to: withoutThose(one, come) }];
    return [
      ...(moved.has(one) ? [{ path: one.pointer, moved_from: from.pointer }] : []),
      ...fieldChanges(from, one, compare),
    ];
  });
  return [...gone, ...others];
}

/** Whether the line of the group around a widget tells of it: both came, or both went. */
function isTold({ group }: PlacedWidget, others: ReadonlySet<PlacedWidget>): boolean {
  return group !== undefined && !others.has(group);
}

/** A widget that came or went, without ids, and without what is in it that did not. */
function withoutThose(one: PlacedWidget, others: ReadonlySet<PlacedWidget>): Json {
  const { widget, inner } = one;
  if (!inner || !isObject(widget) || !isObject(widget['definition'])) return withoutId(widget);
  const left = inner.filter((each) => !others.has(each)).map((each) => withoutThose(each, others));
  return withoutId({ ...widget, definition: { ...widget['definition'], widgets: left } });
}

/** The widgets that stand elsewhere: in another group, or among those beside them while the others did not move. */
function movedAmong(widgets: readonly PlacedWidget[], pairs: WidgetPairs): ReadonlySet<PlacedWidget> {
  const stayed = widgets.filter((one) => {
    const from = pairs.get(one);
    return from && areBeside(from, one, pairs);
  });
  const still = longestRising(stayed.map((one) => pairs.get(one)?.at ?? 0));
  const moved = widgets.filter((one) => {
    const from = pairs.get(one);
    return from && !(stayed.includes(one) && still.has(from.at));
  });
  return new Set([...moved, ...widgets.flatMap(({ inner }) => (inner ? [...movedAmong(inner, pairs)] : []))]);
}

/** What differs in a widget itself; what is in a group is told of each widget in it. */
function fieldChanges(from: PlacedWidget, to: PlacedWidget, compare: Compare): Change[] {
  const [before, after] = [from.widget, to.widget];
  if (!isObject(before) || !isObject(after)) return compare(before, after, to.pointer);
  const [{ definition, ...around }, { definition: wanted, ...aroundWanted }] = [before, after];
  const differences = compare(withoutId(around), withoutId(aroundWanted), to.pointer);
  const place = pointerTo(to.pointer, 'definition');
  if (!isObject(definition) || !isObject(wanted))
    return [...differences, ...compare(definition, wanted, place)];
  const [{ widgets, ...fields }, { widgets: widgetsWanted, ...fieldsWanted }] = [definition, wanted];
  const lists = from.inner && to.inner ? [] : compare(widgets, widgetsWanted, pointerTo(place, 'widgets'));
  return [...differences, ...compare(fields, fieldsWanted, place), ...lists];
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
