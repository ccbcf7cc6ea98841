import { WallClock } from '../evaluate/wall-clock.ts';
import type { DrawnThreshold, Drawing } from '../preview/drawing.ts';
import { drawMarkers, type Marker, type Scale } from './draw-graph.ts';
import { type Range, shortNumber, timeTicks, valueRange, valueScale, valueTicks } from './preview-axes.ts';
import { COLOR, DARK_STYLE, SERIES_COLORS } from './preview-colors.ts';
import { drawMissing, drawNotifications, drawSpans } from './preview-events.ts';
import { drawLegend } from './preview-legend.ts';
import { seriesPath } from './series-path.ts';
import { type Area, decimal, element, textLine } from './svg.ts';

/** The maximum size of a picture, in bytes. */
export const MAX_PICTURE_BYTES = 40 * 1024;
const WIDTH = 960;
const MARGIN = 20;
const PLOT: Area = { x: 64, y: 68, width: WIDTH - 64 - MARGIN, height: 210 };
/** Below the plot: the notifications, then the labels of the time axis, then the legend. */
const NOTIFICATIONS_Y = PLOT.y + PLOT.height + 24;
const TIME_LABELS_Y = PLOT.y + PLOT.height + 48;
const LEGEND_Y = TIME_LABELS_Y + 24;
const ASIDE = { size: 12, color: COLOR.aside };
/** The widths of a column of a series, in pixels. A picture that is too large is drawn again with wider ones. */
const COLUMN_WIDTHS = [1, 2, 3, 4, 6, 10];
const MAX_TIME_TICKS = 10;

/** What the texts of a picture name. */
export interface PictureTexts {
  readonly key: string;
  readonly title: string;
  /** Whether the picture shows the definition in Datadog or the one of the document. */
  readonly definition: 'before' | 'after';
  /** The time zone of the time axis. */
  readonly timeZone: string;
}

/**
 * Draws what an alert would have done as an SVG image of at most 40 KiB: the values of its windows, thresholds, times that are
 * not OK, notifications and missing data. The same drawing always gives the same image.
 */
export function drawPreview(drawing: Drawing, texts: PictureTexts): string {
  const withColumns = pictureOf(drawing, texts);
  for (const width of COLUMN_WIDTHS) {
    const image = withColumns(Math.floor(PLOT.width / width));
    if (Buffer.byteLength(image) <= MAX_PICTURE_BYTES) return image;
  }
  return withColumns(0);
}

/** Returns a function that draws everything, with series of at most so many columns. */
function pictureOf(whole: Drawing, texts: PictureTexts): (maxColumns: number) => string {
  const series = whole.series.slice(0, SERIES_COLORS.length);
  const hiddenGroups = whole.hiddenGroups + whole.series.length - series.length;
  const drawing = { ...whole, series, hiddenGroups };
  const range = valueRange(drawing);
  const [x, y] = [timeScale(drawing), valueScale(range, PLOT)];
  const clock = new WallClock(texts.timeZone);
  const legend = drawLegend(drawing, { ...PLOT, y: LEGEND_Y });
  const height = LEGEND_Y + legend.height;
  const behind = [
    element('style', {}, [DARK_STYLE]),
    element('rect', { width: WIDTH, height, fill: COLOR.background }),
    ...drawHeader(drawing, texts, clock),
    ...drawValueAxis(range, y),
    ...drawTimeAxis(drawing, clock, x),
    ...drawSpans(drawing.spans, PLOT, x),
    ...drawMissing(drawing.missing, PLOT, x),
    ...(series.length === 0 ? [noValues(drawing)] : []),
  ];
  const before = [
    ...drawMarkers(
      drawing.thresholds.map((threshold) => markerOf(threshold, drawing)),
      PLOT,
      y,
    ),
    ...drawNotifications(drawing.notifications, { ...PLOT, y: NOTIFICATIONS_Y }, x),
    ...legend.elements,
  ];
  const attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    viewBox: `0 0 ${WIDTH} ${height}`,
    width: WIDTH,
    height,
    role: 'img',
    'font-family': 'Helvetica, Arial, DejaVu Sans, sans-serif',
  };
  return (maxColumns) => {
    const lines = series.map((one, at) =>
      element('path', {
        d: seriesPath(one, x, y, maxColumns),
        fill: 'none',
        stroke: SERIES_COLORS[at] ?? COLOR.text,
        'stroke-width': 1.4,
        'stroke-linecap': 'round',
        'stroke-linejoin': 'round',
      }),
    );
    // The worst group is drawn last, above the others.
    return `${element('svg', attributes, [...behind, ...lines.toReversed(), ...before])}\n`;
  };
}

function timeScale({ from, to }: Drawing): Scale {
  const size = to > from ? to - from : 1;
  return (time) => PLOT.x + (PLOT.width * (Math.max(from, Math.min(to, time)) - from)) / size;
}

function drawHeader(drawing: Drawing, texts: PictureTexts, clock: WallClock): string[] {
  const { series, hiddenGroups, notifications, from, to } = drawing;
  const { key, title, definition, timeZone } = texts;
  const [start, end] = [clock.textsOf(from), clock.textsOf(to)];
  const groups = series.length + hiddenGroups;
  const notified = notifications.reduce((sum, { count }) => sum + count, 0);
  const parts = [
    `${start.date} ${start.time} to ${end.date} ${end.time}, ${timeZone}`,
    ...(groups > 1 ? [`${groups} groups`] : []),
    `${notified} ${notified === 1 ? 'notification' : 'notifications'}`,
    ...(definition === 'before' ? ['as defined in Datadog now'] : []),
  ];
  const width = WIDTH - 2 * MARGIN;
  const style = { size: 18, color: COLOR.text, bold: true };
  return [
    textLine(title === '' ? key : `${key}: ${title}`, MARGIN, 30, width, style),
    textLine(parts.join(' · '), MARGIN, 50, width, ASIDE),
  ];
}

/** Draws a line and a number at even values. */
function drawValueAxis(range: Range, y: Scale): string[] {
  const ticks = valueTicks(range);
  const lines = ticks.map((value) => `M${PLOT.x} ${decimal(y(value))}h${PLOT.width}`).join('');
  return [
    element('path', { d: lines, stroke: COLOR.grid }),
    ...ticks.map((value) =>
      textLine(shortNumber(value), PLOT.x - 8, y(value) + 4, PLOT.x, { ...ASIDE, anchor: 'end' }),
    ),
    textLine('notified', PLOT.x - 8, NOTIFICATIONS_Y + 4, PLOT.x, { ...ASIDE, anchor: 'end' }),
  ];
}

function drawTimeAxis({ from, to }: Drawing, clock: WallClock, x: Scale): string[] {
  const ticks = timeTicks(from, to, clock, MAX_TIME_TICKS);
  const lines = ticks.map(({ at }) => `M${decimal(x(at))} ${PLOT.y}v${TIME_LABELS_Y - PLOT.y - 12}`).join('');
  const bottom = `M${PLOT.x} ${PLOT.y + PLOT.height}h${PLOT.width}`;
  return [
    element('path', { d: lines, stroke: COLOR.grid }),
    element('path', { d: bottom, stroke: COLOR.aside }),
    ...ticks.map(({ at, label, isDate }) => {
      const place = Math.max(PLOT.x + 20, Math.min(WIDTH - MARGIN - 30, x(at)));
      return textLine(label, place, TIME_LABELS_Y, 90, {
        ...ASIDE,
        ...(isDate ? { color: COLOR.text } : {}),
        anchor: 'middle',
      });
    }),
  ];
}

function noValues({ comparator, missing }: Drawing): string {
  const why =
    comparator === undefined
      ? 'A combination of alerts has no values.'
      : missing.length > 0
        ? 'No data was fetched.'
        : 'The query has no data in this time.';
  const [x, y] = [PLOT.x + PLOT.width / 2, PLOT.y + PLOT.height / 2];
  return textLine(why, x, y, PLOT.width, { size: 14, color: COLOR.aside, anchor: 'middle', halo: true });
}

const THRESHOLDS = {
  critical: { name: 'critical', color: COLOR.alert, compares: true },
  warning: { name: 'warning', color: COLOR.warn, compares: true },
  critical_recovery: { name: 'recovery', color: COLOR.ok, compares: false },
  warning_recovery: { name: 'warning recovery', color: COLOR.ok, compares: false },
} as const;

function markerOf({ kind, value }: DrawnThreshold, { comparator }: Drawing): Marker {
  const { name, color, compares } = THRESHOLDS[kind];
  const compared = compares && comparator !== undefined ? `${comparator} ` : '';
  return { value, color, label: `${name} ${compared}${value}` };
}
