import { isObject, type Json, type JsonObject, sameJson } from '../domain/json.ts';
import { type Pointer, pointerTo } from '../domain/pointer.ts';

/** A widget and where it stands: among those of the dashboard, or of a group. */
export interface PlacedWidget {
  readonly widget: Json;
  readonly pointer: Pointer;
  /** The group that it stands in; undefined at the top. */
  readonly group: PlacedWidget | undefined;
  /** Its place among those beside it. */
  readonly at: number;
  /** Undefined where it is no group. */
  readonly inner: readonly PlacedWidget[] | undefined;
}

/** The widgets of a dashboard with their places, groups with what is in them. */
export function placedWidgets(
  list: readonly Json[],
  pointer: Pointer,
  group?: PlacedWidget,
): readonly PlacedWidget[] {
  return list.map((widget, at) => {
    const place = pointerTo(pointer, at);
    const inside = innerWidgets(widget);
    const placed = { widget, pointer: place, group, at, inner: undefined };
    if (!inside) return placed;
    const outer: { -readonly [name in keyof PlacedWidget]: PlacedWidget[name] } = placed;
    outer.inner = placedWidgets(inside, pointerTo(place, 'definition', 'widgets'), outer);
    return outer;
  });
}

function innerWidgets(widget: Json): Json[] | undefined {
  const definition = isObject(widget) ? widget['definition'] : undefined;
  const inner = isObject(definition) ? definition['widgets'] : undefined;
  return Array.isArray(inner) ? inner : undefined;
}

/** A widget and those within it. */
export function withInner(widgets: readonly PlacedWidget[]): PlacedWidget[] {
  return widgets.flatMap((one) => [one, ...withInner(one.inner ?? [])]);
}

/** Which live widget each desired one is. */
export type WidgetPairs = ReadonlyMap<PlacedWidget, PlacedWidget>;

type Likeness = (live: JsonObject, desired: JsonObject) => boolean;

const LIKENESS = {
  id: (a, b) => b['id'] !== undefined && sameJson(a['id'], b['id']),
  whole: (a, b) => sameJson(withoutId(a), withoutId(b)),
  definition: (a, b) => sameJson(withoutLayout(a), withoutLayout(b)),
  title: (a, b) => typeOf(a) === typeOf(b) && titleOf(a) !== undefined && titleOf(a) === titleOf(b),
  type: (a, b) => typeOf(a) === typeOf(b),
  otherType: (a, b) => sameJson(withoutType(a), withoutType(b)),
} satisfies Record<string, Likeness>;

interface Pass {
  readonly is: Likeness;
  /** Whether one from another group, or from the top, will do. */
  readonly anywhere?: boolean;
}
/** How groups are found again: first, since they say what stands beside what. */
const GROUPS: readonly Pass[] = [
  { is: LIKENESS.whole },
  { is: LIKENESS.definition },
  { is: LIKENESS.title },
  { is: LIKENESS.type },
];
/** How a widget is found again whose id says nothing, the surest way first. */
const WIDGETS: readonly Pass[] = [
  { is: LIKENESS.whole },
  { is: LIKENESS.definition },
  { is: LIKENESS.definition, anywhere: true },
  { is: LIKENESS.title },
  { is: LIKENESS.title, anywhere: true },
  { is: LIKENESS.type },
  { is: LIKENESS.otherType },
];

/**
 * For each desired widget the live one that it is: by the id where one is written and there, else by the best likeness,
 * among those beside it before those elsewhere. Each live widget is taken once.
 */
export function widgetPairs(live: readonly PlacedWidget[], desired: readonly PlacedWidget[]): WidgetPairs {
  const [all, wanted] = [withInner(live), withInner(desired)];
  const free = new Set(all);
  const pairs = new Map<PlacedWidget, PlacedWidget>();
  const pair = ({ is, anywhere = false }: Pass, some: readonly PlacedWidget[]) => {
    for (const one of some) {
      if (pairs.has(one) || free.size === 0) continue;
      const { widget } = one;
      if (!isObject(widget)) continue;
      // One at the same place comes first, so that of equal widgets none seems to have moved.
      let found: PlacedWidget | undefined;
      for (const candidate of free) {
        if (found && candidate.at !== one.at) continue;
        if (!anywhere && !areBeside(candidate, one, pairs)) continue;
        if (!isObject(candidate.widget) || !is(candidate.widget, widget)) continue;
        found = candidate;
        if (candidate.at === one.at) break;
      }
      if (!found) continue;
      pairs.set(one, found);
      free.delete(found);
    }
  };
  pair({ is: LIKENESS.id, anywhere: true }, wanted);
  const groups = wanted.filter(({ inner }) => inner !== undefined);
  for (const pass of GROUPS) pair(pass, groups);
  for (const pass of WIDGETS) pair(pass, wanted);
  return pairs;
}

/** Whether a live and a desired widget stand in the same group, or both in none. */
export function areBeside(live: PlacedWidget, desired: PlacedWidget, pairs: WidgetPairs): boolean {
  const { group } = desired;
  return group === undefined
    ? live.group === undefined
    : live.group !== undefined && live.group === pairs.get(group);
}

/** A widget without ids, those of the widgets within it too. */
export function withoutId(widget: Json): Json {
  if (!isObject(widget)) return widget;
  const { id: _, ...rest } = widget;
  const inner = innerWidgets(widget);
  return inner && isObject(rest['definition'])
    ? { ...rest, definition: { ...rest['definition'], widgets: inner.map(withoutId) } }
    : rest;
}

function withoutLayout({ layout: _, ...widget }: JsonObject): Json {
  return withoutId(widget);
}

function withoutType(widget: JsonObject): Json {
  const { definition } = widget;
  if (!isObject(definition)) return null;
  const { type: _, ...rest } = definition;
  return rest;
}

function typeOf(widget: JsonObject): Json | undefined {
  return isObject(widget['definition']) ? widget['definition']['type'] : undefined;
}

function titleOf(widget: JsonObject): Json | undefined {
  return isObject(widget['definition']) ? widget['definition']['title'] : undefined;
}
