import { isObject, type Json } from '../domain/json.ts';
import type { Change } from '../domain/plan.ts';
import { type Pointer, pointerTo } from '../domain/pointer.ts';
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
  const still = longestRising(stayed.map((one) => ({ from: pairs.get(one)?.at ?? 0, at: one.at })));
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

interface Chain {
  readonly length: number;
  /** How many of it stand at the very place where they stood. */
  readonly inPlace: number;
  readonly from: number;
  readonly before: Chain | undefined;
}

/** The most of what stands in rising order of where it stood: what did not move when others did. Of several, what is in place. */
function longestRising(
  places: readonly { readonly from: number; readonly at: number }[],
): ReadonlySet<number> {
  // A Fenwick tree: under each index the best chain that ends in some stretch of places below it.
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
