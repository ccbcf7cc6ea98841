import { largest, smallest } from '../domain/append.ts';
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { type Area, decimal, element, textLine } from './svg.ts';

/** A line across a graph. */
export interface Marker {
  readonly value: number;
  readonly label: string;
  readonly color: string;
}

const COLORS: readonly (readonly [display: string, color: string])[] = [
  ['error', '#c2293a'],
  ['warning', '#b37a00'],
  ['ok', '#2a7e41'],
];
const OTHER_COLOR = '#5b6b8c';
const SERIES = ['#3a6fd8', '#7aa5ee', '#1f4691'] as const;
const MAX_MARKERS = 8;
const POINTS = 32;
const LABEL_HEIGHT = 12;
/** `y = 5`, `y > 5`, `0 < y < 10`: a line at each number. */
const MARKER =
  /^\s{0,9}(?:(-?\d{1,20}(?:\.\d{1,20})?)\s{0,9}<=?\s{0,9})?y\s{0,9}(?:[<>=]=?)\s{0,9}(-?\d{1,20}(?:\.\d{1,20})?)\s{0,9}$/;

/** Draws a graph: its markers with their labels, and one or more made-up lines or bars that do not reach the first of them. */
export function drawGraph(definition: JsonObject, area: Area): string[] {
  const { markers: given, requests } = definition;
  const markers = (Array.isArray(given) ? given : []).flatMap(markersOf).slice(0, MAX_MARKERS);
  const [request] = Array.isArray(requests) ? requests.filter(isObject) : [];
  const shape = shapeOf(markers);
  const scale = (value: number) => {
    const share = (value - shape.low) / (shape.high - shape.low);
    return area.y + area.height * (1 - share);
  };
  const grid = [0, 0.5, 1].map((share) =>
    element('path', {
      d: `M${decimal(area.x)} ${decimal(area.y + share * area.height)}h${decimal(area.width)}`,
      stroke: '#eceef2',
    }),
  );
  const random = seeded(`${String(definition['title'])}${markers.length}`);
  const lines = request?.['display_type'] === 'bars' ? 1 : hasGroups(request) ? SERIES.length : 1;
  const series = SERIES.slice(0, lines).map((color, at) => {
    const values = valuesOf(random, shape.typical + (at * shape.spread) / SERIES.length, shape.spread);
    return request?.['display_type'] === 'bars'
      ? bars(values, area, scale, color)
      : line(values, area, scale, color);
  });
  return [...grid, ...series, ...drawMarkers(markers, area, scale)];
}

function markersOf(marker: Json): Marker[] {
  if (!isObject(marker) || typeof marker['value'] !== 'string') return [];
  const { value, label, display_type: display } = marker;
  const [, ...numbers] = MARKER.exec(value) ?? [];
  const style = typeof display === 'string' ? display : '';
  const color = COLORS.find(([name]) => style.startsWith(name))?.[1] ?? OTHER_COLOR;
  const text = typeof label === 'string' && label.trim() !== '' ? label : value;
  return numbers.flatMap((number) =>
    number === undefined ? [] : [{ value: Number(number), label: text, color }],
  );
}

/** The range of a graph, and the values of its lines. */
interface Shape {
  readonly low: number;
  readonly high: number;
  readonly typical: number;
  readonly spread: number;
}

/** Returns a range that contains zero and all markers. The lines are on the side of the first marker that is well. */
function shapeOf(markers: readonly Marker[]): Shape {
  const values = markers.map(({ value }) => value);
  const [first, second] = values;
  if (first === undefined) return { low: 0, high: 1, typical: 0.4, spread: 0.2 };
  const isAbove = second === undefined ? first > 0 : second <= first;
  const [min, max] = [smallest([0, ...values]), largest([0, ...values])];
  const size = max - min || 1;
  const low = min < 0 ? min - 0.3 * size : 0;
  const high = max + (isAbove ? 0.25 : 0.8) * size;
  const well = isAbove ? smallest(values) : largest(values);
  const distance = Math.abs(well - (isAbove ? low : high)) || size;
  const spread = Math.min(0.12 * size, 0.25 * distance);
  return { low, high, typical: well + (isAbove ? -0.6 : 0.5) * distance, spread };
}

function valuesOf(random: () => number, typical: number, spread: number): number[] {
  const phase = random() * 6;
  return Array.from(
    { length: POINTS },
    (_, at) => typical + spread * (0.6 * Math.sin(at / 3.5 + phase) + 0.4 * (random() - 0.5)),
  );
}

/** Returns the y of a value. */
export type Scale = (value: number) => number;

function line(values: readonly number[], area: Area, scale: Scale, color: string): string {
  const step = area.width / (POINTS - 1);
  const points = values.map((value, at) => `${decimal(area.x + at * step)},${decimal(scale(value))}`);
  return element('polyline', { points: points.join(' '), fill: 'none', stroke: color, 'stroke-width': 1.4 });
}

function bars(values: readonly number[], area: Area, scale: Scale, color: string): string {
  const step = area.width / POINTS;
  const zero = scale(0);
  const path = values.map((value, at) => {
    const x = decimal(area.x + at * step + 1);
    return `M${x} ${decimal(zero)}V${decimal(scale(value))}h${decimal(Math.max(1, step - 2))}V${decimal(zero)}z`;
  });
  return element('path', { d: path.join(''), fill: color, 'fill-opacity': 0.8 });
}

/** Draws lines across the graph, and on top of them their labels. */
export function drawMarkers(markers: readonly Marker[], area: Area, scale: Scale): string[] {
  const lines = markers.map((marker) => ({ ...marker, y: scale(marker.value) }));
  const taken: Label[] = [];
  const labels = lines.map(({ y, label, color }) => {
    const place = labelPlace(y, area, taken, lines);
    taken.push(place);
    const { anchor, baseline } = place;
    const x = anchor === 'end' ? area.x + area.width : area.x;
    return textLine(label, x, baseline, area.width / 2, { size: 11, color, anchor, halo: true });
  });
  const drawn = lines.map(({ y, color }) =>
    element('path', {
      d: `M${decimal(area.x)} ${decimal(y)}h${decimal(area.width)}`,
      stroke: color,
      'stroke-width': 1.2,
      'stroke-dasharray': '5 4',
    }),
  );
  return [...drawn, ...labels];
}

/** The place of a label: at the right or left end of its line. */
interface Label {
  readonly anchor: 'start' | 'end';
  readonly baseline: number;
}

/** Returns a place for the label of a line: above or below it, at the right or left, if possible not on another label or line. */
function labelPlace(
  y: number,
  area: Area,
  taken: readonly Label[],
  lines: readonly { readonly y: number }[],
): Label {
  const [above, below] = [y - 4, y + LABEL_HEIGHT];
  const places = (['end', 'start'] as const).flatMap((anchor) =>
    [above, below].map((baseline): Label => ({ anchor, baseline })),
  );
  const inside = places.filter(
    ({ baseline }) => baseline - LABEL_HEIGHT >= area.y - 4 && baseline <= area.y + area.height,
  );
  const free = inside.filter(({ anchor, baseline }) =>
    taken.every((other) => other.anchor !== anchor || Math.abs(other.baseline - baseline) >= LABEL_HEIGHT),
  );
  const clear = free.find(({ baseline }) =>
    lines.every((other) => other.y <= baseline - LABEL_HEIGHT + 2 || other.y >= baseline),
  );
  return clear ?? free[0] ?? inside[0] ?? { anchor: 'end', baseline: above };
}

/** Returns whether the queries of a request have groups, so that there are several lines. */
function hasGroups(request: JsonObject | undefined): boolean {
  const queries = Array.isArray(request?.['queries']) ? request['queries'].filter(isObject) : [];
  return queries.some(({ query, group_by: groups }) =>
    Array.isArray(groups) ? groups.length > 0 : typeof query === 'string' && /\bby\s{0,9}\{/.test(query),
  );
}

/** Returns numbers from 0 to 1 that are the same for the same text. */
function seeded(text: string): () => number {
  let state = 2166136261;
  for (const character of text) state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 16777619);
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 0) / 2 ** 32;
  };
}
