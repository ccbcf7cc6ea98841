import { isObject, type Json, type JsonObject, sameJson } from './json.ts';

type Likeness = (live: JsonObject, desired: JsonObject) => boolean;

/** How a widget is found again whose id says nothing, the surest way first. */
const LIKENESSES: readonly Likeness[] = [
  (a, b) => sameJson(withoutId(a), withoutId(b)),
  (a, b) => sameJson(withoutLayout(a), withoutLayout(b)),
  (a, b) => typeOf(a) === typeOf(b) && titleOf(a) !== undefined && titleOf(a) === titleOf(b),
  (a, b) => typeOf(a) === typeOf(b),
  (a, b) => sameJson(withoutType(a), withoutType(b)),
];

/**
 * For each desired widget, where among the live ones the same stands: by the id where one is written and there, else by
 * the best likeness. Each live widget is taken once.
 */
export function widgetPairs(live: readonly Json[], desired: readonly Json[]): (number | undefined)[] {
  const free = new Map(live.flatMap((widget, at) => (isObject(widget) ? [[at, widget] as const] : [])));
  const partners: (number | undefined)[] = desired.map(() => undefined);
  const pair = (is: Likeness) => {
    for (const [at, widget] of desired.entries()) {
      if (!isObject(widget) || partners[at] !== undefined) continue;
      for (const [place, candidate] of free) {
        if (!is(candidate, widget)) continue;
        partners[at] = place;
        free.delete(place);
        break;
      }
    }
  };
  pair((a, b) => b['id'] !== undefined && sameJson(a['id'], b['id']));
  for (const likeness of LIKENESSES) pair(likeness);
  return partners;
}

/** A widget without ids, those of the widgets within it too. */
export function withoutId(widget: Json): Json {
  if (!isObject(widget)) return widget;
  const { id: _, ...rest } = widget;
  const definition = rest['definition'];
  if (!isObject(definition) || !Array.isArray(definition['widgets'])) return rest;
  return { ...rest, definition: { ...definition, widgets: definition['widgets'].map(withoutId) } };
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
