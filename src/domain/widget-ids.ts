import { widgetsWithoutIds } from './canonical.ts';
import { isObject, type Json, type JsonObject, sameJson } from './json.ts';

type Likeness = (live: JsonObject, desired: JsonObject) => boolean;

/** How a widget without an id is found again, the surest way first. */
const LIKENESSES: readonly Likeness[] = [
  (a, b) => sameJson(bare(a), bare(b)),
  (a, b) => sameJson(withoutLayout(a), withoutLayout(b)),
  (a, b) => typeOf(a) === typeOf(b) && titleOf(a) !== undefined && titleOf(a) === titleOf(b),
  (a, b) => typeOf(a) === typeOf(b),
];

/**
 * The desired widgets with the ids that the live dashboard's have, so that links to a widget go on working:
 * by the id where one is written, else by the best likeness, each live widget once; within groups too.
 */
export function withLiveIds(live: Json | undefined, desired: Json): Json {
  if (!Array.isArray(live) || !Array.isArray(desired)) return desired;
  const free = live.filter(isObject);
  const partners = new Map<number, JsonObject>();
  const pair = (is: Likeness) => {
    for (const [at, widget] of desired.entries()) {
      if (!isObject(widget) || partners.has(at)) continue;
      const found = free.findIndex((candidate) => is(candidate, widget));
      const [partner] = found < 0 ? [] : free.splice(found, 1);
      if (partner) partners.set(at, partner);
    }
  };
  pair((a, b) => b['id'] !== undefined && sameJson(a['id'], b['id']));
  for (const likeness of LIKENESSES) pair((a, b) => b['id'] === undefined && likeness(a, b));
  return desired.map((widget, at) => (isObject(widget) ? paired(partners.get(at), widget) : widget));
}

function paired(live: JsonObject | undefined, widget: JsonObject): JsonObject {
  if (!live) return widget;
  const definition = widget['definition'];
  const inner = isObject(live['definition']) ? live['definition']['widgets'] : undefined;
  return {
    ...(widget['id'] === undefined && live['id'] !== undefined ? { id: live['id'] } : {}),
    ...widget,
    ...(isObject(definition) && definition['widgets'] !== undefined
      ? { definition: { ...definition, widgets: withLiveIds(inner, definition['widgets']) } }
      : {}),
  };
}

function bare(widget: JsonObject): Json {
  return widgetsWithoutIds([widget]);
}

function withoutLayout({ layout: _, ...widget }: JsonObject): Json {
  return bare(widget);
}

function typeOf(widget: JsonObject): Json | undefined {
  return isObject(widget['definition']) ? widget['definition']['type'] : undefined;
}

function titleOf(widget: JsonObject): Json | undefined {
  return isObject(widget['definition']) ? widget['definition']['title'] : undefined;
}
