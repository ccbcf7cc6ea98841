import type { DrawnSeries } from '../preview/drawing.ts';
import type { Scale } from './draw-graph.ts';

/**
 * Returns a series as the path of a line, in at most `maxColumns` columns. Each column has its lowest and its highest value, so
 * that no peak is lost. A column without values is a gap, and a column between two gaps is a dot.
 */
export function seriesPath(series: DrawnSeries, x: Scale, y: Scale, maxColumns: number): string {
  const { times } = series;
  const count = Math.min(maxColumns, times.length);
  const { lows, highs } = inColumns(series, count);
  const [firstS = 0, secondS = firstS] = times;
  let [path, atX, atY, isDown] = ['', 0, 0, false];
  /** `column` may be within one. Times are those of the middle of each part. */
  const lineTo = (column: number, toY: number) => {
    const toX = Math.round(x(firstS + ((column * times.length) / count - 0.5) * (secondS - firstS)));
    path += isDown ? pair(toX - atX, toY - atY) : `M${toX} ${toY}l0 0`;
    [atX, atY, isDown] = [toX, toY, true];
  };
  for (let column = 0; column < count; column += 1) {
    const [low = Number.NaN, high = Number.NaN] = [lows[column], highs[column]];
    if (Number.isNaN(low)) {
      isDown = false;
      continue;
    }
    const [bottom, top] = [Math.round(y(low)), Math.round(y(high))];
    const isTopFirst = isDown && Math.abs(top - atY) < Math.abs(bottom - atY);
    if (top === bottom) lineTo(column + 0.5, top);
    else {
      lineTo(column + 0.25, isTopFirst ? top : bottom);
      lineTo(column + 0.75, isTopFirst ? bottom : top);
    }
  }
  return path;
}

/** Returns two numbers of a path after other numbers. */
function pair(x: number, y: number): string {
  return `${x < 0 ? '' : ' '}${x}${y < 0 ? '' : ' '}${y}`;
}

/** Returns the lowest and highest values of equally many successive parts; NaN without any. */
function inColumns({ lows, highs }: DrawnSeries, count: number) {
  const columns = { lows: new Float64Array(count).fill(NaN), highs: new Float64Array(count).fill(NaN) };
  for (const [part, low] of lows.entries()) {
    const high = highs[part] ?? NaN;
    if (!Number.isFinite(low) || !Number.isFinite(high)) continue;
    const column = Math.floor((part * count) / lows.length);
    const [lowest = NaN, highest = NaN] = [columns.lows[column], columns.highs[column]];
    columns.lows[column] = Number.isNaN(lowest) ? low : Math.min(lowest, low);
    columns.highs[column] = Number.isNaN(highest) ? high : Math.max(highest, high);
  }
  return columns;
}
