import { STATES } from '../evaluate/states.ts';
import type { Drawing } from '../preview/drawing.ts';
import { COLOR, SERIES_COLORS } from './preview-colors.ts';
import { LOOKS, NOT_FETCHED_FILL } from './preview-events.ts';
import { type Area, element, textLine, widthOf } from './svg.ts';

/** What a picture explains below its graph. */
interface Item {
  readonly label: string;
  readonly sign: 'line' | 'area' | 'tick' | 'none';
  readonly fill: string;
  readonly opacity?: number;
}

/** Explains the lines, shades and ticks that the drawing has. */
function itemsOf({ series, hiddenGroups, spans, missing, notifications }: Drawing): Item[] {
  const lines = series.map(({ group }, at): Item => {
    const label = group === '*' ? 'value of the window' : group;
    return { label, sign: 'line', fill: SERIES_COLORS[at] ?? COLOR.text };
  });
  const hidden = `and ${hiddenGroups} ${hiddenGroups === 1 ? 'group' : 'groups'} with less time in Alert`;
  const states = STATES.toReversed();
  const shades = states.flatMap((state): Item[] => {
    const { name, color, opacity } = LOOKS[state];
    return spans.some((span) => span.state === state)
      ? [{ label: name, sign: 'area', fill: color, opacity: 2 * opacity }]
      : [];
  });
  const ticks = states.flatMap((state): Item[] => {
    const { notice, color } = LOOKS[state];
    return notifications.some(({ to }) => to === state) ? [{ label: notice, sign: 'tick', fill: color }] : [];
  });
  return [
    ...lines,
    ...(hiddenGroups > 0 ? [{ label: hidden, sign: 'none', fill: COLOR.text } as const] : []),
    ...shades,
    ...(missing.length > 0 ? [{ label: 'not fetched', sign: 'area', fill: NOT_FETCHED_FILL } as const] : []),
    ...ticks,
  ];
}

const SIZE = 12;
const LINE_HEIGHT = 19;
const SIGN_WIDTH = 20;
const GAP = 18;
/** Longer labels are cut off. */
const MAX_LABEL_WIDTH = 270;

/** Draws the items one after the other, in as many lines as they need. Returns the height of the lines too. */
export function drawLegend(
  drawing: Drawing,
  { x: left, y: top, width }: Omit<Area, 'height'>,
): { readonly elements: string[]; readonly height: number } {
  let [x, y] = [left, top];
  const elements = itemsOf(drawing).flatMap((item) => {
    const signWidth = item.sign === 'none' ? 0 : SIGN_WIDTH;
    const labelWidth = Math.min(MAX_LABEL_WIDTH, widthOf(item.label, SIZE) + 1);
    if (x > left && x + signWidth + labelWidth > left + width) [x, y] = [left, y + LINE_HEIGHT];
    const style = { size: SIZE, color: COLOR.text };
    const drawn = [...drawSign(item, x, y), textLine(item.label, x + signWidth, y + 4, labelWidth, style)];
    x += signWidth + labelWidth + GAP;
    return drawn;
  });
  return { elements, height: y - top + LINE_HEIGHT };
}

function drawSign({ sign, fill, opacity = 1 }: Item, x: number, y: number): string[] {
  if (sign === 'none') return [];
  if (sign === 'area')
    return [element('rect', { x, y: y - 6, width: 14, height: 12, fill, 'fill-opacity': String(opacity) })];
  const d = sign === 'line' ? `M${x} ${y}h14` : `M${x + 8} ${y - 6}v12`;
  return [element('path', { d, stroke: fill, 'stroke-width': 2.5 })];
}
