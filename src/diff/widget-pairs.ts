import { isObject, type Json, type JsonObject, sameJson } from '../domain/json.ts';
import { type Pointer, pointerTo } from '../domain/pointer.ts';

/** A widget with its position in the dashboard or in a group. */
export interface PlacedWidget {
  readonly widget: Json;
  readonly pointer: Pointer;
  /** The surrounding group; undefined at the top level. */
  readonly group: PlacedWidget | undefined;
  /** Its index among its siblings. */
  readonly at: number;
  /** The widgets of a group; undefined for other widgets. */
  readonly inner: readonly PlacedWidget[] | undefined;
}

/** Returns the widgets of a dashboard with their positions, including those in groups. */
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

/** Returns widgets together with the widgets within them. */
export function withInner(widgets: readonly PlacedWidget[]): PlacedWidget[] {
  return widgets.flatMap((one) => [one, ...withInner(one.inner ?? [])]);
}

/** Maps desired widgets to live widgets. */
export type WidgetPairs = ReadonlyMap<PlacedWidget, PlacedWidget>;

type Similarity = (live: JsonObject, desired: JsonObject) => boolean;

const SIMILARITY = {
  id: (a, b) => b['id'] !== undefined && sameJson(a['id'], b['id']),
  whole: (a, b) => sameJson(withoutId(a), withoutId(b)),
  definition: (a, b) => sameJson(withoutLayout(a), withoutLayout(b)),
  title: (a, b) => typeOf(a) === typeOf(b) && titleOf(a) !== undefined && titleOf(a) === titleOf(b),
  type: (a, b) => typeOf(a) === typeOf(b),
  otherType: (a, b) => sameJson(withoutType(a), withoutType(b)),
} satisfies Record<string, Similarity>;

interface Pass {
  readonly is: Similarity;
  /** Whether a widget of another group, or of the top level, also matches. */
  readonly anywhere?: boolean;
}
/** The passes that match groups. They run first, because they determine which widgets are siblings. */
const GROUPS: readonly Pass[] = [
  { is: SIMILARITY.whole },
  { is: SIMILARITY.definition },
  { is: SIMILARITY.title },
  { is: SIMILARITY.type },
];
/** The passes that match widgets without a matching id, the most certain first. */
const WIDGETS: readonly Pass[] = [
  { is: SIMILARITY.whole },
  { is: SIMILARITY.definition },
  { is: SIMILARITY.definition, anywhere: true },
  { is: SIMILARITY.title },
  { is: SIMILARITY.title, anywhere: true },
  { is: SIMILARITY.type },
  { is: SIMILARITY.otherType },
];

/**
 * Matches each desired widget to a live one: by its id if possible, else by similarity, preferring siblings. Each live widget
 * is matched at most once.
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
      // Prefer the same position, so that equal widgets do not seem to have moved.
      let found: PlacedWidget | undefined;
      for (const candidate of free) {
        if (found && candidate.at !== one.at) continue;
        if (!anywhere && !areSiblings(candidate, one, pairs)) continue;
        if (!isObject(candidate.widget) || !is(candidate.widget, widget)) continue;
        found = candidate;
        if (candidate.at === one.at) break;
      }
      if (!found) continue;
      pairs.set(one, found);
      free.delete(found);
    }
  };
  pair({ is: SIMILARITY.id, anywhere: true }, wanted);
  const groups = wanted.filter(({ inner }) => inner !== undefined);
  for (const pass of GROUPS) pair(pass, groups);
  for (const pass of WIDGETS) pair(pass, wanted);
  return pairs;
}

/** Returns whether a live and a desired widget are in the same group, or both at the top level. */
export function areSiblings(live: PlacedWidget, desired: PlacedWidget, pairs: WidgetPairs): boolean {
  const { group } = desired;
  return group === undefined
    ? live.group === undefined
    : live.group !== undefined && live.group === pairs.get(group);
}

/** Removes the ids of a widget and of the widgets within it. */
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
