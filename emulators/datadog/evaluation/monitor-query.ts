import { comparisonOf } from '../monitors/query-forms.ts';
import { isRawObject, type RawObject } from '../raw-json.ts';
import { type Expression, parseExpression, termsOf } from './expression.ts';
import { readCustomSchedule, type Schedule } from './custom-schedule.ts';
import { readSearchQuery, type SearchQuery } from './search-query.ts';

/** The query of a metric monitor. Times are in seconds. */
export interface MonitorQuery {
  readonly aggregator: string;
  readonly window: Window;
  readonly change: Change | undefined;
  readonly expression: Expression;
  readonly operator: string;
  readonly limit: number;
  /** True if each query is aggregated over the window before the arithmetic. */
  readonly aggregatesFirst: boolean;
  /** The times of a custom schedule, whose evaluations do not depend on each other. */
  readonly schedule: Schedule | undefined;
}

export interface Window {
  /** The length of a rolling window, or the longest of a cumulative one. */
  readonly length: number;
  /** The unit as written: `m`, `h`, `d`, `w` or `mo`. */
  readonly unit: string;
  /** True for `current_1h`, `current_1d` and `current_1mo`. */
  readonly cumulative: boolean;
}

interface Change {
  readonly kind: 'change' | 'pct_change';
  readonly shift: number;
}

const UNITS = new Map(Object.entries({ m: 60, h: 3600, d: 86_400, w: 7 * 86_400, mo: 730 * 3600 }));
const SIMPLE = /^\s*([a-z]+)\(\s*((?:last|current)_\w+)\s*\)\s*:\s*(.+)$/s;
const CHANGED = /^\s*(change|pct_change)\(\s*([a-z]+)\(\s*(last_\w+)\s*\)\s*,\s*(\w+)\s*\)\s*:\s*(.+)$/s;
const AFTER = /(?:>=|<=|==|!=|>|<)\s*[-+\w.]+\s*$/;
const AGGREGATORS = new Set(['avg', 'sum', 'min', 'max']);

/** Returns a query without its comparison: what an edit must change to make a monitor forget its groups. */
export function queryWithoutThreshold(query: unknown): string {
  return String(query).replace(AFTER, '').trim();
}

/** Reads the query of a metric monitor. Returns the reason, a text, if the evaluator does not support it. */
export function readMonitorQuery(monitor: RawObject): MonitorQuery | string {
  const text = String(monitor['query']);
  const options = isRawObject(monitor['options']) ? monitor['options'] : {};
  const schedule = readCustomSchedule(options);
  if (typeof schedule === 'string') return schedule;
  const compared = comparisonOf(text);
  if (compared?.limit === undefined) return 'the query has no threshold';
  const body = text.replace(AFTER, '');
  const search = readSearchQuery(body);
  if (typeof search === 'string') return search;
  const comparison = { operator: compared.operator, limit: compared.limit };
  if (search) return searchQuery(search, { ...comparison, schedule });
  const [, kind, changedBy, changedOver, shiftText, changed] = CHANGED.exec(body) ?? [];
  const [, plainBy, plainOver, plain] = SIMPLE.exec(body) ?? [];
  const aggregator = changedBy ?? plainBy ?? '';
  const window = windowIn(changedOver ?? plainOver ?? '');
  if (!window || !AGGREGATORS.has(aggregator)) return 'the aggregation is not supported';
  const expression = parseExpression(changed ?? plain ?? '');
  if (!expression) return 'the expression is not supported';
  const shift = shiftIn(shiftText ?? '');
  if (kind !== undefined && shift === undefined) return 'the shift is not supported';
  const isArithmetic = expression.kind !== 'term';
  const counts = termsOf(expression).some(({ counted }) => counted);
  if (isArithmetic && counts && aggregator !== 'sum') return 'as_count() in arithmetic needs sum';
  return {
    aggregator,
    window,
    change:
      kind === undefined || shift === undefined
        ? undefined
        : { kind: kind === 'change' ? 'change' : 'pct_change', shift },
    expression,
    ...comparison,
    schedule,
    aggregatesFirst: counts && (isArithmetic || kind !== undefined),
  };
}

function searchQuery(
  { term, aggregator, window: text }: SearchQuery,
  comparison: Pick<MonitorQuery, 'operator' | 'limit' | 'schedule'>,
): MonitorQuery | string {
  const window = windowIn(text);
  if (!window) return 'the window is not supported';
  const expression: Expression = { kind: 'term', term };
  return { ...comparison, aggregator, window, change: undefined, expression, aggregatesFirst: false };
}

function windowIn(text: string): Window | undefined {
  const [, kind, count = '', unit = ''] = /^(last|current)_(\d+)(mo|[mhdw])$/.exec(text) ?? [];
  const length = Number(count) * (UNITS.get(unit) ?? Number.NaN);
  return length > 0 ? { length, unit, cumulative: kind === 'current' } : undefined;
}

function shiftIn(text: string): number | undefined {
  const [, before, ago] = /^(?:last_(\w+)|(\w+)_ago)$/.exec(text) ?? [];
  return windowIn(`last_${before ?? ago}`)?.length;
}
