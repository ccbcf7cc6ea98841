import type { PlacedWidget } from './placed-widget.ts';

/** Returns the widgets of each grid: that of the dashboard and that of each group. */
export function levelsOf(widgets: readonly PlacedWidget[]): PlacedWidget[][] {
  const levels = new Map<PlacedWidget | undefined, PlacedWidget[]>();
  for (const widget of widgets) {
    const level = levels.get(widget.group);
    if (level) level.push(widget);
    else levels.set(widget.group, [widget]);
  }
  return [...levels.values()];
}
