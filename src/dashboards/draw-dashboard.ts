import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { gridOf, type Grid } from './dashboard-layout.ts';
import { drawWidget, stringOf } from './draw-widget.ts';
import { type Area, element, textLine } from './svg.ts';

const WIDTH = 1200;
const MARGIN = 20;
const HEADER_HEIGHT = 70;
const ROW_HEIGHT = 48;
const GAP = 8;
const GROUP_TITLE_HEIGHT = 26;
/** A free dashboard has many small units. */
const MAX_HEIGHT = 20_000;
const MAX_VARIABLES = 12;
/** The maximum number of widgets, those in groups included. */
const MAX_WIDGETS = 500;
const BACKGROUND = '#f5f6f8';

/**
 * Draws a dashboard as an SVG image: the place, title and markers of each widget, with made-up values. The same dashboard always
 * gives the same image. Texts are escaped and shortened, and at most 500 widgets are drawn.
 */
export function drawDashboard(dashboard: JsonObject): string {
  const isFree = dashboard['layout_type'] === 'free';
  const grid = gridOf(dashboard['widgets'], isFree, MAX_WIDGETS);
  const width = WIDTH - 2 * MARGIN;
  const unit = isFree ? width / grid.columns : ROW_HEIGHT;
  const height = Math.min(MAX_HEIGHT, grid.rows * unit);
  const more = grid.more > 0 ? 30 : 0;
  const total = HEADER_HEIGHT + height + more + MARGIN;
  const place = { x: MARGIN, y: HEADER_HEIGHT, width, height };
  const style = { size: 13, color: '#6c6f7a' };
  return `${element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${WIDTH} ${Math.ceil(total)}`,
      width: WIDTH,
      height: Math.ceil(total),
      role: 'img',
      'font-family': 'Helvetica, Arial, DejaVu Sans, sans-serif',
    },
    [
      element('rect', { width: WIDTH, height: Math.ceil(total), fill: BACKGROUND }),
      textLine(stringOf(dashboard['title']), MARGIN, 34, width, { size: 22, color: '#2b2b33', bold: true }),
      textLine(variablesText(dashboard['template_variables']), MARGIN, 57, width, style),
      ...drawGrid(grid, place, { left: MAX_WIDGETS - grid.widgets.length }),
      ...(more > 0 ? [textLine(`${grid.more} more widgets`, MARGIN, total - MARGIN, width, style)] : []),
    ],
  )}\n`;
}

function variablesText(variables: Json | undefined): string {
  return (Array.isArray(variables) ? variables : [])
    .filter(isObject)
    .slice(0, MAX_VARIABLES)
    .map(({ name, default: single, defaults }) => {
      const [first] = Array.isArray(defaults) ? defaults : [single ?? null];
      return `$${stringOf(name)}: ${stringOf(first) || '*'}`;
    })
    .join(' · ');
}

/** The number of widgets in groups that may still be drawn. */
interface Budget {
  left: number;
}

/** Draws the widgets of a grid in an area, each on its own line of the text. Without a budget, groups are not drawn. */
function drawGrid({ columns, rows, widgets }: Grid, area: Area, budget: Budget | undefined): string[] {
  const [unitX, unitY] = [area.width / columns, area.height / rows];
  return widgets.map(({ definition, box }) => {
    const place = {
      x: area.x + box.x * unitX + GAP / 2,
      y: area.y + box.y * unitY + GAP / 2,
      width: Math.max(1, box.width * unitX - GAP),
      height: Math.max(1, box.height * unitY - GAP),
    };
    const isGroup = budget !== undefined && definition['type'] === 'group';
    return `\n${element('g', {}, isGroup ? drawGroup(definition, place, budget) : drawWidget(definition, place))}`;
  });
}

/** Draws a group: a bar with its title, and its widgets within its area. */
function drawGroup({ title, widgets }: JsonObject, area: Area, budget: Budget): string[] {
  const inner = { ...area, y: area.y + GROUP_TITLE_HEIGHT, height: area.height - GROUP_TITLE_HEIGHT };
  const style = { size: 14, color: '#2b2b33', bold: true };
  const grid = gridOf(widgets, false, budget.left);
  budget.left -= grid.widgets.length;
  return [
    element('rect', { ...area, rx: 4, fill: '#e9ecf2', stroke: '#d5d8df' }),
    textLine(stringOf(title), area.x + GAP, area.y + 18, area.width - 2 * GAP, style),
    ...(inner.height > 0 ? drawGrid(grid, inner, undefined) : []),
  ];
}
