import { isObject, type Json, type JsonObject } from './json.ts';
import { widgetPairs } from './widget-pairs.ts';

/**
 * The desired widgets with the ids that the live dashboard's have, so that links to a widget go on working; an id that is
 * written stays. Within groups too.
 */
export function withLiveIds(live: Json | undefined, desired: Json): Json {
  if (!Array.isArray(live) || !Array.isArray(desired)) return desired;
  const partners = widgetPairs(live, desired);
  return desired.map((widget, at) => {
    const partner = live[partners[at] ?? -1];
    return isObject(widget) && isObject(partner) ? paired(partner, widget) : widget;
  });
}

function paired(live: JsonObject, widget: JsonObject): JsonObject {
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
