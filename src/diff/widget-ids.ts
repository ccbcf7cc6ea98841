import { isObject, type Json } from '../domain/json.ts';
import { type PlacedWidget, placedWidgets, type WidgetPairs, widgetPairs } from './widget-pairs.ts';

/**
 * Gives the desired widgets the ids of the matching live widgets, also within and across groups, so that links to widgets
 * keep working. An explicit id stays.
 */
export function withLiveIds(live: Json | undefined, desired: Json): Json {
  if (!Array.isArray(live) || !Array.isArray(desired)) return desired;
  const wanted = placedWidgets(desired, '');
  return named(wanted, widgetPairs(placedWidgets(live, ''), wanted));
}

function named(widgets: readonly PlacedWidget[], pairs: WidgetPairs): Json[] {
  return widgets.map((one) => {
    const { widget, inner } = one;
    if (!isObject(widget)) return widget;
    const live = pairs.get(one)?.widget;
    const id = isObject(live) ? live['id'] : undefined;
    const { definition } = widget;
    return {
      ...(widget['id'] === undefined && id !== undefined ? { id } : {}),
      ...widget,
      ...(inner && isObject(definition)
        ? { definition: { ...definition, widgets: named(inner, pairs) } }
        : {}),
    };
  });
}
