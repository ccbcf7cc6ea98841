import type { PlacedWidget } from './placed-widget.ts';

/** Returns the widgets of each grid: that of the dashboard and that of each group. */
export function gridsOf(widgets: readonly PlacedWidget[]): PlacedWidget[][] {
  const grids = new Map<PlacedWidget | undefined, PlacedWidget[]>();
  for (const widget of widgets) {
    const grid = grids.get(widget.group);
    if (grid) grid.push(widget);
    else grids.set(widget.group, [widget]);
  }
  return [...grids.values()];
}
