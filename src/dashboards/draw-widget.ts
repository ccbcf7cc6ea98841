import { append } from '../domain/append.ts';
import { isObject, type Json, type JsonObject, textsOf } from '../domain/json.ts';
import { drawGraph } from './draw-graph.ts';
import { type Area, decimal, element, textLine, type TextStyle, wrapped } from './svg.ts';

const INK = '#2b2b33';
const GREY = '#6c6f7a';
const TITLE: TextStyle = { size: 13, color: INK, bold: true };
const SMALL: TextStyle = { size: 11, color: GREY };
const BODY: TextStyle = { size: 12, color: INK };
const PADDING = 8;
const TITLE_HEIGHT = 24;
const LINE_HEIGHT = 16;
const MAX_NOTE_LINES = 100;
/** The maximum number of monitors in a list of states. */
const MAX_ROWS = 10;
/** The maximum number of states or tags in a widget. */
const MAX_ITEMS = 4;

/** The states of monitors, with the colours of their boxes. */
const STATES = [
  ['Alert', '#f9d6d9', '#a4192a'],
  ['Warn', '#fdeec2', '#7a5600'],
  ['No data', '#e4e6eb', '#4d515c'],
  ['OK', '#d7efdb', '#1f6b33'],
] as const;

/** Draws a widget that is not a group: its frame, title and what it shows. Values are made up, because a definition has none. */
export function drawWidget(definition: JsonObject, area: Area): string[] {
  const title = stringOf(definition['title']);
  const inner = inside(area);
  const type = stringOf(definition['type']);
  const isText = type === 'note' || type === 'free_text';
  const body = isText
    ? inner
    : { ...inner, y: inner.y + TITLE_HEIGHT - 4, height: inner.height - TITLE_HEIGHT + 4 };
  const { x, y, width, height } = area;
  // A nested image cuts what is larger than the widget.
  const viewBox = [x, y, width, height].map(decimal).join(' ');
  return [
    element('rect', { ...area, rx: 4, fill: '#ffffff', stroke: '#d5d8df' }),
    element('svg', { ...area, viewBox }, [
      ...(isText ? [] : [textLine(title === '' ? type : title, inner.x, inner.y + 12, inner.width, TITLE)]),
      ...(body.height < LINE_HEIGHT ? [] : (DRAWN.get(type) ?? drawOther)(definition, body)),
    ]),
  ];
}

/** Returns a text of a definition; empty if it is not a string. */
export function stringOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function inside({ x, y, width, height }: Area): Area {
  return {
    x: x + PADDING,
    y: y + PADDING,
    width: Math.max(0, width - 2 * PADDING),
    height: Math.max(0, height - 2 * PADDING),
  };
}

type Draw = (definition: JsonObject, area: Area) => string[];

/** How each type of widget is drawn. Others show their type and query. */
const DRAWN: ReadonlyMap<string, Draw> = new Map<string, Draw>([
  ['timeseries', drawGraph],
  ['alert_graph', drawGraph],
  ['distribution', drawGraph],
  ['manage_status', drawStates],
  ['check_status', drawCheck],
  ['slo', drawSlo],
  ['note', (definition, area) => drawText(stringOf(definition['content']), area)],
  ['free_text', (definition, area) => drawText(stringOf(definition['text']), area)],
]);

function drawStates({ query }: JsonObject, area: Area): string[] {
  const width = area.width / STATES.length;
  const height = Math.min(44, area.height);
  const below = area.y + height;
  const rows = Math.min(MAX_ROWS, Math.floor((area.height - height - LINE_HEIGHT - 6) / LINE_HEIGHT));
  return [
    ...STATES.flatMap(([name, fill, color], at) =>
      box(name, { ...area, x: area.x + at * width, width: Math.max(0, width - 6), height }, fill, color),
    ),
    ...(rows < 0 ? [] : [textLine(stringOf(query), area.x, below + LINE_HEIGHT, area.width, SMALL)]),
    // The list of monitors.
    ...Array.from({ length: Math.max(0, rows) }, (_, at) =>
      element('rect', {
        x: area.x,
        y: below + LINE_HEIGHT + 8 + at * LINE_HEIGHT,
        width: area.width * (0.5 - 0.12 * (at % 3)),
        height: 9,
        rx: 2,
        fill: '#eef0f4',
      }),
    ),
  ];
}

function drawCheck({ check, tags, group_by: groups }: JsonObject, area: Area): string[] {
  const by = textsOf(groups).slice(0, MAX_ITEMS).join(', ');
  const where = textsOf(tags).slice(0, MAX_ITEMS).join(', ');
  const details = [stringOf(check), ...(by === '' ? [] : [`by ${by}`]), ...(where === '*' ? [] : [where])];
  const height = Math.max(LINE_HEIGHT, Math.min(60, area.height - 2 * LINE_HEIGHT));
  return [
    ...box('OK', { ...area, height }, '#d7efdb', '#1f6b33'),
    textLine(details.join(' · '), area.x, area.y + height + LINE_HEIGHT, area.width, SMALL),
  ];
}

function drawSlo({ slo_id: id, time_windows: windows }: JsonObject, area: Area): string[] {
  const y = area.y + Math.min(area.height - LINE_HEIGHT, 40);
  const period = textsOf(windows).slice(0, MAX_ITEMS).join(', ');
  return [
    textLine('Error budget', area.x, y - 12, area.width, BODY),
    element('rect', { x: area.x, y: y - 4, width: area.width, height: 8, fill: '#e4e6eb' }),
    element('rect', { x: area.x, y: y - 4, width: area.width * 0.7, height: 8, fill: '#4aa35f' }),
    textLine(`SLO ${stringOf(id)} over ${period}`, area.x, y + LINE_HEIGHT + 4, area.width, SMALL),
  ];
}

function drawText(content: string, area: Area): string[] {
  const max = Math.min(MAX_NOTE_LINES, Math.floor(area.height / LINE_HEIGHT));
  const lines: string[] = [];
  for (const line of content.split('\n')) {
    if (lines.length >= max) break;
    append(lines, wrapped(withoutMarkdown(line), area.width, BODY.size, max - lines.length));
  }
  return lines.map((line, at) =>
    textLine(line, area.x, area.y + (at + 1) * LINE_HEIGHT - 4, area.width, BODY),
  );
}

function drawOther({ type, requests, query, url }: JsonObject, area: Area): string[] {
  const [first] = Array.isArray(requests) ? requests : [];
  const text = stringOf(query) || stringOf(isObject(first) ? first['q'] : undefined) || stringOf(url);
  return [
    textLine(stringOf(type), area.x, area.y + LINE_HEIGHT - 4, area.width, SMALL),
    ...(area.height < 2 * LINE_HEIGHT
      ? []
      : [textLine(text, area.x, area.y + 2 * LINE_HEIGHT - 4, area.width, SMALL)]),
  ];
}

function box(name: string, area: Area, fill: string, color: string): string[] {
  const middle = area.y + area.height / 2 + 5;
  return [
    element('rect', { ...area, rx: 3, fill }),
    textLine(name, area.x + area.width / 2, middle, area.width, {
      size: 14,
      color,
      bold: true,
      anchor: 'middle',
    }),
  ];
}

/** Returns the text of a line of Markdown. */
function withoutMarkdown(line: string): string {
  return line
    .replace(/^- /, '• ')
    .replace(/(?<!\\)\[((?:[^\\[\]]|\\.)*)\]\([^()\s]*\)/g, '$1')
    .replace(/(?<!\\)(?:\*\*|`)/g, '')
    .replace(/\\(?=[!-/:-@[-`{-~])/g, '');
}
