import { isObject, toNumber } from '../../domain/json.ts';
import type { PlacedWidget } from './placed-widget.ts';

/** The columns of an ordered dashboard and of each group, as in every dashboard that Datadog ships. */
export const COLUMNS = 12;

interface Box {
  readonly order: number;
  readonly widget: PlacedWidget;
  readonly x: number;
  readonly y: number;
  readonly right: number;
  readonly bottom: number;
}

/** A widget that overlaps an earlier one. */
export interface Overlap {
  readonly widget: PlacedWidget;
  readonly other: PlacedWidget;
}

/**
 * Returns the overlaps on one grid, one for each later widget. Boxes are sorted by their top edge. Open boxes never
 * overlap each other, so there are no more of them than columns.
 */
export function overlapsOn(widgets: readonly PlacedWidget[]): Overlap[] {
  const found = new Map<PlacedWidget, PlacedWidget>();
  for (const boxes of rangesOf(widgets)) {
    let open: Box[] = [];
    for (const box of boxes.toSorted((a, b) => a.y - b.y || a.order - b.order)) {
      open = open.filter(({ bottom }) => bottom > box.y);
      const overlapped = open.find(({ x, right }) => x < box.right && box.x < right);
      if (!overlapped) open.push(box);
      else {
        const [first, later] = overlapped.order < box.order ? [overlapped, box] : [box, overlapped];
        if (!found.has(later.widget)) found.set(later.widget, first.widget);
      }
    }
  }
  return [...found].map(([widget, other]) => ({ widget, other }));
}

/**
 * Splits the boxes of a grid into ranges in which positions restart at the top: after a column break, and, in dashboards
 * with groups that the app exports, at each widget in the first position.
 */
function rangesOf(widgets: readonly PlacedWidget[]): Box[][] {
  const ranges: Box[][] = [[]];
  const grouped = widgets.some(({ type }) => type === 'group');
  for (const [order, widget] of widgets.entries()) {
    const { layout } = widget.widget;
    if (!isObject(layout)) continue;
    const [x, y, width, height] = ['x', 'y', 'width', 'height'].map((side) => toNumber(layout[side]) ?? -1);
    if (x === undefined || y === undefined || width === undefined || height === undefined) continue;
    const restarts = grouped && order > 0 && x === 0 && y === 0;
    if (restarts || layout['is_column_break'] === true) ranges.push([]);
    const onGrid = x >= 0 && y >= 0 && width >= 1 && height >= 1 && x + width <= COLUMNS;
    if (onGrid && Number.isInteger(x) && Number.isInteger(width))
      ranges.at(-1)?.push({ order, widget, x, y, right: x + width, bottom: y + height });
  }
  return ranges;
}

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
