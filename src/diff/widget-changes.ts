import { isObject, type Json } from '../domain/json.ts';
import type { Change } from '../domain/plan.ts';
import { type Pointer, pointerTo } from '../domain/pointer.ts';
import {
  areSiblings,
  type PlacedWidget,
  placedWidgets,
  type WidgetPairs,
  widgetPairs,
  withInner,
  withoutId,
} from './widget-pairs.ts';

/** Compares two values below a pointer. */
type Compare = (from: Json | undefined, to: Json | undefined, path: Pointer) => Change[];

/**
 * Compares two lists of widgets, matched by widgetPairs. A widget at another position or in another group has moved. Changed
 * fields are reported at the new position. Ids are not compared, because Datadog assigns them.
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
  const removed = withInner(before).flatMap((one): Change[] =>
    kept.has(one) || isCoveredByGroup(one, kept) ? [] : [{ path: one.pointer, from: withoutKept(one, kept) }],
  );
  const moved = movedAmong(after, pairs);
  const added = new Set(pairs.keys());
  const others = withInner(after).flatMap((one): Change[] => {
    const from = pairs.get(one);
    if (!from)
      return isCoveredByGroup(one, added) ? [] : [{ path: one.pointer, to: withoutKept(one, added) }];
    return [
      ...(moved.has(one) ? [{ path: one.pointer, moved_from: from.pointer }] : []),
      ...fieldChanges(from, one, compare),
    ];
  });
  return [...removed, ...others];
}

/** Returns whether the change of the surrounding group covers a widget: both were added or both removed. */
function isCoveredByGroup({ group }: PlacedWidget, others: ReadonlySet<PlacedWidget>): boolean {
  return group !== undefined && !others.has(group);
}

/** Returns an added or removed widget without ids and without the inner widgets that were kept. */
function withoutKept(one: PlacedWidget, others: ReadonlySet<PlacedWidget>): Json {
  const { widget, inner } = one;
  if (!inner || !isObject(widget) || !isObject(widget['definition'])) return withoutId(widget);
  const left = inner.filter((each) => !others.has(each)).map((each) => withoutKept(each, others));
  return withoutId({ ...widget, definition: { ...widget['definition'], widgets: left } });
}

/** Returns the moved widgets: those in another group, and the fewest whose move explains the new order. */
function movedAmong(widgets: readonly PlacedWidget[], pairs: WidgetPairs): ReadonlySet<PlacedWidget> {
  const stayed = widgets.filter((one) => {
    const from = pairs.get(one);
    return from && areSiblings(from, one, pairs);
  });
  const still = longestRising(stayed.map((one) => ({ from: pairs.get(one)?.at ?? 0, at: one.at })));
  const moved = widgets.filter((one) => {
    const from = pairs.get(one);
    return from && !(stayed.includes(one) && still.has(from.at));
  });
  return new Set([...moved, ...widgets.flatMap(({ inner }) => (inner ? [...movedAmong(inner, pairs)] : []))]);
}

/** Compares the fields of a widget. Widgets within a group are compared separately. */
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

interface Chain {
  readonly length: number;
  /** The number of elements at their old position. */
  readonly inPlace: number;
  readonly from: number;
  readonly before: Chain | undefined;
}

/** Returns the longest increasing subsequence of old positions: the widgets that did not move. Prefers unchanged positions. */
function longestRising(
  places: readonly { readonly from: number; readonly at: number }[],
): ReadonlySet<number> {
  // A Fenwick tree: each index holds the best chain that ends in a range of positions below it.
  const size = places.reduce((max, { from }) => Math.max(max, from + 1), 0);
  const best = Array<Chain | undefined>(size + 1).fill(undefined);
  let longest: Chain | undefined;
  for (const { from, at } of places) {
    let before: Chain | undefined;
    for (let index = from; index > 0; index -= index & -index) before = better(before, best[index]);
    const inPlace = (before?.inPlace ?? 0) + (from === at ? 1 : 0);
    const chain: Chain = { length: (before?.length ?? 0) + 1, inPlace, from, before };
    for (let index = from + 1; index <= size; index += index & -index)
      best[index] = better(best[index], chain);
    longest = better(longest, chain);
  }
  const rising = new Set<number>();
  for (let chain = longest; chain; chain = chain.before) rising.add(chain.from);
  return rising;
}

function better(a: Chain | undefined, b: Chain | undefined): Chain | undefined {
  if (!a || !b) return a ?? b;
  return b.length > a.length || (b.length === a.length && b.inPlace >= a.inPlace) ? b : a;
}
