import type { Argument, Query, Span } from '../../language/query/syntax.ts';
import type { MonitorView } from './monitor-view.ts';
import { EVENT_TYPES } from './monitor-types.ts';

/** The allowed values of a kind of window. Lengths are in minutes. */
export interface WindowRules {
  /** Matches the whole window. The first group is the number, the second the unit. */
  readonly pattern: RegExp;
  readonly min: number;
  readonly max: number;
  /** Examples for a hint. */
  readonly examples: string;
  /** The range in words. */
  readonly range: string;
}

/** A window of a query and its allowed values. */
export interface QueryWindow {
  /** Without quotes, as the span is. */
  readonly text: string;
  readonly span: Span;
  readonly rules: WindowRules;
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

/** If sources differ, the widest range applies: Datadog API v1, create a monitor, and docs, monitors/types. */
const METRIC: WindowRules = {
  pattern: /^(?:last_(\d+)(m|h|d|w|mo)|current_1(?:h|d|mo))$/,
  min: 1,
  max: MONTH,
  examples: 'last_5m, last_1h or current_1d',
  range: '1 minute to 1 month',
};
const CHANGE_WINDOW: WindowRules = {
  ...METRIC,
  pattern: /^last_(\d+)(m|h|d|w|mo)$/,
  examples: 'last_5m or last_1h',
};
const CHANGE_SHIFT: WindowRules = { ...CHANGE_WINDOW, pattern: /^(?:last_)?(\d+)(m|h|d|w|mo)(?:_ago)?$/ };
const FORECAST: WindowRules = {
  pattern: /^next_(\d+)(m|h|d|w|mo)$/,
  min: 12 * HOUR,
  max: 3 * MONTH,
  examples: 'next_12h or next_1w',
  range: '12 hours to 3 months',
};
const EVENT_WINDOW: WindowRules = {
  pattern: /^(\d+)(m|h|d)$/,
  min: 1,
  max: 2 * DAY,
  examples: '"5m", "1h" or "1d"',
  range: '1 minute to 2 days',
};
/** `current(...)` of a search: Datadog docs, monitors/configuration, cumulative time windows. */
const CURRENT_WINDOW: WindowRules = {
  pattern: /^1(?:h|d|mo)$/,
  min: HOUR,
  max: MONTH,
  examples: '"1h" or "1d"',
  range: '1 hour to 1 month',
};
const MONTH_WINDOW: WindowRules = { ...EVENT_WINDOW, max: MONTH, range: '1 minute to 1 month' };
const PROCESSES: WindowRules = {
  ...MONTH_WINDOW,
  pattern: /^(\d+)(s|m|h|d)$/,
  min: 1 / 60,
  range: '1 second to 1 month',
};
const COST: WindowRules = {
  pattern: /^(\d+)(d)$/,
  min: DAY,
  max: 12 * MONTH,
  examples: '"7d" or "30d"',
  range: '1 day to 1 year',
};
const SLO_TIME_FRAME: WindowRules = { ...COST, pattern: /^(?:7|30|90)d$/, examples: '"7d", "30d" or "90d"' };
const BURN_RATE_LONG: WindowRules = {
  pattern: /^(\d+)(m|h|d)$/,
  min: HOUR,
  max: 2 * DAY,
  examples: '"1h" or "6h"',
  range: '1 to 48 hours',
};
const BURN_RATE_SHORT: WindowRules = {
  ...BURN_RATE_LONG,
  min: 1,
  examples: '"5m" or "30m"',
  range: '1 minute to 48 hours',
};

/** The allowed windows of `last(...)`, by type of monitor. */
const LAST: ReadonlyMap<string, WindowRules> = new Map([
  ...[...EVENT_TYPES, 'event alert'].map((type) => [type, EVENT_WINDOW] as const),
  ['process alert', PROCESSES],
  ['cost alert', COST],
  ['data-quality alert', MONTH_WINDOW],
  ['data-jobs alert', MONTH_WINDOW],
  ['query alert', MONTH_WINDOW],
  ['metric alert', MONTH_WINDOW],
]);
const SLO_METHODS: ReadonlyMap<string, WindowRules> = new Map([
  ['over', SLO_TIME_FRAME],
  ['long_window', BURN_RATE_LONG],
  ['short_window', BURN_RATE_SHORT],
]);

/** Returns the allowed windows of `last(...)` in the queries of a type; undefined if it has no such windows. */
export function lastWindowOf(type: string): WindowRules | undefined {
  return LAST.get(type);
}

/** Returns whether a window has an allowed value. */
export function isAllowedWindow(text: string, { pattern, min, max }: WindowRules): boolean {
  const minutes = minutesOf(text);
  return pattern.test(text) && minutes !== undefined && minutes >= min && minutes <= max;
}

/** Returns the windows of a query; none if its type is unknown. */
export function windowsOf({ parsed: { query }, type }: Pick<MonitorView, 'parsed' | 'type'>): QueryWindow[] {
  if (query.kind === 'metric') return metricWindows(query);
  if (query.kind !== 'chain') return [];
  const rulesByMethod = type === 'slo alert' ? SLO_METHODS : searchWindows(type);
  return query.head.methods.flatMap(({ name, args: [first] }) =>
    windowIn(first, rulesByMethod.get(name.text)),
  );
}

function searchWindows(type: string): ReadonlyMap<string, WindowRules | undefined> {
  return new Map([
    ['last', LAST.get(type)],
    ['current', EVENT_TYPES.has(type) ? CURRENT_WINDOW : undefined],
  ]);
}

/** Returns the evaluation window of a query and whether it is cumulative, such as `current_1h`; undefined if unknown. */
export function evaluationWindowOf(
  query: Query,
): { text: string; span: Span; isCurrent: boolean } | undefined {
  if (query.kind === 'metric') {
    const [window] = query.evaluation.args;
    if (window?.kind !== 'word') return undefined;
    const { text, span } = window;
    return { text, span, isCurrent: text.startsWith('current_') };
  }
  if (query.kind !== 'chain') return undefined;
  for (const { name, args } of query.head.methods) {
    const [window] = args;
    if ((name.text !== 'last' && name.text !== 'current') || window?.kind !== 'string') continue;
    const isCurrent = name.text === 'current';
    const span = { from: window.span.from + 1, to: window.span.to - 1 };
    return { text: `${name.text}_${window.raw}`, span, isCurrent };
  }
  return undefined;
}

function metricWindows({ evaluation: { name, args } }: Query & { kind: 'metric' }): QueryWindow[] {
  const [first, second] = args;
  if (name.text !== 'change' && name.text !== 'pct_change')
    return windowIn(first, first?.kind === 'word' && first.text.startsWith('next') ? FORECAST : METRIC);
  return [
    ...windowIn(first?.kind === 'call' ? first.args[0] : undefined, CHANGE_WINDOW),
    ...windowIn(second, CHANGE_SHIFT),
  ];
}

function windowIn(argument: Argument | undefined, rules: WindowRules | undefined): QueryWindow[] {
  if (rules === undefined) return [];
  if (argument?.kind === 'word' || argument?.kind === 'number')
    return argument.text === '' ? [] : [{ text: argument.text, span: argument.span, rules }];
  if (argument?.kind !== 'string' || argument.raw === '') return [];
  const from = argument.span.from + 1;
  return [{ text: argument.raw, span: { from, to: from + argument.raw.length }, rules }];
}

/** Returns the length of a window in minutes, or undefined if it is invalid or has no fixed length. */
export function minutesOf(text: string): number | undefined {
  const [, count, unit = ''] = /^(?:last_|next_)?(\d{1,9})(s|mo|m|h|d|w)(?:_ago)?$/.exec(text) ?? [];
  const minutes = MINUTES.get(unit);
  return minutes === undefined ? undefined : Number(count) * minutes;
}
