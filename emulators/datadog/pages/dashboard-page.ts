import type { EmulatorResponse } from '../../server/emulator-server.ts';
import { isRawObject, toNumber, type RawObject } from '../raw-json.ts';
import { type Html, html, pageResponse, preformatted, textOf } from './html.ts';

const COLUMNS = 12;
const MAX_COLUMNS = 1000;
const MAX_ROWS = 10_000;
/** The columns of a widget without a layout. */
const DEFAULT_WIDTH = 4;
/** Datadog has no groups in groups. */
const MAX_DEPTH = 3;
/** The fields whose texts are queries, at any depth of a definition. */
const QUERY_FIELDS = new Set(['q', 'query', 'query_string', 'formula']);
const MAX_QUERY_DEPTH = 12;
/** The fields that say what a widget without queries shows. */
const SHOWN_FIELDS = ['content', 'text', 'url', 'alert_id', 'slo_id', 'check', 'service', 'powerpack_id'];

interface Layout {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Returns the page of a dashboard: its widgets on a grid, each with its title, type and queries. */
export function dashboardPage(dashboard: RawObject): EmulatorResponse {
  const { id, title, description, widgets, tags } = dashboard;
  const content = html`${preformatted(description) ?? html``}
${Array.isArray(tags) && tags.length > 0 ? html`<p>${tags.map(textOf).join(', ')}</p>` : html``}
${grid(widgets, 1)}`;
  return pageResponse(200, textOf(title) || `Dashboard ${textOf(id)}`, content);
}

/** Returns the grid of a list of widgets: 12 columns, or as many as a free layout uses. */
function grid(widgets: unknown, depth: number): Html {
  const list = (Array.isArray(widgets) ? widgets : [])
    .filter(isRawObject)
    .map((widget) => ({ widget, layout: layoutOf(widget['layout']) }));
  const columns = list.reduce(
    (max, { layout }) => Math.max(max, layout ? layout.x + layout.width : 0),
    COLUMNS,
  );
  const cells = list.map(
    ({ widget: { definition }, layout }) =>
      html`<section class="widget" style="${placement(layout)}">${isRawObject(definition) ? widgetContent(definition, depth) : html``}</section>\n`,
  );
  return html`<div class="grid" style="grid-template-columns: repeat(${columns}, minmax(0, 1fr))">\n${cells}</div>`;
}

function widgetContent(definition: RawObject, depth: number): Html {
  const { title, type, widgets } = definition;
  const shown = SHOWN_FIELDS.flatMap((name) => preformatted(definition[name]) ?? []);
  const queries = queriesIn(definition).map((query) => html`<pre>${query}</pre>`);
  const inner = type === 'group' && depth < MAX_DEPTH ? grid(widgets, depth + 1) : html``;
  return html`<h2>${textOf(title)}</h2><small>${textOf(type)}</small>${shown}${queries}${inner}`;
}

/** Returns the queries and formulas of a widget, without those of the widgets inside. */
function queriesIn(value: unknown, depth = 0): string[] {
  if (depth > MAX_QUERY_DEPTH) return [];
  if (Array.isArray(value)) return value.flatMap((element) => queriesIn(element, depth + 1));
  if (!isRawObject(value)) return [];
  return Object.entries(value).flatMap(([name, field]) => {
    if (QUERY_FIELDS.has(name) && typeof field === 'string') return field === '' ? [] : [field];
    return name === 'widgets' ? [] : queriesIn(field, depth + 1);
  });
}

function placement(layout: Layout | undefined): string {
  if (!layout) return `grid-column: span ${DEFAULT_WIDTH}`;
  const { x, y, width, height } = layout;
  return `grid-column: ${x + 1} / span ${width}; grid-row: ${y + 1} / span ${height}`;
}

function layoutOf(value: unknown): Layout | undefined {
  if (!isRawObject(value)) return undefined;
  const [x = -1, y = -1, width = 0, height = 0] = ['x', 'y', 'width', 'height'].map((name) =>
    toNumber(value[name]),
  );
  const isValid =
    [x, y, width, height].every(Number.isInteger) && x >= 0 && y >= 0 && width > 0 && height > 0;
  return isValid && x + width <= MAX_COLUMNS && y + height <= MAX_ROWS ? { x, y, width, height } : undefined;
}
