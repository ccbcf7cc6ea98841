import type { PlacedWidget } from './placed-widget.ts';

/** The widgets that share a grid: those of the dashboard, and those of each group. */
export function levelsOf(widgets: readonly PlacedWidget[]): PlacedWidget[][] {
  const levels = new Map<PlacedWidget | undefined, PlacedWidget[]>();
  for (const widget of widgets) {
    const level = levels.get(widget.group);
    if (level) level.push(widget);
    else levels.set(widget.group, [widget]);
  }
  return [...levels.values()];
}
