import { largest } from '../../domain/append.ts';
import type { MonitorStateFields } from '../../contract/answers.ts';
import type { Screen } from '../command.ts';
import { count } from './print-text.ts';
import type { Paint, Style } from './report.ts';
import { truncated, visible, widthOf } from './visible.ts';

/** A group that is not ok, with its monitor. */
export interface AlertRow
  extends Pick<MonitorStateFields['groups'][number], 'group' | 'state' | 'muted' | 'notified'> {
  readonly monitor: string;
  /** Epoch milliseconds. */
  readonly since: number | undefined;
}

const STYLES: Readonly<Partial<Record<AlertRow['state'], Style>>> = {
  alert: 'error',
  warn: 'warning',
  unknown: 'warning',
  no_data: 'info',
};
const HEAD = ['STATE', 'FOR', 'MONITOR', 'GROUP', 'NOTIFIED'];
/** Columns that keep their width. */
const FIXED = 2;
const GAP = '  ';
/** The width below which a row takes two lines. */
const NARROW = 60;

/**
 * Formats groups as a table, one line each, or two on a narrow terminal. Cuts off what does not fit on the screen. Without a
 * screen, lines have any length.
 */
export function printAlerts(rows: readonly AlertRow[], now: number, paint: Paint, screen?: Screen): string {
  if (rows.length === 0) return 'Nothing is alerting.\n';
  const cells = rows.map((row) => cellsOf(row, now));
  const columns = screen?.columns ?? Number.POSITIVE_INFINITY;
  const perRow = columns < NARROW ? 2 : 1;
  // The summary, the head of the table, a line about the rows that are not shown, and that of the cursor.
  const shown = screen ? Math.max(1, Math.floor((screen.rows - 4) / perRow)) : rows.length;
  const lines =
    perRow === 2 ? narrowLines(cells, rows, columns, paint) : tableLines(cells, rows, columns, paint);
  const visibleLines = lines.slice(0, shown * perRow + (perRow === 1 ? 1 : 0));
  const hidden = rows.length - shown;
  if (hidden > 0) visibleLines.push(paint('aside', `and ${hidden} more`));
  return `${visibleLines.join('\n')}\n${summaryOf(rows)}\n`;
}

function cellsOf({ state, since, monitor, group, muted, notified }: AlertRow, now: number): string[] {
  return [
    state,
    since === undefined ? '' : durationText(now - since),
    visible(monitor),
    group === '*' ? '' : visible(group),
    muted ? 'muted' : visible(notified.join(' ')) || 'nobody',
  ];
}

function tableLines(
  cells: readonly (readonly string[])[],
  rows: readonly AlertRow[],
  columns: number,
  paint: Paint,
): string[] {
  const widths = fitted(
    HEAD.map((head, at) => largest([head.length, ...cells.map((row) => textWidth(row[at] ?? ''))])),
    columns,
  );
  const lineOf = (row: readonly string[], style: (cell: string, at: number) => string) =>
    row
      .map((cell, at) => style(at === row.length - 1 ? cut(cell, widths[at]) : padded(cell, widths[at]), at))
      .join(GAP)
      .trimEnd();
  return [
    lineOf(HEAD, (cell) => paint('aside', cell)),
    ...cells.map((row, n) => lineOf(row, (cell, at) => styled(cell, at, rows[n], paint))),
  ];
}

function narrowLines(
  cells: readonly (readonly string[])[],
  rows: readonly AlertRow[],
  columns: number,
  paint: Paint,
): string[] {
  return cells.flatMap(([state = '', since = '', monitor = '', group = '', notified = ''], n) => {
    const head = padded(state, 7);
    return [
      `${styled(head, 0, rows[n], paint)} ${cut(`${padded(since, 4)} ${monitor}`, columns - 8)}`,
      `  ${cut([group, notified].filter((text) => text !== '').join(' -> '), columns - 2)}`,
    ];
  });
}

function styled(cell: string, at: number, row: AlertRow | undefined, paint: Paint): string {
  const style = row?.muted ? 'aside' : at === 0 && row ? STYLES[row.state] : undefined;
  return style === undefined ? cell : paint(style, cell);
}

/** Takes width from the widest columns until a row fits. */
function fitted(widths: number[], columns: number): number[] {
  const given = [...widths];
  let excess = given.reduce((sum, width) => sum + width, GAP.length * (given.length - 1)) - columns;
  while (excess > 0) {
    const widest = given
      .slice(FIXED)
      .reduce((best, width, at) => (width > (given[best] ?? 0) ? at + FIXED : best), FIXED);
    const width = given[widest] ?? 0;
    if (width <= 1) break;
    given[widest] = width - 1;
    excess -= 1;
  }
  return given;
}

function summaryOf(rows: readonly AlertRow[]): string {
  const counts = [...Map.groupBy(rows, ({ state }) => state)].map(([state, all]) => `${all.length} ${state}`);
  const muted = rows.filter((row) => row.muted).length;
  const monitors = new Set(rows.map(({ monitor }) => monitor)).size;
  const of = `${count(rows.length, 'group')} of ${count(monitors, 'monitor')}`;
  return `${of}: ${counts.join(', ')}${muted > 0 ? `; ${muted} muted` : ''}.`;
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const;

/** Formats a duration in its largest unit. */
function durationText(ms: number): string {
  const [unit, size] = UNITS.find(([, each]) => ms >= each) ?? ['s', 1000];
  return `${Math.max(0, Math.floor(ms / size))}${unit}`;
}

function textWidth(text: string): number {
  return Array.from(text).reduce((sum, char) => sum + widthOf(char), 0);
}

function padded(text: string, width = 0): string {
  const short = cut(text, width);
  return short + ' '.repeat(Math.max(0, width - textWidth(short)));
}

/** Cuts off a text that is wider than `width`, with an ellipsis. */
function cut(text: string, width = 0): string {
  return textWidth(text) <= width ? text : `${truncated(text, width - 1)}…`;
}
