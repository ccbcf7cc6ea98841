import type { Argument, Query, Span } from '../../language/query/syntax.ts';
import type { MonitorView } from './monitor-view.ts';
import { EVENT_TYPES } from './monitor-types.ts';

/** The allowed values of a kind of window. Lengths are in minutes. */
export interface WindowForm {
  /** Matches the whole window. The first group is the number, the second the unit. */
  readonly pattern: RegExp;
  readonly min: number;
  readonly max: number;
  /** Examples for a hint. */
  readonly as: string;
  /** The range in words. */
  readonly range: string;
}

/** A window of a query and its allowed values. */
export interface QueryWindow {
  /** Without quotes, as the span is. */
  readonly text: string;
  readonly span: Span;
  readonly form: WindowForm;
}

const MINUTES: ReadonlyMap<string, number> = new Map<string, number>([
  ['s', 1 / 60],
  ['m', 1],
  ['h', 60],
  ['d', 24 * 60],
  ['w', 7 * 24 * 60],
  ['mo', 31 * 24 * 60],
]);
const [HOUR, DAY] = [60, 24 * 60];
const MONTH = 31 * DAY;

/** If sources differ, the widest range applies: spec v1, create a monitor, and docs, monitors/types. */
const METRIC: WindowForm = {
  pattern: /^(?:last_(\d+)(m|h|d|w|mo)|current_1(?:h|d|mo))$/,
  min: 1,
  max: MONTH,
  as: 'last_5m, last_1h or current_1d',
  range: '1 minute to 1 month',
};
const CHANGED: WindowForm = {
  ...METRIC,
  pattern: /^last_(\d+)(m|h|d|w|mo)$/,
  as: 'last_5m or last_1h',
};
const SHIFT: WindowForm = { ...CHANGED, pattern: /^(?:last_)?(\d+)(m|h|d|w|mo)(?:_ago)?$/ };
const FORECAST: WindowForm = {
  pattern: /^next_(\d+)(m|h|d|w|mo)$/,
  min: 12 * HOUR,
  max: 3 * MONTH,
  as: 'next_12h or next_1w',
  range: '12 hours to 3 months',
};
const EVENTS: WindowForm = {
  pattern: /^(\d+)(m|h|d)$/,
  min: 1,
  max: 2 * DAY,
  as: '"5m", "1h" or "1d"',
  range: '1 minute to 2 days',
};
const LONG: WindowForm = { ...EVENTS, max: MONTH, range: '1 minute to 1 month' };
const PROCESSES: WindowForm = {
  ...LONG,
  pattern: /^(\d+)(s|m|h|d)$/,
  min: 1 / 60,
  range: '1 second to 1 month',
};
const COST: WindowForm = {
  pattern: /^(\d+)(d)$/,
  min: DAY,
  max: 12 * MONTH,
  as: '"7d" or "30d"',
  range: '1 day to 1 year',
};
const OBJECTIVE: WindowForm = { ...COST, pattern: /^(?:7|30|90)d$/, as: '"7d", "30d" or "90d"' };
const BURNT: WindowForm = {
  pattern: /^(\d+)(m|h|d)$/,
  min: HOUR,
  max: 2 * DAY,
  as: '"1h" or "6h"',
  range: '1 to 48 hours',
};
const BURNT_SHORT: WindowForm = { ...BURNT, min: 1, as: '"5m" or "30m"', range: '1 minute to 48 hours' };

/** The allowed windows of `last(...)`, by type of monitor. */
const LAST: ReadonlyMap<string, WindowForm> = new Map([
  ...[...EVENT_TYPES, 'event alert'].map((type) => [type, EVENTS] as const),
  ['process alert', PROCESSES],
  ['cost alert', COST],
  ['data-quality alert', LONG],
  ['data-jobs alert', LONG],
  ['query alert', LONG],
  ['metric alert', LONG],
]);
const OF_OBJECTIVES: ReadonlyMap<string, WindowForm> = new Map([
  ['over', OBJECTIVE],
  ['long_window', BURNT],
  ['short_window', BURNT_SHORT],
]);

/** Returns the windows of a query; none if its type is unknown. */
export function windowsOf({ parsed: { query }, type }: Pick<MonitorView, 'parsed' | 'type'>): QueryWindow[] {
  if (query.kind === 'metric') return metricWindows(query);
  if (query.kind !== 'chain') return [];
  const forms = type === 'slo alert' ? OF_OBJECTIVES : new Map([['last', LAST.get(type)]]);
  return query.head.methods.flatMap(({ name, args: [first] }) => placed(first, forms.get(name.text)));
}

function metricWindows({ evaluation: { name, args } }: Query & { kind: 'metric' }): QueryWindow[] {
  const [first, second] = args;
  if (name.text !== 'change' && name.text !== 'pct_change')
    return placed(first, first?.kind === 'word' && first.text.startsWith('next') ? FORECAST : METRIC);
  return [...placed(first?.kind === 'call' ? first.args[0] : undefined, CHANGED), ...placed(second, SHIFT)];
}

function placed(argument: Argument | undefined, form: WindowForm | undefined): QueryWindow[] {
  if (form === undefined) return [];
  if (argument?.kind === 'word' || argument?.kind === 'number')
    return argument.text === '' ? [] : [{ text: argument.text, span: argument.span, form }];
  if (argument?.kind !== 'string' || argument.raw === '') return [];
  const from = argument.span.from + 1;
  return [{ text: argument.raw, span: { from, to: from + argument.raw.length }, form }];
}

/** Returns the length of a window in minutes, or undefined if it is invalid or has no fixed length. */
export function minutesOf(text: string): number | undefined {
  const [, count, unit = ''] = /^(?:last_|next_)?(\d{1,9})(s|mo|m|h|d|w)(?:_ago)?$/.exec(text) ?? [];
  const minutes = MINUTES.get(unit);
  return minutes === undefined ? undefined : Number(count) * minutes;
}
