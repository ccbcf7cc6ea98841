import { STATES } from '../evaluate/states.ts';
import type { DrawnNotification, DrawnSpan, Drawing } from '../preview/drawing.ts';
import type { Scale } from './draw-graph.ts';
import { COLOR } from './preview-colors.ts';
import { type Area, decimal, element, textLine } from './svg.ts';

/** The look and name of each state. OK has no shade. */
export const LOOKS = {
  alert: { color: COLOR.alert, opacity: 0.18, name: 'Alert', notice: 'notified of Alert' },
  warn: { color: COLOR.warn, opacity: 0.16, name: 'Warn', notice: 'notified of Warn' },
  no_data: { color: COLOR.noData, opacity: 0.24, name: 'No Data', notice: 'notified of No Data' },
  ok: { color: COLOR.ok, opacity: 0, name: 'OK', notice: 'notified of recovery' },
  none: { color: COLOR.aside, opacity: 0, name: 'no state', notice: 'notified' },
} as const;

/** Shorter spans are drawn with this width, in pixels. */
const SPAN_WIDTH = 2;

/** Shades the times that are not OK. Of spans in the same pixels, the most severe is drawn. */
export function drawSpans(spans: readonly DrawnSpan[], area: Area, x: Scale): string[] {
  const columns = new Uint8Array(Math.ceil(area.width / SPAN_WIDTH));
  for (const { state, from, to } of spans) {
    const first = Math.floor((x(from) - area.x) / SPAN_WIDTH);
    const last = Math.max(first + 1, Math.round((x(to) - area.x) / SPAN_WIDTH));
    const severity = STATES.indexOf(state);
    for (let column = first; column < last; column += 1)
      columns[column] = Math.max(columns[column] ?? 0, severity);
  }
  return STATES.flatMap((state, severity) => {
    const { color, opacity } = LOOKS[state];
    if (opacity === 0) return [];
    const d = runs(columns, severity)
      .map(([first, length]) => {
        const left = area.x + first * SPAN_WIDTH;
        return `M${left} ${area.y}h${length * SPAN_WIDTH}v${area.height}H${left}z`;
      })
      .join('');
    return d === '' ? [] : [element('path', { d, fill: color, 'fill-opacity': String(opacity) })];
  });
}

/** Returns where successive columns have a value, and how many. */
function runs(columns: Uint8Array, wanted: number): [first: number, length: number][] {
  const found: [number, number][] = [];
  for (const [column, value] of columns.entries()) {
    if (value !== wanted) continue;
    const last = found.at(-1);
    if (last && last[0] + last[1] === column) last[1] += 1;
    else found.push([column, 1]);
  }
  return found;
}

/** The fill of times whose series were not fetched. */
export const NOT_FETCHED_FILL = 'url(#not-fetched)';
const MAX_MISSING = 100;

/** Hatches the times whose series were not fetched. */
export function drawMissing(missing: Drawing['missing'], area: Area, x: Scale): string[] {
  if (missing.length === 0) return [];
  const lines = element('path', { d: 'M0 0v7', stroke: COLOR.noData, 'stroke-width': 2 });
  const pattern = { id: 'not-fetched', width: 7, height: 7, patternUnits: 'userSpaceOnUse' };
  return [
    element('pattern', { ...pattern, patternTransform: 'rotate(45)' }, [lines]),
    ...missing.slice(0, MAX_MISSING).map(({ from, to }) =>
      element('rect', {
        ...area,
        x: x(from),
        width: Math.max(1, x(to) - x(from)),
        fill: NOT_FETCHED_FILL,
        'fill-opacity': '0.5',
      }),
    ),
  ];
}

/** Notifications within these widths share a tick and a number, in pixels. */
const [TICK_WIDTH, NUMBER_WIDTH] = [3, 24];
const TICK_HEIGHT = 11;

/** Draws a tick for each notification, and above them their number where there are several. `area.y` is the middle of the ticks. */
export function drawNotifications(
  notifications: readonly DrawnNotification[],
  area: Area,
  x: Scale,
): string[] {
  const ticks = new Map<number, number>();
  const numbers: { readonly first: number; last: number; count: number }[] = [];
  for (const { at, to, count } of notifications.toSorted((one, other) => one.at - other.at)) {
    const place = Math.floor((x(at) - area.x) / TICK_WIDTH) * TICK_WIDTH;
    ticks.set(place, Math.max(ticks.get(place) ?? 0, STATES.indexOf(to)));
    const number = numbers.at(-1);
    if (number && place - number.first < NUMBER_WIDTH) {
      number.last = place;
      number.count += count;
    } else numbers.push({ first: place, last: place, count });
  }
  const paths = STATES.flatMap((state, severity) => {
    const places = [...ticks].filter(([, worst]) => worst === severity);
    const d = places.map(
      ([place]) => `M${decimal(area.x + place + TICK_WIDTH / 2)} ${area.y - TICK_HEIGHT / 2}v${TICK_HEIGHT}`,
    );
    return d.length === 0
      ? []
      : [element('path', { d: d.join(''), stroke: LOOKS[state].color, 'stroke-width': 2 })];
  });
  const style = { size: 10, color: COLOR.aside, anchor: 'middle' } as const;
  return [
    ...paths,
    ...numbers
      .filter(({ count }) => count > 1)
      .map(({ first, last, count }) => {
        const middle = area.x + (first + last + TICK_WIDTH) / 2;
        return textLine(String(count), middle, area.y - TICK_HEIGHT / 2 - 4, NUMBER_WIDTH * 2, style);
      }),
  ];
}
