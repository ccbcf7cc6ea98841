import { isObject, type Json, type JsonObject, toNumber } from '../domain/json.ts';

/** The columns of an ordered dashboard. */
const COLUMNS = 12;
/** The size of a widget without a layout. */
const DEFAULT = { width: 4, height: 3 } as const;
const GROUP_HEIGHT = 5;
/** The maximum number of columns or rows that are drawn. */
const MAX_UNITS = 5000;

/** A place in units of the grid. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface BoxedWidget {
  readonly definition: JsonObject;
  readonly box: Box;
}

/** The widgets of a dashboard or group on their grid. */
export interface Grid {
  readonly columns: number;
  readonly rows: number;
  readonly widgets: readonly BoxedWidget[];
  /** The number of widgets that are left out. */
  readonly more: number;
}

/**
 * Returns the grid of at most `max` widgets of a list. A widget without a valid layout comes after the others, from left to
 * right.
 */
export function gridOf(widgets: Json | undefined, isFree: boolean, max: number): Grid {
  const list = (Array.isArray(widgets) ? widgets : []).filter(isObject);
  const shown = list.slice(0, max).map(({ definition, layout }) => ({
    definition: isObject(definition) ? definition : {},
    box: boxOf(layout, isFree ? MAX_UNITS : COLUMNS),
  }));
  let bottom = 0;
  let right = isFree ? 1 : COLUMNS;
  for (const { box } of shown) {
    if (!box) continue;
    bottom = Math.max(bottom, box.y + box.height);
    right = Math.max(right, box.x + box.width);
  }
  let [x, y, rowHeight] = [0, bottom, 0];
  const placed = shown.map(({ definition, box }): BoxedWidget => {
    if (box) return { definition, box };
    const isGroup = definition['type'] === 'group';
    const width = isGroup ? right : Math.min(DEFAULT.width, right);
    const height = isGroup ? GROUP_HEIGHT : DEFAULT.height;
    if (x + width > right) [x, y, rowHeight] = [0, y + rowHeight, 0];
    const place = { x, y, width, height };
    x += width;
    rowHeight = Math.max(rowHeight, height);
    return { definition, box: place };
  });
  return {
    columns: right,
    rows: Math.max(1, y + rowHeight),
    widgets: placed,
    more: list.length - shown.length,
  };
}

function boxOf(layout: Json | undefined, columns: number): Box | undefined {
  if (!isObject(layout)) return undefined;
  const [x = -1, y = -1, width = 0, height = 0] = ['x', 'y', 'width', 'height'].map((side) =>
    toNumber(layout[side]),
  );
  const isValid = [x, y, width, height].every(Number.isFinite) && x >= 0 && y >= 0 && width > 0 && height > 0;
  return isValid && x + width <= columns && y + height <= MAX_UNITS ? { x, y, width, height } : undefined;
}
