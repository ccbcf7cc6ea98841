import { isRawObject, toNumber, type RawObject } from '../raw-json.ts';
import { DatadogError } from '../datadog-error.ts';
import { type Comparison, comparisonOf } from './query-forms.ts';

type Threshold = 'critical' | 'warning' | 'critical_recovery' | 'warning_recovery' | 'ok' | 'unknown';
type Limits = Readonly<Partial<Record<Threshold, number>>>;

const NAMES: readonly Threshold[] = [
  'critical',
  'warning',
  'critical_recovery',
  'warning_recovery',
  'ok',
  'unknown',
];
/** The thresholds of a service check that count results. */
const COUNTED: readonly Threshold[] = ['critical', 'warning', 'ok'];
/** The types without recovery thresholds. */
const WITHOUT_RECOVERY = new Set(['event-v2 alert']);

/** Rejects the thresholds that Datadog rejects, with its messages. Throws DatadogError. */
export function checkThresholds(type: string, query: string, options: RawObject): void {
  const thresholds = options['thresholds'];
  if (!isRawObject(thresholds) || Object.keys(thresholds).length === 0) return;
  const limits = limitsOf(thresholds);
  if (type === 'service check') return checkCounts(query, limits);
  const comparison = comparisonOf(query);
  if (type === 'composite' || comparison?.limit === undefined) return;
  const recovery = NAMES.filter((name) => name.endsWith('_recovery') && limits[name] !== undefined);
  if (WITHOUT_RECOVERY.has(type) && recovery.length > 0)
    throw new DatadogError(400, `Invalid threshold statuses found: ${recovery.join(', ')}.`);
  if (limits.critical === undefined && thresholds['critical_query'] === undefined)
    throw new DatadogError(400, 'Alert status is required.');
  checkAgainstQuery(limits, comparison.limit);
  checkWarning(limits, comparison);
  checkRecovery(limits, comparison);
}

function limitsOf(thresholds: RawObject): Limits {
  const known = NAMES.filter((name) => thresholds[name] !== undefined && thresholds[name] !== null);
  return Object.fromEntries(known.map((name) => [name, numberOf(thresholds[name])]));
}

/** Parses a number, or a string that contains one. */
function numberOf(value: unknown): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : toNumber(value);
  if (number === undefined || Number.isNaN(number))
    throw new DatadogError(400, 'Non-numeric threshold value.');
  return number;
}

function checkAgainstQuery({ critical }: Limits, limitInQuery: number): void {
  if (critical === undefined || critical === limitInQuery) return;
  throw new DatadogError(
    400,
    `Alert threshold (${float(critical)}) does not match that used in the query (${float(limitInQuery)}).`,
  );
}

function checkWarning({ critical, warning }: Limits, { operator }: Comparison): void {
  if (critical === undefined || warning === undefined) return;
  const above = operator.startsWith('>');
  if (!above && !operator.startsWith('<')) return;
  if (above ? warning < critical : warning > critical) return;
  const relation = above ? 'less' : 'greater';
  throw new DatadogError(
    400,
    `Warning threshold (${float(warning)}) must be ${relation} than the alert threshold (${float(critical)}) with ${operator} comparison.`,
  );
}

/** For each operator, whether a recovery threshold overlaps its limit. */
const OVERLAPS = new Map(
  Object.entries<(limit: number, recovery: number) => boolean>({
    '>': (limit, recovery) => recovery > limit,
    '>=': (limit, recovery) => recovery >= limit,
    '<': (limit, recovery) => recovery < limit,
    '<=': (limit, recovery) => recovery <= limit,
  }),
);
const PAIRS: readonly [name: string, limit: Threshold, recovery: Threshold][] = [
  ['alert', 'critical', 'critical_recovery'],
  ['warning', 'warning', 'warning_recovery'],
];

function checkRecovery(limits: Limits, { operator }: Comparison): void {
  for (const [name, of, by] of PAIRS) {
    const [at, recovery] = [limits[of], limits[by]];
    if (at === undefined || recovery === undefined || !OVERLAPS.get(operator)?.(at, recovery)) continue;
    throw new DatadogError(
      400,
      `${name} and ${name} recovery criteria are such that the monitor can be simultaneously in ${name} and ${name} recovery states`,
    );
  }
}

function checkCounts(query: string, limits: Limits): void {
  // The thresholds of a cluster alert are percentages.
  if (query.includes('.pct_by_status(')) return;
  const last = /\.last\((\d+)\)/.exec(query)?.[1];
  const max = COUNTED.reduce((largest, name) => Math.max(largest, limits[name] ?? 0), 0);
  if (last !== undefined && Number(last) < max)
    throw new DatadogError(
      400,
      'Last field should be larger than or equal to max threshold defined in monitor options',
    );
}

/** Formats a float as Python does. */
export function float(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : String(value);
}
